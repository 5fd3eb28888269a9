//! A proposal is taken back: by whoever made it, or by whoever was asked to confirm.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};

use super::{record, show};
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::store::Tx;
use crate::web::{App, Entry, Error, Field, Form, Kind, Result, Submitted, refused};

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save(&app, &actor, &id, &entry).await {
        Ok(()) => Ok(Redirect::to(&format!("/disposals/{id}")).into_response()),
        Err(e) => refused(show::view(&app, &actor, &id, (FORM, &entry, &e.problems()?)).await?),
    }
}

const FORM: &str = "disposal-withdraw";

pub fn form() -> Form {
    let why = Field::new("why", "取りやめる理由", Kind::Text(200)).required();
    Form::new("disposal-withdraw", "廃棄を取りやめる", vec![why])
}

pub async fn withdraw(tx: &mut Tx, id: &str, why: &str) -> Result<()> {
    let d = record::see(tx, id).await?;
    let (at, by) = (tx.actor.at, tx.actor.account_id.clone());
    let done = tx
        .exec(
            "update disposals set withdrawn_at = $2, withdrawn_by = $3, withdraw_reason = $4
             where id = $1 and confirmed_at is null and withdrawn_at is null",
            args![d.id, at, by, why],
        )
        .await?;
    if done != 1 {
        return Err(Error::refused("", "この提案は、もう終わっています"));
    }
    tx.record(Event::new("withdraw", "disposal", &d.id)).await?;
    Ok(())
}

async fn save(app: &App, actor: &Actor, id: &str, entry: &Entry) -> Result<()> {
    record::see(&mut app.read(actor).await?, id).await?;
    let values = form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    withdraw(&mut tx, id, values.text("why")).await?;
    Ok(tx.commit().await?)
}
