//! Opening a database: options, migrations, guards, and the checks that refuse a wrong one.

use std::time::Duration;

use rusqlite::OpenFlags;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{AssertSqlSafe, Connection, Executor, SqliteConnection};

use super::batch::Writer;
use super::readers::Readers;
use super::{Changes, Db, Engine, Error, Probe, Reserve, Result, guards, keyed, lines, lite, tx};

/// sqlx keeps 100: fewer than our statements.
const STATEMENTS: usize = 512;

impl Db {
    /// `sqlite:PATH` or `postgres://...`; brings the schema up to date.
    pub async fn connect(url: &str) -> Result<Self> {
        if url.starts_with("postgres") { postgres(url).await } else { sqlite(url).await }
    }

    /// Waits until every connection is back and closes them: nothing is left half written.
    pub async fn close(&self) {
        match &self.engine {
            Engine::Lite { read, .. } => read.close().await,
            Engine::Pg { pool, .. } => pool.close().await,
        }
    }
}

async fn sqlite(url: &str) -> Result<Db> {
    let options = url
        .parse::<SqliteConnectOptions>()?
        .create_if_missing(true)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal);
    let mut conn = SqliteConnection::connect_with(&options).await?;
    let migrations = sqlx::migrate!("./migrations");
    migrations.run_direct(None, &mut conn, false).await.map_err(sqlx::Error::from)?;
    conn.close().await?;
    let file = options.get_filename();
    let conn = lite::open(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    keyed::arrange(&conn)?;
    let mut kept = [guards::statements(false), lines::statements(false)].concat();
    if !conn.prepare(lines::ANY)?.exists(())? {
        kept.push(lines::fill());
    }
    conn.execute_batch(&format!("begin immediate; {}; commit", kept.join("; ")))?;
    // Left by an `analyze` from outside: with it SQLite prepares a statement anew for every value.
    conn.execute_batch("drop table if exists sqlite_stat4")?;
    // From here on another process is waited for without holding up a worker (see `batch`).
    conn.busy_timeout(Duration::ZERO)?;
    // What a savepoint would need to go back; every form wrote it to a file, twenty times.
    conn.pragma_update(None, "temp_store", "memory")?;
    let copies = lite::open(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let read = Readers::new(file);
    let reserve = Reserve::default();
    let write = Writer::new(conn, copies, read.clone(), reserve.clone());
    Ok(db(Engine::Lite { read, write }, reserve))
}

async fn postgres(url: &str) -> Result<Db> {
    let options = url.parse::<PgConnectOptions>()?.statement_cache_capacity(STATEMENTS);
    let pool = PgPoolOptions::new()
        .max_connections(16)
        .test_before_acquire(false)
        .connect_with(options)
        .await?;
    // Other collations order kana and compare key ranges differently from SQLite.
    let (collate,): (String,) = sqlx::query_as(
        "select datcollate::text from pg_database where datname = current_database()",
    )
    .fetch_one(&pool)
    .await?;
    if !matches!(collate.as_str(), "C" | "C.UTF-8" | "C.utf8") {
        return Err(Error::Lost(format!(
            "データベースの照合順序が {collate} です。C.UTF-8 で作り直してください \
             (createdb --locale=C.UTF-8 --template=template0)"
        )));
    }
    sqlx::migrate!("./migrations").run(&pool).await.map_err(sqlx::Error::from)?;
    let mut tx = pool.begin().await?;
    // Two servers may start at the same moment; the triggers are replaced by one of them at a time.
    tx.execute("select pg_advisory_xact_lock(7251)").await?;
    for sql in [guards::statements(true), lines::statements(true)].concat() {
        tx.execute(AssertSqlSafe(sql)).await?;
    }
    if tx.fetch_optional(lines::ANY).await?.is_none() {
        tx.execute(AssertSqlSafe(lines::fill())).await?;
    }
    tx.commit().await?;
    let engine = Engine::Pg { pool, writers: tx::Writers::default() };
    Ok(db(engine, Reserve::default()))
}

fn db(engine: Engine, reserve: Reserve) -> Db {
    let (probe, changes) = (Probe::default(), Changes::default());
    Db { engine, probe, changes, reserve }
}
