//! A transaction: opened for an actor, closed by `commit`, taken back when dropped.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex};

use sqlx::Executor;
use tokio::sync::oneshot;

use super::batch::{Head, MAIN, SET_HEAD, Why, Writer};
use super::changes::{Changes, Count, Touched};
use super::faults::{self, Fault};
use super::{Arg, Conn, Db, Engine, Error, Read, Reserve, Result, Sql};
use crate::access::Actor;

/// The audit chains this server writes on PostgreSQL: one for each transaction that runs at the
/// same time, so that no transaction waits for another's chain.
#[derive(Clone, Default)]
pub struct Writers(Arc<Mutex<Vec<String>>>);

impl Writers {
    fn take(&self) -> String {
        let free = self.0.lock().ok().and_then(|mut free| free.pop());
        free.unwrap_or_else(|| uuid::Uuid::now_v7().simple().to_string())
    }

    fn give_back(&self, id: String) {
        if let Ok(mut free) = self.0.lock() {
            free.push(id);
        }
    }
}

pub struct Tx {
    read: Read,
    lite: Option<Writer>,
    pg: Option<(Writers, String)>,
    /// The end of this transaction's own chain on PostgreSQL.
    head: Option<Head>,
    changes: Changes,
    reserve: Reserve,
    touched: Touched,
    events: usize,
    failed: bool,
    pub(super) leads_to: String,
}

impl Deref for Tx {
    type Target = Read;
    fn deref(&self) -> &Read {
        &self.read
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Read {
        &mut self.read
    }
}

impl Tx {
    pub(super) async fn begin(db: &Db, actor: &Actor) -> Result<Self> {
        let (conn, lite, pg) = match &db.engine {
            Engine::Lite { write, .. } => {
                (Conn::Writer(write.enter().await?), Some(write.clone()), None)
            }
            Engine::Pg { pool, writers } => {
                let conn = Conn::Pg(pool.acquire().await?);
                (conn, None, Some((writers.clone(), writers.take())))
            }
        };
        let read = Read { conn, actor: actor.clone(), probe: db.probe.clone() };
        let leads_to = String::new();
        let (head, changes, touched) = (None, db.changes.clone(), Touched::default());
        let (events, failed, reserve) = (0, false, db.reserve.clone());
        let mut tx =
            Self { read, lite, pg, head, changes, reserve, touched, events, failed, leads_to };
        // Already a `Tx`: given up while it begins, it is rolled back like any other.
        if let Conn::Pg(c) = &mut tx.read.conn {
            c.execute("begin").await?;
        }
        Ok(tx)
    }

    /// Changes rows; says how many. After an error nothing more is accepted.
    pub async fn exec(&mut self, sql: impl Into<Sql>, args: &[Arg<'_>]) -> Result<u64> {
        let sql = sql.into();
        self.touched.by(sql.text());
        self.note(sql, args).await
    }

    /// As `exec`, for the audit alone: that somebody looked changes nothing anybody keeps.
    pub(crate) async fn note(&mut self, sql: Sql, args: &[Arg<'_>]) -> Result<u64> {
        if self.failed {
            return Err(Error::Lost("an earlier statement failed".into()));
        }
        let done = match faults::chosen() {
            Fault::Failing(n) if faults::is_due(n) => Err(Error::Lost("broken on purpose".into())),
            Fault::Swallowing(n) if faults::is_due(n) => return Ok(1),
            _ => self.read.run(sql, args).await,
        };
        self.failed |= done.is_err();
        room(&self.reserve, done)
    }

    /// The last event of the chain this transaction adds to, if there is one.
    pub(crate) async fn head(&mut self) -> Result<Option<Head>> {
        let kept = match &self.read.conn {
            Conn::Writer(b) => &b.head,
            _ => &self.head,
        };
        if kept.is_some() {
            return Ok(kept.clone());
        }
        let writer = self.writer_id().to_owned();
        let sql = "select seq, hash from audit_heads where writer_id = $1";
        self.maybe(sql, crate::args![writer]).await
    }

    /// Kept until the commit writes it.
    pub(crate) fn set_head(&mut self, head: Head) {
        match &mut self.read.conn {
            Conn::Writer(b) => b.head = Some(head),
            _ => self.head = Some(head),
        }
    }

    async fn keep_head(&mut self) -> Result<()> {
        let Some((seq, hash)) = self.head.take() else { return Ok(()) };
        let writer = self.writer_id().to_owned();
        self.note(SET_HEAD.into(), crate::args![writer, seq, hash]).await.map(|_| ())
    }

    async fn keep_mark(&mut self) -> Result<()> {
        if !self.touched.moved {
            return Ok(());
        }
        let sql = "insert into marks (name, n) values ('consultations', 1)
                   on conflict (name) do update set n = marks.n + 1";
        self.note(sql.into(), crate::args![]).await.map(|_| ())
    }

    /// Whose chain this transaction's events go to.
    pub(crate) fn writer_id(&self) -> &str {
        self.pg.as_ref().map_or(MAIN, |(_, id)| id)
    }

    pub(crate) fn count_event(&mut self) {
        self.events += 1;
    }

    /// As `commit`, for rows that were copied together with the events of their changes.
    pub(super) async fn commit_copied(mut self) -> Result<()> {
        self.count_event();
        // The marks are copied, too; nobody reads a database that is being filled.
        self.touched.moved = false;
        self.commit().await
    }

    /// Returns once the change is on disk.
    pub async fn commit(mut self) -> Result<()> {
        if self.events == 0 {
            return Err(Error::Lost("a change without an audit event".into()));
        }
        if self.failed {
            return Err(Error::Lost("an earlier statement failed".into()));
        }
        self.keep_submission().await?;
        self.keep_mark().await?;
        self.keep_head().await?;
        let count = Count(self.changes.clone(), self.touched);
        match std::mem::replace(&mut self.read.conn, Conn::Gone) {
            Conn::Pg(mut c) => {
                let done = c.execute("commit").await;
                drop(count);
                if let Some((writers, id)) = self.pg.take() {
                    writers.give_back(id);
                }
                Ok(done.map(|_| ())?)
            }
            Conn::Writer(b) => {
                let Some(writer) = self.lite.take() else {
                    return Err(Error::Lost("no writer".into()));
                };
                let (tell, told) = oneshot::channel();
                writer.leave(b, tell);
                let stopped = || Err(Why::Other("writer stopped".into()));
                let kept = told.await.unwrap_or_else(|_| stopped());
                drop(count);
                room(&self.reserve, kept.map_err(Error::from))
            }
            _ => Err(Error::Lost("the transaction is over".into())),
        }
    }
}

/// A full disk is noticed here, whoever meets it first.
fn room<T>(reserve: &Reserve, done: Result<T>) -> Result<T> {
    if matches!(done, Err(Error::Full)) {
        reserve.give_up();
    }
    done
}

impl Drop for Tx {
    fn drop(&mut self) {
        match std::mem::replace(&mut self.read.conn, Conn::Gone) {
            Conn::Pg(mut c) => {
                let pg = self.pg.take();
                tokio::spawn(async move {
                    if c.execute("rollback").await.is_err() {
                        let _ = c.close().await;
                    }
                    if let Some((writers, id)) = pg {
                        writers.give_back(id);
                    }
                });
            }
            Conn::Writer(b) => {
                if let Some(writer) = self.lite.take() {
                    writer.undo(b);
                }
            }
            _ => {}
        }
    }
}
