//! 取りやめ: an award ends before its day, because something changed. Its history stays.

use std::sync::Arc;

use ::programmes::Catalogue;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};

use super::record;
use super::show;
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::store::Tx;
use crate::web::{App, Entry, Error, Field, Form, Kind, Result, Submitted, Values, refused};

pub async fn post(
    State(app): State<App>,
    Extension(all): Extension<Arc<Catalogue>>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save(&app, &actor, &id, &entry).await {
        Ok(()) => Ok(Redirect::to(&format!("/awards/{id}")).into_response()),
        Err(e) => refused(show::view(&app, &all, &actor, &id, &entry, &e.problems()?).await?),
    }
}

pub fn form() -> Form {
    let fields = vec![
        Field::new("ended_on", "使えなくなる日", Kind::Date).required(),
        Field::new("end_reason", "事情", Kind::Text(300)).required(),
    ];
    Form::new("award-end", "決定を取りやめる", fields)
}

pub async fn end(tx: &mut Tx, id: &str, v: &Values) -> Result<()> {
    let d = record::see(tx, id).await?;
    let on = v.date("ended_on").ok_or(Error::NotFound)?;
    if !d.is_award() || d.ended_on.is_some() {
        return Err(Error::refused("", "取りやめられるのは、有効な決定だけです"));
    }
    if d.valid_from.as_deref().is_some_and(|from| on.to_string().as_str() < from) {
        return Err(Error::refused("ended_on", "決定の始まる日より前です。日付を確かめてください"));
    }
    let (at, by) = (tx.actor.at, tx.actor.account_id.clone());
    tx.exec(
        "update decisions set ended_on = $2, ended_at = $3, ended_by = $4, end_reason = $5
         where id = $1 and ended_on is null",
        args![id, on, at, by, v.text("end_reason")],
    )
    .await?;
    Ok(tx.record(Event::new("end", "decision", id).about(&d.client_id)).await?)
}

async fn save(app: &App, actor: &Actor, id: &str, entry: &Entry) -> Result<()> {
    record::see(&mut app.read(actor).await?, id).await?;
    let values = form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    end(&mut tx, id, &values).await?;
    Ok(tx.commit().await?)
}
