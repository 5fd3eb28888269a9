//! The only SQLite writer. Whoever enters works in a savepoint of the open transaction; the last
//! one before the queue runs dry commits for all, so a lone writer pays one sync and sixty-four pay
//! one together.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex as Lock};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode};
use tokio::sync::{Mutex, OwnedMutexGuard, oneshot};

use super::faults::{self, Fault};
use super::readers::Readers;
use super::{Error, Reserve, Result, lite};

/// How many transactions may wait for one commit: bounds what a failed disk can take back at once.
const TOGETHER: usize = 256;

/// Once a commit, for all events of everybody who shares it.
pub const SET_HEAD: &str = "insert into audit_heads (writer_id, seq, hash) values ($1, $2, $3)
    on conflict (writer_id) do update set seq = excluded.seq, hash = excluded.hash";

/// How long another process that writes is waited for: five seconds in all.
const PAUSE: Duration = Duration::from_millis(5);
const TRIES: usize = 1000;

/// After every so many pages of the WAL (32 MB) they are copied to the database. Whoever commits
/// meanwhile waits for the disk: rarer copies are met by fewer than one in a hundred.
const COPIED: i32 = 8000;
/// When nobody writes for the moment so many are worth a copy: a slow disk has less to do at once.
const IN_A_LULL: i32 = 250;
/// On a full disk the WAL is kept short: the room that is left is for who looked.
const COPIED_WHEN_FULL: i32 = 1000;
/// When it has so many, and little is left to copy, it is begun anew, waiting so long for
/// statements.
const BEGUN: i32 = 2 * COPIED;
const BEGUN_WHEN_FULL: i32 = 2 * COPIED_WHEN_FULL;
const STATEMENT: Duration = Duration::from_millis(50);
/// A commit copies by itself only when the copier has fallen so far behind: after a very large
/// import.
const BEHIND: i32 = 24_000;

thread_local! {
    /// Pages in the WAL, as the commit that was made here left it.
    static WAL: Cell<i32> = const { Cell::new(0) };
}

pub type Told = oneshot::Sender<Result<(), Why>>;

/// Why a shared commit kept nothing, told to everybody who shared it.
#[derive(Clone, Debug)]
pub enum Why {
    Full,
    Other(String),
}

impl From<rusqlite::Error> for Why {
    fn from(e: rusqlite::Error) -> Self {
        match Error::from(e) {
            Error::Full => Self::Full,
            other => Self::Other(other.to_string()),
        }
    }
}

impl From<Why> for Error {
    fn from(why: Why) -> Self {
        match why {
            Why::Full => Self::Full,
            Why::Other(why) => Self::Lost(why),
        }
    }
}

pub struct Batch {
    pub conn: Connection,
    open: bool,
    alone: bool,
    done: Vec<Told>,
    /// The end of the audit chain in the open transaction, once somebody has asked for it.
    pub head: Option<Head>,
    /// Something else than looks was written: who reads from now on is to see it.
    pub changed: bool,
    /// What `head` was when the present turn began.
    before: Option<Head>,
    /// Pages in the WAL, and how many of them were there when the last copy began.
    wal: i32,
    copied: i32,
    copier: Copier,
    readers: Readers,
    reserve: Reserve,
}

/// 書き戻し: copies what was committed from the WAL to the database, while everybody goes on. SQLite
/// would do so within a commit, and all would wait for it.
struct Copier {
    conn: Arc<Lock<Connection>>,
    done: Arc<AtomicBool>,
}

impl Copier {
    fn begin(&self) {
        let (conn, done) = (self.conn.clone(), self.done.clone());
        done.store(false, SeqCst);
        tokio::task::spawn_blocking(move || {
            if let Ok(conn) = conn.try_lock() {
                let _ = conn.query_row("pragma wal_checkpoint(passive)", (), |_| Ok(()));
                done.store(true, SeqCst);
            }
        });
    }

    /// It has just copied: little is left.
    fn is_done(&self) -> bool {
        self.done.swap(false, SeqCst)
    }
}

/// 記録の鎖の先頭: sequence and hash of the last event.
pub type Head = (i64, String);

/// The only chain of a SQLite file.
pub const MAIN: &str = "main";

#[derive(Clone)]
pub struct Writer {
    batch: Arc<Mutex<Batch>>,
    waiting: Arc<AtomicUsize>,
}

impl Writer {
    pub fn new(conn: Connection, copies: Connection, readers: Readers, reserve: Reserve) -> Self {
        conn.wal_hook(Some(|wal, pages| {
            WAL.set(pages);
            if pages >= BEHIND {
                // Whatever comes of it, the commit was kept.
                let _ = wal.checkpoint();
            }
            Ok(())
        }));
        let batch = Batch {
            conn,
            open: false,
            alone: false,
            done: vec![],
            head: None,
            changed: false,
            before: None,
            wal: 0,
            copied: 0,
            copier: Copier { conn: Arc::new(Lock::new(copies)), done: Arc::default() },
            readers,
            reserve,
        };
        Self { batch: Arc::new(Mutex::new(batch)), waiting: Arc::default() }
    }

    /// Waits for the turn and opens a savepoint (or the transaction itself, for the first).
    pub async fn enter(&self) -> Result<OwnedMutexGuard<Batch>> {
        self.waiting.fetch_add(1, SeqCst);
        let mut place = Waiting(Some(self.clone()));
        let b = self.batch.clone().lock_owned().await;
        let mut opening = Opening(Some((self.clone(), b)));
        if let Some((_, b)) = &mut opening.0 {
            b.begin().await?;
        }
        place.0 = None;
        self.waiting.fetch_sub(1, SeqCst);
        opening.0.take().map(|(_, b)| b).ok_or_else(|| Error::Lost("no writer".into()))
    }

    /// Keeps what the guard's owner did and commits when nobody else waits. What was begun here
    /// goes on even if the requester goes away.
    pub fn leave(self, mut b: OwnedMutexGuard<Batch>, tell: Told) {
        match b.keep() {
            // SQLite gave up the whole transaction: nobody's change was kept.
            Err(e) => {
                let why = Why::from(e);
                b.abandon(why.clone());
                let _ = tell.send(Err(why));
            }
            Ok(()) if faults::chosen() == Fault::Early => {
                let _ = tell.send(Ok(()));
                tokio::spawn(async move {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    self.finish_if_last(b);
                });
            }
            Ok(()) => {
                b.done.push(tell);
                self.finish_if_last(b);
            }
        }
    }

    /// Takes back what the guard's owner did.
    pub fn undo(self, mut b: OwnedMutexGuard<Batch>) {
        if b.alone {
            b.abandon(Why::Other("rolled back".into()));
        } else if let Err(e) = b.conn.execute_batch("rollback to one; release one") {
            b.abandon(Why::from(e));
        } else {
            b.head = b.before.take();
        }
        self.finish_if_last(b);
    }

    /// Copies what has come together, if nobody writes at this moment.
    pub fn copy_in_a_lull(&self) {
        if let Ok(mut b) = self.batch.clone().try_lock_owned() {
            b.copy_from(IN_A_LULL);
        }
    }

    /// Whoever is about to enter does so first: one commit the fewer. The disk is waited for here:
    /// there is a worker more for it, and to wake another thread takes as long as the disk.
    fn finish_if_last(&self, b: OwnedMutexGuard<Batch>) {
        let is_full = b.done.len() >= TOGETHER;
        if !is_full && !self.nobody_waits() {
            return;
        }
        let writer = self.clone();
        tokio::spawn(async move {
            tokio::task::yield_now().await;
            if is_full || writer.nobody_waits() {
                finish(b);
            }
        });
    }

    fn nobody_waits(&self) -> bool {
        self.waiting.load(SeqCst) == 0
    }
}

fn finish(mut b: OwnedMutexGuard<Batch>) {
    if b.finish() {
        tokio::task::spawn_blocking(move || b.begin_wal_anew());
    }
}

/// A place in the queue. If its owner goes away, someone must still commit for the others.
struct Waiting(Option<Writer>);

impl Drop for Waiting {
    fn drop(&mut self) {
        let Some(w) = self.0.take() else { return };
        w.waiting.fetch_sub(1, SeqCst);
        tokio::spawn(async move {
            let b = w.batch.clone().lock_owned().await;
            w.finish_if_last(b);
        });
    }
}

/// A turn that has begun. A browser may go away between the statement and its answer; what was
/// opened for it must not stay open for the next.
struct Opening(Option<(Writer, OwnedMutexGuard<Batch>)>);

impl Drop for Opening {
    fn drop(&mut self) {
        if let Some((writer, b)) = self.0.take() {
            writer.undo(b);
        }
    }
}

impl Batch {
    async fn begin(&mut self) -> Result<()> {
        // Before anything is awaited: a turn may be given up while it begins.
        self.before.clone_from(&self.head);
        // The first needs no savepoint: should it fail, there is nothing else to keep.
        self.alone = !self.open;
        if self.alone {
            self.open_transaction().await?;
            self.open = true;
        } else {
            self.say("savepoint one")?;
        }
        Ok(())
    }

    /// A command of the program may be writing to the same file: its end is waited for, and
    /// everybody else's work goes on.
    async fn open_transaction(&mut self) -> Result<()> {
        for _ in 0..TRIES {
            match self.say("begin immediate") {
                Err(e) if e.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
                    tokio::time::sleep(PAUSE).await;
                }
                done => return Ok(done?),
            }
        }
        Ok(self.say("begin immediate")?)
    }

    fn keep(&mut self) -> rusqlite::Result<()> {
        if self.alone { Ok(()) } else { self.say("release one") }
    }

    /// Commits; says whether it is time to begin the WAL anew.
    fn finish(&mut self) -> bool {
        if !std::mem::take(&mut self.open) {
            return false;
        }
        let kept = self.commit().map_err(Why::from);
        self.head = None;
        if kept.is_err() {
            let _ = self.say("rollback");
        }
        if std::mem::take(&mut self.changed) {
            self.readers.changed();
        }
        for tell in self.done.drain(..) {
            let _ = tell.send(kept.clone());
        }
        self.copy()
    }

    /// Has the WAL copied when it has grown; says whether it is time to begin it anew.
    fn copy(&mut self) -> bool {
        let before = self.wal;
        self.wal = match WAL.take() {
            0 => before,
            pages => pages,
        };
        if self.wal < before {
            self.copied = 0;
        }
        let is_full = self.reserve.is_given_up();
        let (copied, begun) =
            if is_full { (COPIED_WHEN_FULL, BEGUN_WHEN_FULL) } else { (COPIED, BEGUN) };
        self.copy_from(copied);
        self.wal >= begun && self.copier.is_done()
    }

    fn copy_from(&mut self, pages: i32) {
        if self.wal - self.copied >= pages {
            self.copied = self.wal;
            self.readers.let_go();
            self.copier.begin();
        }
    }

    /// SQLite does so by itself only when nobody reads at the moment of a commit; at a busy desk
    /// somebody always does, and every page would be looked up in a file that grows. What is left
    /// is copied while everybody reads on; only the beginning anew waits for the statements that
    /// run, and they for it. If one takes too long, the next time will do.
    fn begin_wal_anew(&self) {
        self.readers.let_go();
        let _ = self.conn.query_row("pragma wal_checkpoint(passive)", (), |_| Ok(()));
        if let Some(_nobody) = self.readers.pause(STATEMENT) {
            let _ = self.conn.query_row("pragma wal_checkpoint(restart)", (), |_| Ok(()));
        }
    }

    fn commit(&mut self) -> rusqlite::Result<()> {
        if let Some((seq, hash)) = &self.head {
            self.conn.prepare_cached(SET_HEAD)?.execute((MAIN, seq, hash))?;
        }
        self.say("commit")
    }

    fn abandon(&mut self, why: Why) {
        let _ = self.say("rollback");
        (self.open, self.head) = (false, None);
        for tell in self.done.drain(..) {
            let _ = tell.send(Err(why.clone()));
        }
    }

    fn say(&self, command: &str) -> rusqlite::Result<()> {
        lite::say(&self.conn, command)
    }
}
