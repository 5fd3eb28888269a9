//! Somebody else takes a promise over; who had it, and what was said, stays readable.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use uuid::Uuid;

use super::{done::ended, promise::office_of, show};
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::store::Tx;
use crate::web::form::{Field, Form, Kind};
use crate::web::{App, Entry, Error, Result, Submitted};

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match carry_out(&app, &actor, &id, &entry).await {
        Ok(()) => Ok(Redirect::to(&show::back(&entry)).into_response()),
        Err(Error::Refused(bad)) => show::refused(&app, &actor, &id, ("hand", &entry, &bad)).await,
        Err(e) => Err(e),
    }
}

pub fn form() -> Form {
    Form::new(
        "follow-up-hand-over",
        "引き継ぐ",
        vec![
            Field::new("to", "引き継ぐ相手", Kind::Record).required(),
            Field::new("note", "伝えること", Kind::Text(400)),
        ],
    )
}

async fn carry_out(app: &App, actor: &Actor, id: &str, entry: &Entry) -> Result<()> {
    let values = form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    hand_over(&mut tx, id, values.text("to"), values.text("note")).await?;
    Ok(tx.commit().await?)
}

pub async fn hand_over(tx: &mut Tx, id: &str, to: &str, note: &str) -> Result<()> {
    let found = show::own(tx, id).await?;
    let Some(office) = office_of(tx, to).await? else {
        return Err(Error::refused("to", "引き継ぐ相手を、画面にある人から選び直してください"));
    };
    if found.owner_id == to {
        return Err(Error::refused("to", "引き継ぐ相手が、いまの担当者と同じです"));
    }
    let actor = tx.actor.clone();
    let changed = tx
        .exec(
            "update follow_ups set owner_id = $2, organisation_id = $3
             where id = $1 and done_at is null and voided_at is null",
            args![id, to, office],
        )
        .await?;
    if changed == 0 {
        return Err(ended());
    }
    tx.exec(
        "insert into follow_up_handovers (id, follow_up_id, from_id, to_id, note, recorded_at,
           recorded_by) values ($1, $2, $3, $4, $5, $6, $7)",
        args![Uuid::now_v7().to_string(), id, found.owner_id, to, note, actor.at, actor.account_id],
    )
    .await?;
    tx.record(Event::new("hand_over", "follow_up", id).client(found.client_id).fields("owner"))
        .await?;
    Ok(())
}
