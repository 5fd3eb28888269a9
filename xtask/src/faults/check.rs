//! Looks into the database after each kill: what was acknowledged must be there, once and whole.

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Connection, PgConnection, Row};
use tokio::runtime::Runtime;

use super::desk::Sent;

pub struct Checker {
    runtime: Runtime,
    options: SqliteConnectOptions,
    seen: Seen,
}

/// How far the last look went, so that each look costs as much as what is new.
#[derive(Default)]
struct Seen {
    consultations: i64,
    follow_ups: i64,
    events: i64,
    hash: String,
}

impl Checker {
    pub fn new(folder: &Path) -> Result<Self, String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|e| e.to_string())?;
        let options = SqliteConnectOptions::new().filename(folder.join("kakehashi.db"));
        let mut checker = Self { runtime, options, seen: Seen::default() };
        checker.ask(&[])?;
        Ok(checker)
    }

    /// The same database stands elsewhere now.
    pub fn moved(&mut self, folder: &Path) {
        self.options = SqliteConnectOptions::new().filename(folder.join("kakehashi.db"));
    }

    /// One line a fault. `sent` are the forms since the last look, each with its acknowledged id.
    pub fn ask(&mut self, sent: &[Sent]) -> Result<Vec<String>, String> {
        let Self { runtime, options, seen } = self;
        let work = async {
            let mut conn = SqliteConnection::connect_with(options).await?;
            let mut bad = lost(&mut conn, sent).await?;
            bad.extend(doubled(&mut conn, seen.consultations).await?);
            bad.extend(half(&mut conn, seen).await?);
            bad.extend(broken(&mut conn, seen).await?);
            let heads = "select (select coalesce(max(rowid), 0) from consultations),
                           (select coalesce(max(rowid), 0) from follow_ups)";
            let row = sqlx::query(heads).fetch_one(&mut conn).await?;
            (seen.consultations, seen.follow_ups) = (row.get(0), row.get(1));
            conn.close().await?;
            Ok(bad)
        };
        runtime.block_on(work).map_err(|e: sqlx::Error| e.to_string())
    }
}

async fn lost(conn: &mut SqliteConnection, sent: &[Sent]) -> Result<Vec<String>, sqlx::Error> {
    let mut bad = vec![];
    for s in sent {
        let Some(id) = &s.id else { continue };
        let sql = "select count(*) from consultations where id = $1 and text = $2";
        let (n,): (i64,) = sqlx::query_as(sql).bind(id).bind(&s.word).fetch_one(&mut *conn).await?;
        if n != 1 {
            bad.push(format!("lost: {}", s.word));
        }
    }
    Ok(bad)
}

async fn doubled(conn: &mut SqliteConnection, from: i64) -> Result<Vec<String>, sqlx::Error> {
    let sql = "select text, count(*) from consultations where rowid > $1 and text like 'fault-%'
               group by text having count(*) > 1";
    let rows: Vec<(String, i64)> = sqlx::query_as(sql).bind(from).fetch_all(conn).await?;
    Ok(rows.into_iter().map(|(word, n)| format!("done {n} times: {word}")).collect())
}

/// A call without its subject, its promise or its event; an event without its call.
async fn half(conn: &mut SqliteConnection, seen: &Seen) -> Result<Vec<String>, sqlx::Error> {
    let new = "select k.id from consultations k where k.rowid > $1 and k.text like 'fault-%'";
    let events = "select record_id from audit_events where writer_id = 'main' and seq > $2
                  and verb = 'log' and noun = 'consultation'";
    let promises = "select source_id from follow_ups where rowid > $2";
    let topics = "select consultation_id from consultation_topics t
                  where t.consultation_id = k.id and $2 = $2";
    let mut bad = vec![];
    for (what, sql, second) in [
        ("no event", format!("{new} and k.id not in ({events})"), seen.events),
        ("no promise", format!("{new} and k.id not in ({promises})"), seen.follow_ups),
        ("no subject", format!("{new} and not exists ({topics})"), 0),
        (
            "event alone",
            format!("{events} and record_id not in (select id from consultations) and $1 = $1"),
            seen.events,
        ),
    ] {
        let query = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(seen.consultations).bind(second);
        let rows: Vec<(String,)> = query.fetch_all(&mut *conn).await?;
        bad.extend(rows.into_iter().map(|(id,)| format!("{what}: {id}")));
    }
    Ok(bad)
}

/// Events that do not follow from the one before.
async fn broken(conn: &mut SqliteConnection, seen: &mut Seen) -> Result<Vec<String>, sqlx::Error> {
    let sql = "select seq, previous_hash, hash from audit_events where writer_id = 'main'
               and seq > $1 order by seq";
    let rows: Vec<(i64, String, String)> =
        sqlx::query_as(sql).bind(seen.events).fetch_all(conn).await?;
    let mut bad = vec![];
    for (seq, previous, hash) in rows {
        if seq != seen.events + 1 || (seen.events > 0 && previous != seen.hash) {
            bad.push(format!("chain broken at {seq}"));
        }
        (seen.events, seen.hash) = (seq, hash);
    }
    Ok(bad)
}

/// The same questions to PostgreSQL, which has no running number of a row: about everything.
pub fn whole_again(url: &str, sent: &[Sent]) -> Result<Vec<String>, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|e| e.to_string())?;
    runtime.block_on(on_postgres(url, sent)).map_err(|e: sqlx::Error| e.to_string())
}

async fn on_postgres(url: &str, sent: &[Sent]) -> Result<Vec<String>, sqlx::Error> {
    let mut conn = PgConnection::connect(url).await?;
    // What was counted is lost with a kill, and then it looks every event up in all of them.
    sqlx::query("analyze").execute(&mut conn).await?;
    let mut bad = vec![];
    for s in sent.iter().filter(|s| s.id.is_some()) {
        let sql = "select count(*) from consultations where id = $1 and text = $2";
        let (n,): (i64,) =
            sqlx::query_as(sql).bind(&s.id).bind(&s.word).fetch_one(&mut conn).await?;
        if n != 1 {
            bad.push(format!("lost: {}", s.word));
        }
    }
    let new = "select k.id from consultations k where k.text like 'fault-%' and";
    let logged = "verb = 'log' and noun = 'consultation'";
    for (what, sql) in [
        (
            "done twice",
            "select text from consultations where text like 'fault-%' group by text
             having count(*) > 1"
                .to_owned(),
        ),
        (
            "no event",
            format!(
                "{new} not exists (select 1 from audit_events e where e.record_id = k.id
                 and e.{logged})"
            ),
        ),
        (
            "no promise",
            format!("{new} not exists (select 1 from follow_ups f where f.source_id = k.id)"),
        ),
        (
            "no subject",
            format!(
                "{new} not exists (select 1 from consultation_topics t
                 where t.consultation_id = k.id)"
            ),
        ),
        (
            "event alone",
            format!(
                "select record_id from audit_events where {logged}
                 and record_id not in (select id from consultations)"
            ),
        ),
        (
            "chain broken",
            "select writer_id || ' ' || seq from (select writer_id, seq, previous_hash,
               lag(hash) over (partition by writer_id order by seq) as before
               from audit_events) e where before is not null and before <> previous_hash"
                .to_owned(),
        ),
    ] {
        let rows: Vec<(String,)> =
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(&mut conn).await?;
        bad.extend(rows.into_iter().map(|(id,)| format!("{what}: {id}")));
    }
    conn.close().await?;
    Ok(bad)
}
