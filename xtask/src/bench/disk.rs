//! What the disk gives this minute: one sync, and durable commits of one row.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, Instant};

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{Connection, SqliteConnection};

const LASTING: Duration = Duration::from_secs(2);

/// (median, 99th of a hundred) of an overwrite of 4 KiB with `fdatasync`, in milliseconds.
pub fn sync_ms(folder: &Path) -> Result<(f64, f64), String> {
    let path = folder.join("sync.bin");
    let file = File::create(&path).map_err(super::said("sync"))?;
    let page = [7_u8; 4096];
    for n in 0..4096 {
        file.write_all_at(&page, n * 4096).map_err(super::said("sync"))?;
    }
    file.sync_all().map_err(super::said("sync"))?;
    let (began, mut times, mut n) = (Instant::now(), vec![], 0_u64);
    while began.elapsed() < LASTING {
        n = (n * 1_103_515_245 + 12_345) % 4096;
        let asked = Instant::now();
        file.write_all_at(&page, n * 4096).map_err(super::said("sync"))?;
        file.sync_data().map_err(super::said("sync"))?;
        times.push(asked.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    let _ = std::fs::remove_file(path);
    let at = |share: f64| times.get((times.len() as f64 * share) as usize).copied();
    Ok((at(0.5).unwrap_or_default(), at(0.99).unwrap_or_default()))
}

/// Transactions of one row a second: SQLite, WAL, synchronous FULL, one after the other.
pub async fn commits(folder: &Path) -> Result<f64, String> {
    let path = folder.join("commits.db");
    let options = SqliteConnectOptions::new()
        .filename(&path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let sql = |e: sqlx::Error| e.to_string();
    let mut conn = SqliteConnection::connect_with(&options).await.map_err(sql)?;
    let table = "create table if not exists t (id integer primary key, b text)";
    sqlx::query(table).execute(&mut conn).await.map_err(sql)?;
    let (began, mut n, text) = (Instant::now(), 0_u32, "x".repeat(200));
    while began.elapsed() < LASTING {
        let insert = sqlx::query("insert into t (b) values ($1)").bind(&text);
        insert.execute(&mut conn).await.map_err(sql)?;
        n += 1;
    }
    let rate = f64::from(n) / began.elapsed().as_secs_f64();
    conn.close().await.map_err(sql)?;
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{end}", path.display()));
    }
    Ok(rate)
}
