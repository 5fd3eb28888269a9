//! What a database file is to the demo: its own, nobody's, or somebody's real work.

use std::path::Path;

use civil::Date;
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use uuid::Uuid;

use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::store::{self, Db, Tx};
use crate::web::Result;

/// 見本の印: what was found where the demo wants to keep its data.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// No file, or a database nobody works in.
    Nothing,
    /// The sample ward; `whole` unless the program was stopped while it was being played.
    Sample { built_on: Option<Date>, whole: bool },
    /// Accounts without the mark of the demo: never touched, not even migrated.
    Real,
}

const PLAYING: &str = "playing";
const WHOLE: &str = "whole";

/// Looks without changing anything: before it is known whose file this is, nothing may be migrated.
pub async fn look(file: &Path) -> std::result::Result<Found, String> {
    if !file.exists() {
        return Ok(Found::Nothing);
    }
    let unreadable = |e: sqlx::Error| format!("{} を読めません: {e}", file.display());
    let options = SqliteConnectOptions::new().filename(file).read_only(true);
    let mut conn = SqliteConnection::connect_with(&options).await.map_err(unreadable)?;
    let found = inside(&mut conn).await.map_err(unreadable);
    conn.close().await.map_err(unreadable)?;
    found
}

async fn inside(conn: &mut SqliteConnection) -> std::result::Result<Found, sqlx::Error> {
    let known = "select count(*) from sqlite_master where name in ('accounts', 'settings')";
    let (known,): (i64,) = sqlx::query_as(known).fetch_one(&mut *conn).await?;
    if known < 2 {
        let any = "select count(*) from sqlite_master where name not like '_sqlx%'";
        let (any,): (i64,) = sqlx::query_as(any).fetch_one(&mut *conn).await?;
        return Ok(if any == 0 { Found::Nothing } else { Found::Real });
    }
    let newest = "select value from settings where key = 'demo' order by id desc limit 1";
    let mark: Option<(String,)> = sqlx::query_as(newest).fetch_optional(&mut *conn).await?;
    if let Some((mark,)) = mark {
        let (state, built_on) = mark.split_once(' ').unwrap_or((&mark, ""));
        return Ok(Found::Sample { built_on: built_on.parse().ok(), whole: state == WHOLE });
    }
    let accounts = "select count(*) from accounts";
    let (accounts,): (i64,) = sqlx::query_as(accounts).fetch_one(conn).await?;
    Ok(if accounts == 0 { Found::Nothing } else { Found::Real })
}

/// Whether an open database, whichever it is, is the sample's.
pub async fn is_marked(db: &Db, actor: &Actor) -> store::Result<bool> {
    let mut read = db.read(actor).await?;
    let (n,): (i64,) =
        read.one("select count(*) from settings where key = 'demo'", args![]).await?;
    Ok(n > 0)
}

/// Says whose database this is, before anything else is written into it.
pub(super) async fn begin(tx: &mut Tx, day: Date) -> Result<()> {
    set(tx, PLAYING, day).await
}

pub(super) async fn finish(tx: &mut Tx, day: Date) -> Result<()> {
    set(tx, WHOLE, day).await
}

async fn set(tx: &mut Tx, state: &str, day: Date) -> Result<()> {
    let actor = tx.actor.clone();
    let (id, value) = (Uuid::now_v7().to_string(), format!("{state} {day}"));
    tx.exec(
        "insert into settings (id, key, value, recorded_at, recorded_by)
         values ($1, 'demo', $2, $3, $4)",
        args![id, value, actor.at, actor.account_id],
    )
    .await?;
    tx.record(Event::new("set", "setting", "demo")).await?;
    Ok(())
}
