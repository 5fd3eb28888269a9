//! The inverse of what was just done to a part: it stands again as it stood before.

use super::Part;
use super::change::{bump, index, strike};
use crate::args;
use crate::audit::Event;
use crate::store::{FromRow, Read, Sql, Tx};
use crate::web::{Error, Result};

/// 行の履歴. When and by whom a row was written, ended and voided.
#[derive(Clone, Debug, FromRow)]
pub struct Trace {
    pub client_id: String,
    pub valid_from: String,
    pub valid_until: Option<String>,
    pub recorded_at: String,
    pub recorded_by: String,
    pub ended_at: Option<String>,
    pub ended_by: Option<String>,
    pub voided_at: Option<String>,
    pub voided_by: Option<String>,
    pub void_reason: Option<String>,
}

pub async fn trace(read: &mut Read, part: &Part, row: &str) -> Result<Trace> {
    let sql = format!(
        "select client_id, valid_from, valid_until, recorded_at, recorded_by, ended_at, ended_by,
           voided_at, voided_by, void_reason from {} where id = $1",
        part.table
    );
    read.maybe(Sql::built(sql), args![row]).await?.ok_or(Error::NotFound)
}

/// A row that was added is voided, and the one that ended for it goes on.
pub async fn unadd(tx: &mut Tx, part: &Part, row: &str, t: &Trace, why: &str) -> Result<()> {
    if t.voided_at.is_some() || t.valid_until.is_some() {
        return Err(changed());
    }
    bump(tx, &t.client_id, part.id).await?;
    let sql = format!(
        "update {} set valid_until = null, ended_at = null, ended_by = null
         where client_id = $1 and voided_at is null and valid_until = $2 and ended_at = $3
           and ended_by = $4",
        part.table
    );
    let before = args![t.client_id, t.valid_from, t.recorded_at, t.recorded_by];
    let reopened = if part.single { tx.exec(Sql::built(sql), before).await? } else { 0 };
    if part.lasting && reopened == 0 {
        let why = "空にはできません。訂正してください";
        return Err(Error::refused("", format!("{}は{why}", part.title)));
    }
    strike(tx, part, row, why).await?;
    done(tx, part, row, t).await
}

/// A row that was ended goes on.
pub async fn unend(tx: &mut Tx, part: &Part, row: &str, t: &Trace) -> Result<()> {
    if t.voided_at.is_some() || t.ended_at.is_none() {
        return Err(changed());
    }
    bump(tx, &t.client_id, part.id).await?;
    room(tx, part, row, (t, None)).await?;
    let sql = format!(
        "update {} set valid_until = null, ended_at = null, ended_by = null where id = $1",
        part.table
    );
    tx.exec(Sql::built(sql), args![row]).await?;
    done(tx, part, row, t).await
}

/// A row that was voided counts again.
pub async fn unvoid(tx: &mut Tx, part: &Part, row: &str, t: &Trace) -> Result<()> {
    if t.voided_at.is_none() {
        return Err(changed());
    }
    bump(tx, &t.client_id, part.id).await?;
    room(tx, part, row, (t, t.valid_until.as_deref())).await?;
    let sql = format!(
        "update {} set voided_at = null, voided_by = null, void_reason = null where id = $1",
        part.table
    );
    tx.exec(Sql::built(sql), args![row]).await?;
    done(tx, part, row, t).await
}

/// Nothing else may be so on the same days, of a part of which one thing is so at a time; and what
/// took the row's place may not stand beside it.
async fn room(
    tx: &mut Tx,
    part: &Part,
    row: &str,
    (t, until): (&Trace, Option<&str>),
) -> Result<()> {
    let sql = format!(
        "select count(*) from {} where client_id = $1 and id <> $2 and voided_at is null
           and (replaces_id = $2 or ($5 = 1 and (valid_until is null or valid_until > $3)
             and (cast($4 as text) is null or valid_from < $4)))",
        part.table
    );
    let until = until.map(str::to_owned);
    let others = args![t.client_id, row, t.valid_from, until, part.single];
    let (n,): (i64,) = tx.one(Sql::built(sql), others).await?;
    if n > 0 { Err(changed()) } else { Ok(()) }
}

async fn done(tx: &mut Tx, part: &Part, row: &str, t: &Trace) -> Result<()> {
    index(tx, &t.client_id, part).await?;
    let event = Event::new("take_back", part.table, row).about(&t.client_id);
    tx.record(event).await?;
    Ok(())
}

fn changed() -> Error {
    let why = "戻していません。そのあとに同じ項目が変わっています。いまの内容を確かめて、訂正してください";
    Error::refused("", why)
}
