//! Done, with what came of it.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};

use super::show;
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::store::Tx;
use crate::web::did::did;
use crate::web::form::{Field, Form, Kind};
use crate::web::{App, Error, Result, Submitted, Values};

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match carry_out(&app, &actor, &id, &entry).await {
        Ok(()) => {
            let to = did(&show::back(&entry), "follow-done", &id);
            Ok(Redirect::to(&to).into_response())
        }
        Err(Error::Refused(bad)) => show::refused(&app, &actor, &id, ("done", &entry, &bad)).await,
        Err(e) => Err(e),
    }
}

pub fn form() -> Form {
    let outcome = Field::new("outcome", "どうなったか", Kind::Text(400));
    Form::new("follow-up-done", "すんだことにする", vec![outcome])
}

async fn carry_out(app: &App, actor: &Actor, id: &str, entry: &crate::web::Entry) -> Result<()> {
    let values: Values = form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    done(&mut tx, id, values.text("outcome")).await?;
    Ok(tx.commit().await?)
}

/// Whoever works in the promise's office, or for the whole controller, may say that it is done.
pub async fn done(tx: &mut Tx, id: &str, outcome: &str) -> Result<()> {
    let found = show::own(tx, id).await?;
    let actor = tx.actor.clone();
    let changed = tx
        .exec(
            "update follow_ups set done_at = $2, done_by = $3, outcome = $4
             where id = $1 and done_at is null and voided_at is null",
            args![id, actor.at, actor.account_id, outcome],
        )
        .await?;
    if changed == 0 {
        return Err(ended());
    }
    tx.record(Event::new("finish", "follow_up", id).client(found.client_id).fields("outcome"))
        .await?;
    Ok(())
}

/// Somebody else was faster.
pub(super) fn ended() -> Error {
    Error::Conflict(
        "この「次にすること」は、すでにすんだか、取り消されています。一覧を開き直してください。"
            .into(),
    )
}
