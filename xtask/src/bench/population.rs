//! A population of any size, made once, kept in the target folder, copied for every run.

use std::path::{Path, PathBuf};

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};

use super::http::{Connection as Browser, Request};
use super::names::{self, Name};
use super::server::Server;

/// The password of everybody in the population.
pub const PASSWORD: &str = "quiet-morning-river-2026";
const SQL: &[&str] = &[include_str!("population.sql"), include_str!("search.sql")];

/// A folder of its own with a database of so many clients in it.
pub async fn fresh(program: &Path, clients: usize) -> Result<tempfile::TempDir, String> {
    let made = made(program, clients).await?;
    let base = super::target().join("bench");
    let folder = tempfile::Builder::new().prefix("run-").tempdir_in(base);
    let folder = folder.map_err(super::said("a folder"))?;
    let to = folder.path().join("kakehashi.db");
    std::fs::copy(made, &to).map_err(super::said("copy the population"))?;
    // What the machine still has to write would be measured with the first requests.
    let copy = std::fs::File::open(to).and_then(|file| file.sync_all());
    copy.map_err(super::said("keep the population"))?;
    Ok(folder)
}

/// The kept file: its name holds everything it depends on.
async fn made(program: &Path, clients: usize) -> Result<PathBuf, String> {
    let folder = super::target().join("bench");
    let file = folder.join(format!("web-{clients}-{:016x}.db", fingerprint()?));
    if file.exists() {
        return Ok(file);
    }
    eprintln!("making a population of {clients} ...");
    let work = folder.join(format!("making-{clients}"));
    let _ = std::fs::remove_dir_all(&work);
    std::fs::create_dir_all(&work).map_err(super::said("a folder"))?;
    begin(program, &work)?;
    let path = work.join("kakehashi.db");
    let filled = fill(&path, clients).await.map_err(|e| e.to_string());
    filled?;
    std::fs::rename(&path, &file).map_err(super::said("keep the population"))?;
    let _ = std::fs::remove_dir_all(&work);
    Ok(file)
}

/// Migrations and SQL of the population.
fn fingerprint() -> Result<u64, String> {
    let mut all: Vec<String> = SQL.iter().map(|s| (*s).to_owned()).collect();
    let files = std::fs::read_dir(super::root().join("migrations"));
    let files = files.map_err(super::said("migrations"))?.flatten();
    let mut paths: Vec<_> = files.map(|f| f.path()).collect();
    paths.sort();
    for path in paths {
        all.push(std::fs::read_to_string(path).map_err(super::said("migrations"))?);
    }
    let fnv = |h: u64, b: u8| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3);
    Ok(all.concat().bytes().fold(0xcbf2_9ce4_8422_2325, fnv))
}

/// The program makes the tables, and its first administrator the ward and a password.
fn begin(program: &Path, folder: &Path) -> Result<(), String> {
    let data = folder.to_string_lossy();
    let server = Server::start(program, &["serve", "--data", &data, "--listen", "{at}"], "/login")?;
    let link = server.said.iter().find_map(|l| l.split("/invitations/").nth(1));
    let token = link.ok_or("no link for the first administrator")?.trim().to_owned();
    let body =
        format!("place=Midori&name=Bench&login=bench&password={PASSWORD}&again={PASSWORD}&_csrf=");
    let request = Request::post(&format!("/invitations/{token}"), "", &body);
    let answer = Browser::open(server.at)?.ask(&request)?;
    server.stop();
    if answer.status == 303 {
        Ok(())
    } else {
        Err(format!("invitation: {} {}", answer.status, String::from_utf8_lossy(&answer.body)))
    }
}

async fn fill(path: &Path, clients: usize) -> Result<(), sqlx::Error> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .pragma("cache_size", "-262144")
        .foreign_keys(false);
    let mut conn = SqliteConnection::connect_with(&options).await?;
    sqlx::raw_sql("begin").execute(&mut conn).await?;
    let ward = "create temp table ward as select o.controller_id as id from posts p
                join organisations o on o.id = p.organisation_id limit 1";
    sqlx::raw_sql(ward).execute(&mut conn).await?;
    put(&mut conn, "families", &names::families()).await?;
    put(&mut conn, "givens", &names::given()).await?;
    for sql in SQL {
        let sql = sql.replace("{N}", &clients.to_string());
        let sql = CODES.iter().fold(sql, |sql, (mark, list)| sql.replace(mark, &one_of(list)));
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut conn).await?;
    }
    for sql in ["commit", "pragma wal_checkpoint(truncate)"] {
        sqlx::raw_sql(sql).execute(&mut conn).await?;
    }
    conn.close().await
}

/// Marks in the SQL and the codes they stand for, in turn.
const CODES: &[(&str, &[&str])] = &[
    ("{AREA}", &["east", "west", "south", "north", "central"]),
    ("{CARE}", &["ventilator", "suction", "tube_feeding", "oxygen"]),
    ("{ROLE}", &["hospital"]),
    ("{WHERE}", &["home"]),
    ("{TEAM}", &["nursing_station"]),
    ("{CHANNEL}", &["phone", "visit_in", "visit_out", "mail"]),
    ("{INQUIRER}", &["family", "support_specialist", "municipality", "school", "medical"]),
    ("{NOTE}", &["home_visit", "call", "meeting"]),
];

fn one_of(list: &[&str]) -> String {
    let one = |(n, code): (usize, &&str)| format!("when {n} then '{code}'");
    let all: Vec<String> = list.iter().enumerate().map(one).collect();
    format!("(case i % {} {} end)", list.len(), all.join(" "))
}

async fn put(conn: &mut SqliteConnection, table: &str, all: &[Name]) -> Result<(), sqlx::Error> {
    let make = format!(
        "create temp table {table}
           (i integer primary key, kanji text, kana text, kanji_key text, kana_key text)"
    );
    sqlx::raw_sql(AssertSqlSafe(make)).execute(&mut *conn).await?;
    for (n, (kanji, kana)) in all.iter().enumerate() {
        let sql = format!("insert into {table} values ($1, $2, $3, $4, $5)");
        sqlx::query(AssertSqlSafe(sql))
            .bind(n as i64)
            .bind(kanji)
            .bind(kana)
            .bind(kana::search_key(kanji))
            .bind(kana::search_key(kana))
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}
