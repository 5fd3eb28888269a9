//! この仕組みの調子: what an administrator looks at first when something seems wrong, and one word
//! for a monitor. Counts, sizes and instants; nothing here is about a person.

use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use civil::Instant;
use serde_json::json;

use crate::access::Actor;
use crate::args;
use crate::audit::seal::{FILE, Sealed};
use crate::store::{FromRow, Read};
use crate::web::{App, Page, Result, page, said};

pub async fn get(State(app): State<App>, actor: Actor) -> Result<Response> {
    let health = look(&mut app.read(&actor).await?, &app).await?;
    let heads = heads(&mut app.read(&actor).await?).await?;
    let faults = app.faults.all();
    page(Administration { page: app.page(&actor, "調子", "/accounts"), health, heads, faults })
}

/// `GET /health`: a word for whoever asks, and nothing more.
pub async fn monitor(State(app): State<App>) -> Response {
    let system = Actor::system(app.clock.now(), "");
    let well = match app.read(&system).await {
        Ok(mut read) => look(&mut read, &app).await.is_ok_and(|h| h.is_well()),
        Err(_) => false,
    };
    match well {
        true => Json(json!({ "status": "ok" })).into_response(),
        false => {
            (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "status": "not ok" }))).into_response()
        }
    }
}

/// 調子.
struct Health {
    version: &'static str,
    database: &'static str,
    counts: Counts,
    /// Free megabytes where the seals, and with SQLite the data, lie.
    free: Option<u64>,
    /// When, and which number.
    last_seal: Option<(Instant, i64)>,
    seal_is_late: bool,
    breaks: usize,
    /// What runs in the background now.
    jobs: usize,
}

#[derive(FromRow)]
struct Counts {
    events: i64,
    chains: i64,
    sessions: i64,
    bytes: i64,
    failed_imports: i64,
    backup: Option<String>,
}

/// A seal is made every hour; after two something is wrong.
const LATE_MINUTES: i64 = 125;
/// With less than this free, the disk is the next thing to fail.
const LITTLE_MB: u64 = 1_024;

const SIZE: [&str; 2] = [
    "(select page_count * page_size from pragma_page_count(), pragma_page_size())",
    "pg_database_size(current_database())",
];

async fn look(read: &mut Read, app: &App) -> Result<Health> {
    let now = app.clock.now();
    let size = SIZE[usize::from(read.is_postgres())];
    let sql = format!(
        "select (select count(*) from audit_heads) as chains,
           (select cast(coalesce(sum(seq), 0) as bigint) from audit_heads) as events,
           (select count(*) from sessions where expires_at > $1) as sessions,
           cast({size} as bigint) as bytes,
           (select count(*) from audit_events where verb = 'fail' and noun = 'import'
             and at > $2) as failed_imports,
           (select max(at) from audit_events where verb = 'backup') as backup"
    );
    let week = now.plus(civil::Minutes(-7 * 24 * 60));
    let counts: Counts = read.one(crate::store::Sql::built(sql), args![now, week]).await?;
    let folder = app.config.seals.as_ref();
    let file = folder.and_then(|f| Sealed::open(&f.join(FILE)).ok()).unwrap_or_default();
    let last = file.seals.last().and_then(|s| Some((s.at.parse::<Instant>().ok()?, s.n)));
    Ok(Health {
        version: env!("CARGO_PKG_VERSION"),
        database: if read.is_postgres() { "PostgreSQL" } else { "SQLite" },
        counts,
        free: folder.and_then(|f| free_megabytes(f)),
        seal_is_late: folder.is_some()
            && last.is_none_or(|(at, _)| now.minutes_since(at).0 > LATE_MINUTES),
        last_seal: last,
        breaks: file.breaks.len(),
        jobs: app.jobs.running(),
    })
}

fn free_megabytes(folder: &std::path::Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize) / 1_048_576)
}

/// The ends of the chains: (writer, events, the first digits of the hash).
async fn heads(read: &mut Read) -> Result<Vec<(String, i64, String)>> {
    let sql = "select writer_id, seq, substr(hash, 1, 16) from audit_heads order by writer_id";
    Ok(read.all(sql, args![]).await?)
}

impl Health {
    fn is_well(&self) -> bool {
        !self.seal_is_late && self.breaks == 0 && !self.is_full()
    }

    fn is_full(&self) -> bool {
        self.free.is_some_and(|mb| mb < LITTLE_MB)
    }

    fn sealed(&self) -> String {
        match self.last_seal {
            Some((at, n)) => format!("{}（{n}番）", said::moment(&at.to_string())),
            None => "まだありません".to_owned(),
        }
    }

    fn size(&self) -> String {
        format!("{}MB", (self.counts.bytes + 524_288) / 1_048_576)
    }

    fn backup(&self) -> String {
        let at = self.counts.backup.as_deref().map(said::moment);
        at.unwrap_or_else(|| "この仕組みからの控えの記録はありません".to_owned())
    }
}

#[derive(Template)]
#[template(path = "staff/administration.html")]
struct Administration {
    page: Page,
    health: Health,
    heads: Vec<(String, i64, String)>,
    faults: Vec<crate::web::faults::Fault>,
}
