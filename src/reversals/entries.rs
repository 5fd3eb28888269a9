//! Consultations, case notes and promises: what was just written is withdrawn, what was withdrawn
//! counts again, together with the promises that ended with it.

use serde_json::json;

use super::undo::{WHY, fresh, keep};
use crate::args;
use crate::audit::Event;
use crate::clients::see_by_id;
use crate::store::{FromRow, Sql, Tx};
use crate::web::{Error, Result};
use crate::{case_notes, consultations, follow_ups};

/// 書かれたもの. Table, page, source of its promises, noun of the audit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    table: &'static str,
    page: &'static str,
    noun: &'static str,
}

pub(super) const NOTE: Kind = Kind { table: "case_notes", page: "/case-notes", noun: "case_note" };
pub(super) const CALL: Kind =
    Kind { table: "consultations", page: "/consultations", noun: "consultation" };

pub(super) async fn undo(tx: &mut Tx, action: &str, id: &str) -> Result<String> {
    let actor = tx.actor.clone();
    match action {
        "note" | "consultation" => {
            let kind = if action == "note" { NOTE } else { CALL };
            let t = trace(tx, kind, id).await?;
            fresh(&actor, &t.recorded_by, &t.recorded_at)?;
            match action {
                "note" => case_notes::withdraw::withdraw(tx, id, WHY).await?,
                _ => consultations::withdraw::withdraw(tx, id, WHY).await?,
            }
            keep(tx, (action, id), t.client_id.as_deref(), json!({})).await?;
            Ok(format!("{}/{id}", kind.page))
        }
        "follow-done" => undone(tx, id).await,
        _ => {
            let kind = if action == "note-void" { NOTE } else { CALL };
            let t = trace(tx, kind, id).await?;
            let (by, at) = (t.voided_by.as_deref(), t.voided_at.as_deref());
            fresh(&actor, by.unwrap_or_default(), at.unwrap_or_default())?;
            restore(tx, kind, id).await
        }
    }
}

#[derive(FromRow)]
struct Trace {
    client_id: Option<String>,
    organisation_id: String,
    recorded_at: String,
    recorded_by: String,
    voided_at: Option<String>,
    voided_by: Option<String>,
    void_reason: Option<String>,
}

async fn trace(tx: &mut Tx, kind: Kind, id: &str) -> Result<Trace> {
    let sql = format!(
        "select client_id, organisation_id, recorded_at, recorded_by, voided_at, voided_by,
           void_reason from {} where id = $1",
        kind.table
    );
    tx.maybe(Sql::built(sql), args![id]).await?.ok_or(Error::NotFound)
}

/// What was withdrawn counts again; what was corrected stays corrected.
pub(super) async fn restore(tx: &mut Tx, kind: Kind, id: &str) -> Result<String> {
    let t = trace(tx, kind, id).await?;
    let own = match kind.noun {
        "case_note" => case_notes::may_change(tx, id).await?,
        _ => consultations::may_change(tx, id).await?,
    };
    let Some(at) = t.voided_at.clone().filter(|_| own) else { return Err(Error::NotFound) };
    if let Some(client) = &t.client_id {
        let client = see_by_id(tx, client).await?.ok_or(Error::NotFound)?;
        if client.closed_on.is_some() {
            return Err(Error::refused("", "戻していません。この利用者の記録は終結しています"));
        }
    }
    let sql = format!(
        "update {0} set voided_at = null, voided_by = null, void_reason = null
         where id = $1 and voided_at is not null
           and not exists (select 1 from {0} n where n.replaces_id = $1)",
        kind.table
    );
    if tx.exec(Sql::built(sql), args![id]).await? != 1 {
        return Err(Error::refused(
            "",
            "戻していません。この記録は、訂正したものに置きかわっています",
        ));
    }
    tx.exec(
        "update follow_ups set voided_at = null, voided_by = null, void_reason = null
         where source = $1 and source_id = $2 and voided_at = $3",
        args![kind.noun, id, at],
    )
    .await?;
    let stood = json!({ "at": at, "by": t.voided_by, "why": t.void_reason,
        "organisation": t.organisation_id });
    keep(tx, (&format!("{}-void", kind.noun), id), t.client_id.as_deref(), stood).await?;
    tx.record(Event::new("restore", kind.noun, id).client(t.client_id)).await?;
    Ok(format!("{}/{id}", kind.page))
}

/// A promise that was said to be kept is open again.
async fn undone(tx: &mut Tx, id: &str) -> Result<String> {
    follow_ups::show::own(tx, id).await?;
    let sql = "select client_id, done_at, done_by, outcome from follow_ups
               where id = $1 and done_at is not null and voided_at is null";
    let row: Option<(Option<String>, String, String, String)> = tx.maybe(sql, args![id]).await?;
    let (client, at, by, outcome) = row.ok_or(Error::NotFound)?;
    fresh(&tx.actor, &by, &at)?;
    let sql = "update follow_ups set done_at = null, done_by = null, outcome = '' where id = $1";
    tx.exec(sql, args![id]).await?;
    let stood = json!({ "at": at, "by": by, "outcome": outcome });
    keep(tx, ("follow-done", id), client.as_deref(), stood).await?;
    tx.record(Event::new("take_back", "follow_up", id).client(client)).await?;
    Ok(format!("/follow-ups/{id}"))
}
