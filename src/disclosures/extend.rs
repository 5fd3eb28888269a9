//! 期限の延長 and 取り下げ: how a request ends otherwise, or later.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use civil::Date;
use jiff::ToSpan;

use super::terms::Terms;
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
    let done = save(&app, &actor, &id, (EXTEND, &entry)).await;
    answer(&app, &actor, &id, (EXTEND, &entry), done).await
}

/// `POST /disclosures/{id}/withdraw`: whoever asked takes it back.
pub async fn withdraw_post(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    let done = save(&app, &actor, &id, (WITHDRAW, &entry)).await;
    answer(&app, &actor, &id, (WITHDRAW, &entry), done).await
}

const EXTEND: &str = "data-request-extend";
const WITHDRAW: &str = "data-request-withdraw";

pub fn form() -> Form {
    let why = Field::new("extend_why", "延ばす理由", Kind::Text(200)).required();
    Form::new("data-request-extend", "決定の期限を延ばす", vec![why])
}

pub fn withdraw_form() -> Form {
    let why = Field::new("withdraw_why", "取り下げの事情", Kind::Text(200)).required();
    Form::new("data-request-withdraw", "請求が取り下げられた", vec![why])
}

/// Once, before the day has passed.
pub async fn extend(tx: &mut Tx, terms: &Terms, id: &str, why: &str) -> Result<()> {
    let q = record::see(tx, id).await?;
    let due: Date = q.due_on.parse().map_err(|_| Error::NotFound)?;
    if due < tx.actor.today() {
        return Err(Error::refused("", "期限を過ぎた請求は延ばせません。決定してください"));
    }
    let later = due.saturating_add(terms.find(&q.kind)?.extension_days.days());
    let (at, by) = (tx.actor.at, tx.actor.account_id.clone());
    let done = tx
        .exec(
            "update data_requests set due_on = $2, extended_at = $3, extended_by = $4,
               extend_reason = $5
             where id = $1 and extended_at is null and decided_at is null
               and withdrawn_at is null",
            args![id, later, at, by, why],
        )
        .await?;
    if done != 1 {
        return Err(Error::refused("", "期限は一度だけ、決定の前に延ばせます"));
    }
    tx.record(Event::new("extend", "data_request", id).about(&q.client_id)).await?;
    Ok(())
}

pub async fn withdraw(tx: &mut Tx, id: &str, why: &str) -> Result<()> {
    let q = record::see(tx, id).await?;
    let (at, by) = (tx.actor.at, tx.actor.account_id.clone());
    let done = tx
        .exec(
            "update data_requests set withdrawn_at = $2, withdrawn_by = $3, withdraw_reason = $4
             where id = $1 and decided_at is null and withdrawn_at is null",
            args![id, at, by, why],
        )
        .await?;
    if done != 1 {
        return Err(Error::refused("", "この請求は、もう終わっています"));
    }
    tx.record(Event::new("withdraw", "data_request", id).about(&q.client_id)).await?;
    Ok(())
}

async fn save(app: &App, actor: &Actor, id: &str, (what, entry): (&str, &Entry)) -> Result<()> {
    record::see(&mut app.read(actor).await?, id).await?;
    let terms = Terms::of(app)?;
    let mut tx = app.write(actor).await?;
    if what == EXTEND {
        let values = form().read(entry, &app.codes)?;
        extend(&mut tx, &terms, id, values.text("extend_why")).await?;
    } else {
        let values = withdraw_form().read(entry, &app.codes)?;
        withdraw(&mut tx, id, values.text("withdraw_why")).await?;
    }
    Ok(tx.commit().await?)
}

async fn answer(
    app: &App,
    actor: &Actor,
    id: &str,
    (what, entry): (&str, &Entry),
    done: Result<()>,
) -> Result<Response> {
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/disclosures/{id}")).into_response()),
        Err(e) => refused(show::view(app, actor, id, (what, entry, &e.problems()?)).await?),
    }
}
