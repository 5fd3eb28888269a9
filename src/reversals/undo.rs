//! 取り消す: the button beside "done". One place for every action; each says what undoes it.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use civil::Instant;
use uuid::Uuid;

use super::{entries, folder, throw, trash};
use crate::access::Actor;
use crate::args;
use crate::clients::see;
use crate::store::Tx;
use crate::web::did::did;
use crate::web::{App, Entry, Error, Result, Submitted};

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Submitted(entry): Submitted,
) -> Result<Response> {
    let to = save(&app, &actor, &entry).await?;
    Ok(Redirect::to(&did(&to, "undone", "")).into_response())
}

async fn save(app: &App, actor: &Actor, entry: &Entry) -> Result<String> {
    let mut tx = app.write(actor).await?;
    let to = undo(&mut tx, entry.get("action"), entry.get("id")).await?;
    tx.leads_to(did(&to, "undone", ""));
    tx.commit().await?;
    Ok(to)
}

/// Why a row that was taken back is voided.
pub(super) const WHY: &str = "登録した直後に取り消した";

/// Takes back what was done; the answer is the page to go on from.
pub async fn undo(tx: &mut Tx, action: &str, id: &str) -> Result<String> {
    match action {
        "enrol" => {
            let client = see(tx, id).await?;
            throw::own(tx, &client.id).await?;
            throw::throw(tx, &client, WHY).await?;
            Ok("/clients".into())
        }
        "trash" => {
            trash::mine(tx, id).await?;
            trash::restore(tx, id).await
        }
        "part-add" | "part-end" | "part-void" => folder::part(tx, action, id).await,
        "close" => folder::closure(tx, id).await,
        "note" | "note-void" | "consultation" | "consultation-void" | "follow-done" => {
            entries::undo(tx, action, id).await
        }
        _ => Err(Error::NotFound),
    }
}

const DAY: i64 = 24 * 60 * 60 * 1000;

/// An action is taken back by whoever did it, within a day; later it is corrected like any record.
pub(super) fn fresh(actor: &Actor, by: &str, at: &str) -> Result<()> {
    let at: Instant = at.parse().map_err(|_| Error::NotFound)?;
    if by == actor.account_id && actor.at.millis() - at.millis() <= DAY {
        return Ok(());
    }
    let why = "戻していません。ここから取り消せるのは、したことをした人が、一日のうちだけです。\
               記録のページから訂正するか、取り消してください";
    Err(Error::refused("", why))
}

/// What stood in the row before: a row of its own, so that nothing that was known is lost.
pub(super) async fn keep(
    tx: &mut Tx,
    (action, record): (&str, &str),
    client_id: Option<&str>,
    stood: serde_json::Value,
) -> Result<()> {
    let (id, at, by) = (Uuid::now_v7().to_string(), tx.actor.at, tx.actor.account_id.clone());
    tx.exec(
        "insert into reversals (id, client_id, action, record_id, stood, recorded_at, recorded_by)
         values ($1, $2, $3, $4, $5, $6, $7)",
        args![id, client_id, action, record, stood.to_string(), at, by],
    )
    .await?;
    Ok(())
}
