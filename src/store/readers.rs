//! 読む接続: what reads SQLite, and which state of the database it sees.
//!
//! SQLite forgets every page it has read once anybody has committed, and at a desk everybody who
//! looks commits: that they looked. So a reader keeps its state while nothing but looks was
//! committed; only who asks for looks is shown the newest, of what was looked at as well. What
//! takes long has connections of its own: a page never waits for a report.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{Error, Result, lite};

/// No more than so many for the desk: each holds the parsed schema and its pages.
const DESK: usize = 8;
/// For those who ask who looked at what.
const LOOKS: usize = 1;
/// For what takes long: it waits for its like, never the desk for it.
pub const LONG: usize = 2;
/// Kilobytes of pages that a reader of the desk keeps; the others keep what SQLite usually does.
const KEPT: i64 = 16_000;

/// Workers of the runtime, one for each core. A statement holds its worker as long as it runs, a
/// commit until it is on disk; more workers than cores only take each other's turns, and keep
/// memory.
pub fn workers() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from).max(2)
}

/// 読み方. Whom a statement keeps waiting, and whether it must see the newest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// A page of the desk: what was committed but for looks.
    Desk,
    /// Who looked at what, and what the same question asks next.
    Looks,
    /// Long, on a connection of its own; the newest.
    Long,
}

/// Opened when they are first needed, and given back warm.
#[derive(Clone)]
pub struct Readers {
    desk: Arc<Pool>,
    looks: Arc<Pool>,
    long: Arc<Pool>,
}

struct Pool {
    file: PathBuf,
    size: usize,
    free: Mutex<Vec<Open>>,
    places: Arc<Semaphore>,
    newest: AtomicU64,
}

struct Open {
    conn: Connection,
    /// It sees everything that was committed before so many changes were counted.
    state: Option<u64>,
}

impl Pool {
    fn new(file: &Path, size: usize) -> Arc<Self> {
        let places = Arc::new(Semaphore::new(size));
        let (free, newest) = (Mutex::default(), AtomicU64::new(0));
        Arc::new(Self { file: file.to_owned(), size, free, places, newest })
    }
}

impl Readers {
    pub fn new(file: &Path) -> Self {
        let pool = |size| Pool::new(file, size);
        Self { desk: pool(workers().min(DESK)), looks: pool(LOOKS), long: pool(LONG) }
    }

    /// One for a statement that reads so.
    pub async fn take(&self, reading: Reading) -> Result<Reader> {
        let pool = match reading {
            Reading::Desk => &self.desk,
            Reading::Looks => &self.looks,
            Reading::Long => &self.long,
        };
        let closed = |_| Error::Lost("the database is closed".into());
        let place = pool.places.clone().acquire_owned().await.map_err(closed)?;
        let free = pool.free.lock().ok().and_then(|mut free| free.pop());
        let mut open = match free {
            Some(open) => open,
            None => Open::new(&pool.file, reading)?,
        };
        if reading == Reading::Desk {
            open.begin(pool.newest.load(SeqCst))?;
        }
        Ok(Reader { open: Some(open), pool: pool.clone(), _place: place })
    }

    /// Something was committed that everybody sees from now on.
    pub fn changed(&self) {
        self.desk.newest.fetch_add(1, SeqCst);
    }

    /// Nobody keeps an old state any longer than the statement that runs: as long as somebody does,
    /// the WAL cannot be copied to the database, nor begun anew.
    pub fn let_go(&self) {
        self.changed();
        if let Ok(mut free) = self.desk.free.lock() {
            free.iter_mut().for_each(Open::end);
        }
    }

    /// Waits until no statement runs, and keeps any from beginning until the answer is dropped;
    /// `None` when one takes longer.
    pub fn pause(&self, longest: Duration) -> Option<Paused> {
        let all = |pool: &Arc<Pool>| pool.places.clone().acquire_many_owned(pool.size as u32);
        let places = async { tokio::try_join!(all(&self.desk), all(&self.looks), all(&self.long)) };
        let waited = async { tokio::time::timeout(longest, places).await };
        let places = Handle::try_current().ok()?.block_on(waited).ok()?.ok()?;
        self.let_go();
        Some(Paused { _places: places.into() })
    }

    /// Nobody is given one any more; those that are out come back and are closed.
    pub async fn close(&self) {
        for pool in [&self.desk, &self.looks, &self.long] {
            let _ = pool.places.acquire_many(pool.size as u32).await;
            pool.places.close();
            if let Ok(mut free) = pool.free.lock() {
                free.clear();
            }
        }
    }
}

impl Open {
    fn new(file: &Path, reading: Reading) -> Result<Self> {
        let conn = lite::open(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        if reading == Reading::Desk {
            conn.pragma_update(None, "cache_size", -KEPT)?;
        }
        Ok(Self { conn, state: None })
    }

    /// `changes` was read before: what is counted later may be seen already, never the reverse.
    fn begin(&mut self, changes: u64) -> Result<()> {
        if self.state == Some(changes) && !self.conn.is_autocommit() {
            return Ok(());
        }
        self.end();
        lite::say(&self.conn, "begin")?;
        self.state = Some(changes);
        Ok(())
    }

    fn end(&mut self) {
        self.state = None;
        if !self.conn.is_autocommit() {
            let _ = lite::say(&self.conn, "commit");
        }
    }
}

/// Nobody reads as long as this is held.
pub struct Paused {
    _places: [OwnedSemaphorePermit; 3],
}

/// One of them, for one statement. The one given back last is the next to go out: its pages are the
/// warmest.
pub struct Reader {
    open: Option<Open>,
    pool: Arc<Pool>,
    _place: OwnedSemaphorePermit,
}

impl Reader {
    pub fn conn(&self) -> Result<&Connection> {
        let open = self.open.as_ref().map(|open| &open.conn);
        open.ok_or_else(|| Error::Lost("the database is closed".into()))
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let Some(mut open) = self.open.take() else { return };
        let Ok(mut free) = self.pool.free.lock() else { return };
        // Under the lock: `let_go` finds it among the free, or it sees here what was counted.
        let newest = self.pool.newest.load(SeqCst);
        if open.state.is_some_and(|seen| seen != newest) {
            open.end();
        }
        free.push(open);
    }
}

#[cfg(test)]
mod tests {
    use tokio::runtime::Runtime;

    use super::super::Sql;
    use super::*;

    const MOMENT: Duration = Duration::from_millis(20);
    const COUNT: &str = "select count(*) from people";

    struct Desk {
        _folder: tempfile::TempDir,
        runtime: Runtime,
        writer: Connection,
        readers: Readers,
    }

    impl Desk {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("desk.db");
            let writer = Connection::open(&file).unwrap();
            let sql = "pragma journal_mode = wal; create table people (id);
                       create table audit_events (id)";
            writer.execute_batch(sql).unwrap();
            writer.busy_timeout(Duration::ZERO).unwrap();
            let (runtime, readers) = (Runtime::new().unwrap(), Readers::new(&file));
            Self { _folder: folder, runtime, writer, readers }
        }

        fn enrol(&self) {
            self.writer.execute_batch("insert into people values (1)").unwrap();
        }

        fn counted(&self, sql: &'static str) -> i64 {
            let looks = Sql::from(sql).is_of_looks();
            let reading = if looks { Reading::Looks } else { Reading::Desk };
            let reader = self.runtime.block_on(self.readers.take(reading)).unwrap();
            reader.conn().unwrap().query_row(sql, (), |row| row.get(0)).unwrap()
        }

        /// Whether somebody kept the WAL from being begun anew.
        fn is_held(&self) -> bool {
            let sql = "pragma wal_checkpoint(restart)";
            self.writer.query_row(sql, (), |row| row.get::<_, i64>(0)).unwrap() == 1
        }
    }

    #[test]
    fn a_state_is_kept_until_a_change_is_counted() {
        let desk = Desk::new();
        assert_eq!(desk.counted(COUNT), 0);
        desk.enrol();
        assert_eq!(desk.counted(COUNT), 0, "kept");
        desk.readers.changed();
        assert_eq!(desk.counted(COUNT), 1);
    }

    #[test]
    fn who_looked_is_always_the_newest() {
        let desk = Desk::new();
        let looks = "select count(*) from audit_events";
        assert_eq!((desk.counted(COUNT), desk.counted(looks)), (0, 0));
        desk.writer.execute_batch("insert into audit_events values (1)").unwrap();
        desk.enrol();
        assert_eq!((desk.counted(COUNT), desk.counted(looks)), (0, 1));
        let beside = desk.runtime.block_on(desk.readers.take(Reading::Looks)).unwrap();
        let people: i64 = beside.conn().unwrap().query_row(COUNT, (), |row| row.get(0)).unwrap();
        assert_eq!(people, 1, "the same question goes on with the newest");
    }

    #[test]
    fn what_another_process_wrote_is_seen_once_all_let_go() {
        let desk = Desk::new();
        assert_eq!(desk.counted(COUNT), 0);
        desk.enrol();
        assert_eq!(desk.counted(COUNT), 0, "it is not counted");
        desk.readers.let_go();
        assert_eq!(desk.counted(COUNT), 1);
    }

    #[test]
    fn the_desk_never_waits_for_what_takes_long() {
        let desk = Desk::new();
        let long = async || desk.readers.take(Reading::Long).await.unwrap();
        let (_one, _two) = (desk.runtime.block_on(long()), desk.runtime.block_on(long()));
        let third = async { tokio::time::timeout(MOMENT, long()).await };
        assert!(desk.runtime.block_on(third).is_err(), "it waits for its like");
        assert_eq!(desk.counted(COUNT), 0);
        assert_eq!(desk.counted("select count(*) from audit_events"), 0);
    }

    #[test]
    fn what_takes_long_sees_the_newest_and_holds_no_state() {
        let desk = Desk::new();
        let count = || {
            let reader = desk.runtime.block_on(desk.readers.take(Reading::Long)).unwrap();
            reader.conn().unwrap().query_row(COUNT, (), |row| row.get::<_, i64>(0)).unwrap()
        };
        assert_eq!(count(), 0);
        desk.enrol();
        assert_eq!(count(), 1);
        assert!(!desk.is_held());
    }

    #[test]
    fn nobody_keeps_the_wal_from_being_begun_anew() {
        let desk = Desk::new();
        assert_eq!(desk.counted(COUNT), 0);
        desk.enrol();
        assert!(desk.is_held(), "by the reader that keeps its state");
        desk.readers.let_go();
        assert!(!desk.is_held());
    }

    #[test]
    fn whoever_reads_while_all_are_told_to_let_go_lets_go_when_done() {
        let desk = Desk::new();
        let reader = desk.runtime.block_on(desk.readers.take(Reading::Desk)).unwrap();
        let count = || reader.conn().unwrap().query_row(COUNT, (), |row| row.get::<_, i64>(0));
        assert_eq!(count().unwrap(), 0);
        desk.enrol();
        desk.readers.let_go();
        assert!(desk.is_held(), "still reading");
        drop(reader);
        assert!(!desk.is_held());
    }

    #[test]
    fn a_pause_waits_for_a_statement_and_not_for_ever() {
        let desk = Desk::new();
        let pause = || {
            let _inside = desk.runtime.enter();
            desk.readers.pause(MOMENT)
        };
        let reader = desk.runtime.block_on(desk.readers.take(Reading::Desk)).unwrap();
        assert!(pause().is_none());
        drop(reader);
        let paused = pause().unwrap();
        let next = async { tokio::time::timeout(MOMENT, desk.readers.take(Reading::Desk)).await };
        assert!(desk.runtime.block_on(next).is_err(), "nobody begins");
        drop(paused);
        assert_eq!(desk.counted(COUNT), 0);
    }
}
