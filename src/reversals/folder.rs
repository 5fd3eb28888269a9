//! Rows of the folder and closures: as they stood before.

use serde_json::json;

use super::undo::{WHY, fresh, keep};
use crate::clients::{Summary, close, parts, see, see_by_id};
use crate::store::Tx;
use crate::web::{Error, Result};

/// `id` is the part and the row: `residence.0198...`.
pub(super) async fn part(tx: &mut Tx, action: &str, id: &str) -> Result<String> {
    let (part, row) = id.split_once('.').ok_or(Error::NotFound)?;
    let part = parts::find(part).ok_or(Error::NotFound)?;
    let t = parts::trace(tx, part, row).await?;
    let client = open(tx, &t.client_id).await?;
    if !parts::within_consent(tx, &client.id, part).await? {
        return Err(Error::NotFound);
    }
    let actor = tx.actor.clone();
    let said = |by: &Option<String>, at: &Option<String>| {
        fresh(&actor, by.as_deref().unwrap_or_default(), at.as_deref().unwrap_or_default())
    };
    match action {
        "part-add" => {
            fresh(&actor, &t.recorded_by, &t.recorded_at)?;
            parts::unadd(tx, part, row, &t, WHY).await?;
        }
        "part-end" => {
            said(&t.ended_by, &t.ended_at)?;
            parts::unend(tx, part, row, &t).await?;
        }
        _ => {
            said(&t.voided_by, &t.voided_at)?;
            parts::unvoid(tx, part, row, &t).await?;
        }
    }
    let stood = json!({ "part": part.id, "until": t.valid_until, "ended_at": t.ended_at,
        "ended_by": t.ended_by, "voided_at": t.voided_at, "voided_by": t.voided_by,
        "why": t.void_reason });
    keep(tx, (action, row), Some(&client.id), stood).await?;
    Ok(format!("/clients/{}/parts/{}", client.number, part.id))
}

async fn open(tx: &mut Tx, id: &str) -> Result<Summary> {
    let client = see_by_id(tx, id).await?.ok_or(Error::NotFound)?;
    if client.closed_on.is_some() {
        return Err(Error::refused("", "戻していません。この記録は終結しています"));
    }
    Ok(client)
}

/// The case is open again, with everything the closure had ended.
pub(super) async fn closure(tx: &mut Tx, number: &str) -> Result<String> {
    let client = see(tx, number).await?;
    let last = close::last(tx, &client.id).await?.ok_or(Error::NotFound)?;
    fresh(&tx.actor, &last.recorded_by, &last.recorded_at)?;
    close::take_back(tx, &client.id, &last, WHY).await?;
    let stood = json!({ "stopped": last.stopped });
    keep(tx, ("close", &last.id), Some(&client.id), stood).await?;
    Ok(format!("/clients/{}", client.number))
}
