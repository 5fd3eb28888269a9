//! 差し戻し and 取り下げ: an application is completed by whoever made it, or taken back.

use std::sync::Arc;

use ::programmes::Catalogue;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use uuid::Uuid;

use super::record::{self, Stage};
use super::show;
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::store::Tx;
use crate::web::{App, Entry, Error, Field, Form, Kind, Result, Submitted, refused};

pub async fn post(
    State(app): State<App>,
    Extension(all): Extension<Arc<Catalogue>>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    answer(&app, &all, &actor, &id, (RETURN, &entry)).await
}

/// `POST /applications/{id}/complete`: what was missing has come.
pub async fn complete_post(
    State(app): State<App>,
    Extension(all): Extension<Arc<Catalogue>>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    answer(&app, &all, &actor, &id, (COMPLETE, &entry)).await
}

/// `POST /applications/{id}/withdraw`.
pub async fn withdraw_post(
    State(app): State<App>,
    Extension(all): Extension<Arc<Catalogue>>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    answer(&app, &all, &actor, &id, (WITHDRAW, &entry)).await
}

pub(super) const RETURN: &str = "application-return";
pub(super) const COMPLETE: &str = "application-complete";
pub(super) const WITHDRAW: &str = "application-withdraw";

pub fn form(id: &'static str) -> Form {
    match id {
        RETURN => {
            let why = Field::new("missing", "足りないもの・直すところ", Kind::Text(300));
            Form::new(RETURN, "申請を差し戻す", vec![why.required()])
        }
        WITHDRAW => {
            let why = Field::new("withdraw_why", "取り下げの事情", Kind::Text(300));
            Form::new(WITHDRAW, "申請が取り下げられた", vec![why.required()])
        }
        _ => {
            let what = Field::new("completed", "そろったもの", Kind::Text(300));
            Form::new(COMPLETE, "そろったので審査に戻す", vec![what])
        }
    }
}

pub async fn send_back(tx: &mut Tx, id: &str, why: &str) -> Result<()> {
    let a = record::see(tx, id).await?;
    if !matches!(a.stage(), Stage::Received | Stage::Assessed) {
        return Err(Error::refused("", "差し戻せるのは、決定の前の申請だけです"));
    }
    let (row, at, by) = (Uuid::now_v7().to_string(), tx.actor.at, tx.actor.account_id.clone());
    tx.exec(
        "insert into application_returns (id, application_id, reason, returned_at, returned_by)
         values ($1, $2, $3, $4, $5)",
        args![row, id, why, at, by],
    )
    .await?;
    Ok(tx.record(Event::new("return", "application", id).about(&a.client_id)).await?)
}

pub async fn complete(tx: &mut Tx, id: &str) -> Result<()> {
    let a = record::see(tx, id).await?;
    let (at, by) = (tx.actor.at, tx.actor.account_id.clone());
    let done = tx
        .exec(
            "update application_returns set completed_at = $2, completed_by = $3
             where application_id = $1 and completed_at is null",
            args![id, at, by],
        )
        .await?;
    if done == 0 {
        return Err(Error::refused("", "差し戻し中ではありません"));
    }
    Ok(tx.record(Event::new("complete", "application", id).about(&a.client_id)).await?)
}

pub async fn withdraw(tx: &mut Tx, id: &str, why: &str) -> Result<()> {
    let a = record::see(tx, id).await?;
    if !a.is_open() {
        return Err(Error::refused("", "この申請は、もう終わっています"));
    }
    let (at, by) = (tx.actor.at, tx.actor.account_id.clone());
    tx.exec(
        "update applications set withdrawn_at = $2, withdrawn_by = $3, withdraw_reason = $4
         where id = $1 and withdrawn_at is null",
        args![id, at, by, why],
    )
    .await?;
    Ok(tx.record(Event::new("withdraw", "application", id).about(&a.client_id)).await?)
}

async fn save(
    app: &App,
    actor: &Actor,
    id: &str,
    (what, entry): (&'static str, &Entry),
) -> Result<()> {
    record::see(&mut app.read(actor).await?, id).await?;
    let values = form(what).read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    match what {
        RETURN => send_back(&mut tx, id, values.text("missing")).await?,
        WITHDRAW => withdraw(&mut tx, id, values.text("withdraw_why")).await?,
        _ => complete(&mut tx, id).await?,
    }
    Ok(tx.commit().await?)
}

async fn answer(
    app: &App,
    all: &Catalogue,
    actor: &Actor,
    id: &str,
    (what, entry): (&'static str, &Entry),
) -> Result<Response> {
    match save(app, actor, id, (what, entry)).await {
        Ok(()) => Ok(Redirect::to(&format!("/applications/{id}")).into_response()),
        Err(e) => refused(show::view(app, all, actor, id, (what, entry, &e.problems()?)).await?),
    }
}
