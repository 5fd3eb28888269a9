//! The database, whichever it is. SQL is written once, in the part of the language SQLite and
//! PostgreSQL share. [`Read`] answers questions, [`Tx`] also changes things: on SQLite many `Tx`
//! share one durable commit (see `batch`).
//!
//! Statements that read about people carry the actor's predicate and are asked through
//! `see_all / see_maybe / see_one`, which put the actor's five values in front: own placeholders
//! start at `$6` there, and at `$1` in plain `all / maybe / one / exec`.

mod args;
mod batch;
mod changes;
mod connect;
mod faults;
pub mod copy;
mod guards;
mod keyed;
mod lines;
mod lite;
mod once;
mod probe;
mod readers;
mod references;
mod reserve;
mod row;
pub mod schema;
mod sql;
mod tx;

pub use args::{Arg, ToArg};
pub use changes::Changes;
/// `#[derive(FromRow)]`.
pub use from_row::FromRow;
pub use guards::APPEND_ONLY;
pub use lines::differing as differing_lines;
pub use once::first_answer;
pub use probe::Probe;
#[cfg(debug_assertions)]
pub use probe::{Questions, predicates};
pub use readers::{LONG, workers};
pub use references::broken_references;
pub use reserve::Reserve;
pub use row::{Cells, FromRow, Row, Value, is_null, words};
pub use sql::Sql;
pub use tx::Tx;

use sqlx::pool::PoolConnection;
use sqlx::{PgPool, Postgres};
use tokio::sync::OwnedMutexGuard;

use crate::access::Actor;
use batch::{Batch, Writer};
use readers::{Readers, Reading};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong below the domain. `Lost`: the shared commit failed, nothing was kept. `Again`:
/// the same form was sent twice at the same moment, and the other one is being done. `Full`: the
/// disk has no room, nothing was kept.
#[derive(Debug)]
pub enum Error {
    Sql(sqlx::Error),
    Lite(rusqlite::Error),
    Lost(String),
    Again,
    Full,
}

impl From<sqlx::Error> for Error {
    fn from(e: sqlx::Error) -> Self {
        match &e {
            sqlx::Error::Database(d) if d.code().is_some_and(|c| c == FULL) => Self::Full,
            _ => Self::Sql(e),
        }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(e: rusqlite::Error) -> Self {
        match e.sqlite_error() {
            Some(why) if FULL_LITE.contains(&why.extended_code) => Self::Full,
            _ => Self::Lite(e),
        }
    }
}

/// No room on the disk, as PostgreSQL says it.
const FULL: &str = "53100";
/// As SQLite says it: for the file, and for its index in shared memory.
const FULL_LITE: &[i32] = &[13, 4874];

impl std::fmt::Display for Error {
    /// Never the values of a statement: PostgreSQL's detail line would carry them into a log.
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            Self::Sql(sqlx::Error::Database(e)) => write!(f, "database: {}", e.message()),
            Self::Sql(e) => write!(f, "database: {e}"),
            Self::Lite(e) => write!(f, "database: {e}"),
            Self::Lost(why) => write!(f, "nothing was kept: {why}"),
            Self::Again => write!(f, "the same form is being done"),
            Self::Full => write!(f, "the disk is full"),
        }
    }
}

impl std::error::Error for Error {}

impl Error {
    /// True when a unique rule was broken: someone else was first.
    pub fn is_taken(&self) -> bool {
        match self {
            Self::Sql(sqlx::Error::Database(e)) => e.is_unique_violation(),
            Self::Lite(e) => e.sqlite_error().is_some_and(|e| UNIQUE.contains(&e.extended_code)),
            _ => false,
        }
    }
}

/// A primary key, a unique index.
const UNIQUE: &[i32] = &[1555, 2067];

#[derive(Clone)]
pub struct Db {
    engine: Engine,
    pub probe: Probe,
    pub changes: Changes,
    pub reserve: Reserve,
}

#[derive(Clone)]
enum Engine {
    Lite { read: Readers, write: Writer },
    Pg { pool: PgPool, writers: tx::Writers },
}

pub(crate) enum Conn {
    Lite { readers: Readers, reading: Reading },
    Writer(OwnedMutexGuard<Batch>),
    Pg(PoolConnection<Postgres>),
    Gone,
}

/// A question to the database on behalf of an actor. It cannot change anything: it has no `exec`.
pub struct Read {
    conn: Conn,
    pub actor: Actor,
    probe: Probe,
}

impl Db {
    pub async fn read(&self, actor: &Actor) -> Result<Read> {
        let conn = match &self.engine {
            Engine::Lite { read, .. } => {
                let reading = if actor.long { Reading::Long } else { Reading::Desk };
                Conn::Lite { readers: read.clone(), reading }
            }
            Engine::Pg { pool, .. } => Conn::Pg(pool.acquire().await?),
        };
        Ok(Read { conn, actor: actor.clone(), probe: self.probe.clone() })
    }

    /// Never await anything slow (hashing a password, drawing a PDF) while holding the answer.
    pub async fn write(&self, actor: &Actor) -> Result<Tx> {
        if self.reserve.is_given_up() {
            return Err(Error::Full);
        }
        Tx::begin(self, actor).await
    }

    /// For what must go on when the disk is full: it may use the reserve.
    pub async fn write_always(&self, actor: &Actor) -> Result<Tx> {
        Tx::begin(self, actor).await
    }

    /// From now on nothing that was kept counts any more, and nobody keeps an old state: another
    /// process may have written, or may want to begin the WAL anew.
    pub fn forget(&self) {
        self.changes.forget();
        if let Engine::Lite { read, .. } = &self.engine {
            read.let_go();
        }
    }

    /// Work that can be done while nobody writes.
    pub fn tidy_up(&self) {
        if let Engine::Lite { write, .. } = &self.engine {
            write.copy_in_a_lull();
        }
    }

    pub fn is_postgres(&self) -> bool {
        matches!(self.engine, Engine::Pg { .. })
    }
}

impl Read {
    pub async fn all<T: FromRow>(
        &mut self,
        sql: impl Into<Sql>,
        args: &[Arg<'_>],
    ) -> Result<Vec<T>> {
        self.rows(sql.into(), args, usize::MAX).await
    }

    pub async fn maybe<T: FromRow>(
        &mut self,
        sql: impl Into<Sql>,
        args: &[Arg<'_>],
    ) -> Result<Option<T>> {
        Ok(self.rows(sql.into(), args, 1).await?.pop())
    }

    pub async fn one<T: FromRow>(&mut self, sql: impl Into<Sql>, args: &[Arg<'_>]) -> Result<T> {
        self.maybe(sql, args).await?.ok_or(Error::Sql(sqlx::Error::RowNotFound))
    }

    /// As `all`, for a statement that carries the predicate: `$1..$5` are the actor's.
    pub async fn see_all<T: FromRow>(
        &mut self,
        sql: impl Into<Sql>,
        args: &[Arg<'_>],
    ) -> Result<Vec<T>> {
        let (sql, args) = self.seen(sql.into(), args);
        self.rows(sql, &args, usize::MAX).await
    }

    /// As `maybe`, for a statement that carries the predicate: `$1..$5` are the actor's.
    pub async fn see_maybe<T: FromRow>(
        &mut self,
        sql: impl Into<Sql>,
        args: &[Arg<'_>],
    ) -> Result<Option<T>> {
        let (sql, args) = self.seen(sql.into(), args);
        Ok(self.rows(sql, &args, 1).await?.pop())
    }

    /// As `one`, for a statement that carries the predicate: `$1..$5` are the actor's.
    pub async fn see_one<T: FromRow>(
        &mut self,
        sql: impl Into<Sql>,
        args: &[Arg<'_>],
    ) -> Result<T> {
        self.see_maybe(sql, args).await?.ok_or(Error::Sql(sqlx::Error::RowNotFound))
    }

    pub fn is_postgres(&self) -> bool {
        matches!(self.conn, Conn::Pg(_))
    }

    fn seen<'a>(&self, sql: Sql, args: &[Arg<'a>]) -> (Sql, Vec<Arg<'a>>) {
        let mut all = self.actor.sight();
        all.extend_from_slice(args);
        (self.probe.sees(sql, args), all)
    }

    async fn rows<T: FromRow>(
        &mut self,
        sql: Sql,
        args: &[Arg<'_>],
        most: usize,
    ) -> Result<Vec<T>> {
        self.probe.asks(&sql);
        match &mut self.conn {
            Conn::Lite { readers, reading } => {
                if *reading == Reading::Desk && sql.is_of_looks() {
                    *reading = Reading::Looks;
                }
                let reader = readers.take(*reading).await?;
                lite::rows(reader.conn()?, &sql, args, most)
            }
            Conn::Writer(batch) => lite::rows(&batch.conn, &sql, args, most),
            Conn::Pg(conn) => {
                let asked = sqlx::query_with(sql, args::pg(args)?);
                let found = match most {
                    1 => asked.fetch_optional(&mut **conn).await?.into_iter().collect(),
                    _ => asked.fetch_all(&mut **conn).await?,
                };
                found.iter().map(|row| T::from_row(&Row::pg(row))).collect()
            }
            Conn::Gone => Err(Error::Lost("the transaction is over".into())),
        }
    }

    async fn run(&mut self, sql: Sql, args: &[Arg<'_>]) -> Result<u64> {
        self.probe.asks(&sql);
        match &mut self.conn {
            Conn::Writer(batch) => {
                batch.changed |= !sql.is_of_looks();
                lite::run(&batch.conn, &sql, args)
            }
            Conn::Pg(conn) => {
                let asked = sqlx::query_with(sql, args::pg(args)?);
                Ok(asked.execute(&mut **conn).await?.rows_affected())
            }
            Conn::Lite { .. } | Conn::Gone => Err(Error::Lost("not a transaction".into())),
        }
    }
}
