//! 手続の取り消し: a step that was entered wrongly is taken back with its reason, the last one first,
//! because each stands on those before it. It stays to be read.

use std::sync::Arc;

use ::programmes::Catalogue;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};

use super::{record, show};
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::store::Tx;
use crate::web::{App, Entry, Error, Field, Form, Kind, Result, Submitted, Values, refused};

/// `POST /grants/{id}/steps/{step}/void`.
pub async fn post(
    State(app): State<App>,
    Extension(all): Extension<Arc<Catalogue>>,
    actor: Actor,
    Path((id, step)): Path<(String, String)>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save(&app, &actor, (&id, &step), &entry).await {
        Ok(()) => Ok(Redirect::to(&format!("/grants/{id}")).into_response()),
        Err(e) => {
            let bad = e.problems()?;
            refused(show::view(&app, &all, &actor, &id, ("grant-undo", &entry, &bad)).await?)
        }
    }
}

pub fn form() -> Form {
    let reason = Field::new("void_reason", "取り消す理由", Kind::Text(300)).required();
    Form::new("grant-undo", "最後の手続を取り消す", vec![reason])
}

pub async fn void(tx: &mut Tx, (id, step): (&str, &str), v: &Values) -> Result<()> {
    let steps = record::steps(tx, id).await?;
    let found = steps.iter().find(|s| s.id == step).ok_or(Error::NotFound)?;
    let last = steps.iter().rfind(|s| s.stands());
    if !found.stands() {
        return Err(Error::refused("void_reason", "この手続は、もう取り消されています"));
    }
    if last.is_none_or(|last| last.id != step) {
        let why = "このあとに手続があります。新しいものから順に取り消してください";
        return Err(Error::refused("void_reason", why));
    }
    let (at, by) = (tx.actor.at, tx.actor.account_id.clone());
    tx.exec(
        "insert into grant_step_voids (step_id, reason, recorded_at, recorded_by)
         values ($1, $2, $3, $4)",
        args![step, v.text("void_reason"), at, by],
    )
    .await?;
    Ok(tx.record(Event::new("void_step", "grant", id).fields(&found.kind)).await?)
}

async fn save(app: &App, actor: &Actor, (id, step): (&str, &str), entry: &Entry) -> Result<()> {
    record::see(&mut app.read(actor).await?, id).await?;
    let values = form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    // One after the other with whoever decides or pays at the same moment.
    tx.exec("update grants set note = note where id = $1", args![id]).await?;
    void(&mut tx, (id, step), &values).await?;
    Ok(tx.commit().await?)
}
