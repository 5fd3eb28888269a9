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
mod once;
mod probe;
mod references;
mod reserve;
mod row;
pub mod schema;
mod sql;
mod tx;

pub use args::{Arg, FromBoth, ToArg};
pub use changes::Changes;
pub use guards::APPEND_ONLY;
pub use once::first_answer;
pub use probe::Probe;
#[cfg(debug_assertions)]
pub use probe::{Questions, predicates};
pub use references::broken_references;
pub use reserve::Reserve;
pub use row::{Cells, is_null, words};
pub use sql::Sql;
pub use tx::Tx;

use sqlx::pool::PoolConnection;
use sqlx::{PgPool, Postgres, Sqlite, SqlitePool};
use tokio::sync::OwnedMutexGuard;

use crate::access::Actor;
use batch::{Batch, Writer};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong below the domain. `Lost`: the shared commit failed, nothing was kept. `Again`:
/// the same form was sent twice at the same moment, and the other one is being done. `Full`: the
/// disk has no room, nothing was kept.
#[derive(Debug)]
pub enum Error {
    Sql(sqlx::Error),
    Lost(String),
    Again,
    Full,
}

impl From<sqlx::Error> for Error {
    fn from(e: sqlx::Error) -> Self {
        match &e {
            sqlx::Error::Database(d) if d.code().is_some_and(|c| FULL.contains(&&*c)) => Self::Full,
            _ => Self::Sql(e),
        }
    }
}

/// No room on the disk: SQLite's for the file and for its index in shared memory, PostgreSQL's.
const FULL: &[&str] = &["13", "4874", "53100"];

impl std::fmt::Display for Error {
    /// Never the values of a statement: PostgreSQL's detail line would carry them into a log.
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            Self::Sql(sqlx::Error::Database(e)) => write!(f, "database: {}", e.message()),
            Self::Sql(e) => write!(f, "database: {e}"),
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
        matches!(self, Self::Sql(sqlx::Error::Database(e)) if e.is_unique_violation())
    }
}

#[derive(Clone)]
pub struct Db {
    engine: Engine,
    pub probe: Probe,
    pub changes: Changes,
    pub reserve: Reserve,
}

#[derive(Clone)]
enum Engine {
    Lite { read: SqlitePool, write: Writer },
    Pg { pool: PgPool, writers: tx::Writers },
}

pub(crate) enum Conn {
    Lite(PoolConnection<Sqlite>),
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
            Engine::Lite { read, .. } => Conn::Lite(read.acquire().await?),
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

    pub fn is_postgres(&self) -> bool {
        matches!(self.engine, Engine::Pg { .. })
    }
}

macro_rules! both {
    ($self:ident, $sql:expr, $args:expr, $build:ident, $call:ident) => {{
        let (sql, args) = ($sql, $args);
        $self.probe.asks(&sql);
        match &mut $self.conn {
            Conn::Lite(c) => sqlx::$build(sql, args::lite(args)?).$call(&mut **c).await?,
            Conn::Writer(b) => sqlx::$build(sql, args::lite(args)?).$call(&mut b.conn).await?,
            Conn::Pg(c) => sqlx::$build(sql, args::pg(args)?).$call(&mut **c).await?,
            Conn::Gone => return Err(Error::Lost("the transaction is over".into())),
        }
    }};
}

impl Read {
    pub async fn all<T: FromBoth>(
        &mut self,
        sql: impl Into<Sql>,
        args: &[Arg<'_>],
    ) -> Result<Vec<T>> {
        Ok(both!(self, sql.into(), args, query_as_with, fetch_all))
    }

    pub async fn maybe<T: FromBoth>(
        &mut self,
        sql: impl Into<Sql>,
        args: &[Arg<'_>],
    ) -> Result<Option<T>> {
        Ok(both!(self, sql.into(), args, query_as_with, fetch_optional))
    }

    pub async fn one<T: FromBoth>(&mut self, sql: impl Into<Sql>, args: &[Arg<'_>]) -> Result<T> {
        Ok(both!(self, sql.into(), args, query_as_with, fetch_one))
    }

    /// As `all`, for a statement that carries the predicate: `$1..$5` are the actor's.
    pub async fn see_all<T: FromBoth>(
        &mut self,
        sql: impl Into<Sql>,
        args: &[Arg<'_>],
    ) -> Result<Vec<T>> {
        let (sql, args) = self.seen(sql.into(), args);
        Ok(both!(self, sql, &args, query_as_with, fetch_all))
    }

    /// As `maybe`, for a statement that carries the predicate: `$1..$5` are the actor's.
    pub async fn see_maybe<T: FromBoth>(
        &mut self,
        sql: impl Into<Sql>,
        args: &[Arg<'_>],
    ) -> Result<Option<T>> {
        let (sql, args) = self.seen(sql.into(), args);
        Ok(both!(self, sql, &args, query_as_with, fetch_optional))
    }

    /// As `one`, for a statement that carries the predicate: `$1..$5` are the actor's.
    pub async fn see_one<T: FromBoth>(
        &mut self,
        sql: impl Into<Sql>,
        args: &[Arg<'_>],
    ) -> Result<T> {
        let (sql, args) = self.seen(sql.into(), args);
        Ok(both!(self, sql, &args, query_as_with, fetch_one))
    }

    pub fn is_postgres(&self) -> bool {
        matches!(self.conn, Conn::Pg(_))
    }

    fn seen<'a>(&self, sql: Sql, args: &[Arg<'a>]) -> (Sql, Vec<Arg<'a>>) {
        let mut all = self.actor.sight();
        all.extend_from_slice(args);
        (self.probe.sees(sql, args), all)
    }

    async fn run(&mut self, sql: Sql, args: &[Arg<'_>]) -> Result<u64> {
        self.probe.asks(&sql);
        Ok(match &mut self.conn {
            Conn::Lite(_) | Conn::Gone => return Err(Error::Lost("not a transaction".into())),
            Conn::Writer(b) => {
                sqlx::query_with(sql, args::lite(args)?).execute(&mut b.conn).await?.rows_affected()
            }
            Conn::Pg(c) => {
                sqlx::query_with(sql, args::pg(args)?).execute(&mut **c).await?.rows_affected()
            }
        })
    }
}
