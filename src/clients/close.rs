//! 終結 and reopening. Death, moving away, or care no longer needed: in the same transaction
//! everything that would still put the person on somebody's list or into a letter ends. The tables
//! of later nouns are named here on purpose: that nobody writes to the family of a child who has
//! died is a rule of the record, not of each list.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use civil::Date;
use uuid::Uuid;

use super::{Summary, see};
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::store::{Read, Tx};
use crate::web::{
    App, Entry, Error, Field, Form, FormView, Kind, Options, Page, Problems, Result, Submitted,
    Values, page,
};

pub async fn get(
    State(app): State<App>,
    actor: Actor,
    Path(number): Path<String>,
) -> Result<Response> {
    let view = view(&app, &actor, &number, &Entry::default(), &Problems::default()).await?;
    app.viewed(&actor, Event::new("view", "closure", &view.client.id).about(&view.client.id))
        .await?;
    page(view)
}

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path(number): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save(&app, &actor, &number, &entry).await {
        Ok(()) => Ok(Redirect::to(&format!("/clients/{number}/close")).into_response()),
        Err(Error::Refused(bad)) => {
            let view = view(&app, &actor, &number, &entry, &bad).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(view.render()?)).into_response())
        }
        Err(e) => Err(e),
    }
}

/// One form for both directions: which one it is follows from whether the case is closed.
pub fn form(closed: bool) -> Form {
    if closed {
        let why = Field::new("why", "終結を取りやめる理由", Kind::Text(200)).required();
        return Form::new("reopen", "終結を取りやめる", vec![why]);
    }
    let fields = vec![
        Field::new("kind", "終結の理由", Kind::Code("closure_kind")).required(),
        Field::new("on", "いつ", Kind::Date).required(),
        Field::new("reason", "くわしい事情", Kind::Text(200)),
    ];
    Form::new("close", "終結にする", fields)
}

/// Closes the case; open requests, promises and assignments end with it.
pub async fn close(tx: &mut Tx, client_id: &str, v: &Values) -> Result<()> {
    let on = v.date("on").ok_or(Error::NotFound)?;
    if on > tx.actor.today() {
        return Err(Error::refused("on", "先の日付は入れられません"));
    }
    if closed(tx, client_id).await?.is_some() {
        return Err(Error::refused("", "すでに終結しています"));
    }
    let id = Uuid::now_v7().to_string();
    let (at, by) = (tx.actor.at, tx.actor.account_id.clone());
    tx.exec(
        "insert into closures (id, client_id, kind, closed_on, reason, recorded_at, recorded_by)
         values ($1, $2, $3, $4, $5, $6, $7)",
        args![id, client_id, v.text("kind"), on, v.text("reason"), at, by],
    )
    .await?;
    stop_everything(tx, client_id, on).await?;
    tx.record(Event::new("close", "client", client_id).about(client_id).fields("kind,on")).await?;
    Ok(())
}

const STOPPED: &str = "終結のため";

async fn stop_everything(tx: &mut Tx, client_id: &str, on: Date) -> Result<()> {
    let (at, by) = (tx.actor.at, tx.actor.account_id.clone());
    tx.exec(
        "update case_requests set withdrawn_at = $2, withdrawn_by = $3, withdraw_reason = $4
         where client_id = $1 and decided_at is null and withdrawn_at is null",
        args![client_id, at, by, STOPPED],
    )
    .await?;
    tx.exec(
        "update follow_ups set voided_at = $2, voided_by = $3, void_reason = $4
         where client_id = $1 and done_at is null and voided_at is null",
        args![client_id, at, by, STOPPED],
    )
    .await?;
    // An assignment that began after the day of closing held for no day at all.
    tx.exec(
        "update assignments set valid_until = case when valid_from > $2 then valid_from else $2 end
         where client_id = $1 and voided_at is null and (valid_until is null or valid_until > $2)",
        args![client_id, on],
    )
    .await?;
    Ok(())
}

/// Opens the case again. What was stopped stays stopped: the page says what it was.
pub async fn reopen(tx: &mut Tx, client_id: &str, v: &Values) -> Result<()> {
    let (at, by) = (tx.actor.at, tx.actor.account_id.clone());
    let done = tx
        .exec(
            "update closures set reopened_at = $2, reopened_by = $3, reopen_reason = $4
             where client_id = $1 and reopened_at is null",
            args![client_id, at, by, v.text("why")],
        )
        .await?;
    if done == 0 {
        return Err(Error::refused("", "終結していません"));
    }
    tx.record(Event::new("reopen", "client", client_id).about(client_id)).await?;
    Ok(())
}

/// (kind, day, reason) of the closure in force.
async fn closed(read: &mut Read, client_id: &str) -> Result<Option<(String, String, String)>> {
    Ok(read
        .maybe(
            "select kind, closed_on, reason from closures
             where client_id = $1 and reopened_at is null",
            args![client_id],
        )
        .await?)
}

async fn save(app: &App, actor: &Actor, number: &str, entry: &Entry) -> Result<()> {
    let client = see(&mut app.read(actor).await?, number).await?;
    let is_closed = client.closed_on.is_some();
    let values = form(is_closed).read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    if is_closed {
        reopen(&mut tx, &client.id, &values).await?;
    } else {
        close(&mut tx, &client.id, &values).await?;
    }
    Ok(tx.commit().await?)
}

async fn view(
    app: &App,
    actor: &Actor,
    number: &str,
    entry: &Entry,
    bad: &Problems,
) -> Result<Closing> {
    let mut read = app.read(actor).await?;
    let client = see(&mut read, number).await?;
    let closure = closed(&mut read, &client.id).await?;
    let stopped = stopped(&mut read, &client.id).await?;
    let form = form(closure.is_some()).view(entry, bad, &app.codes, &Options::new());
    let title = if form.problems.is_empty() { "終結" } else { "エラー：終結" };
    let closure = closure.map(|(kind, on, reason)| {
        let on = on.parse().map_or(on, civil::format_both);
        format!("{on}　{}　{reason}", app.codes.label("closure_kind", &kind))
    });
    let page = app.page(actor, format!("{title}：{number}"), "/clients");
    Ok(Closing { page, client, closure, stopped, form })
}

/// What ended with a closure, for whoever opens the case again: (count, words).
async fn stopped(read: &mut Read, client_id: &str) -> Result<Vec<(i64, &'static str)>> {
    let (requests, promises): (i64, i64) = read
        .one(
            "select (select count(*) from case_requests where client_id = $1
                and withdraw_reason = $2),
               (select count(*) from follow_ups where client_id = $1 and void_reason = $2)",
            args![client_id, STOPPED],
        )
        .await?;
    let all = [(requests, "担当を待つ依頼"), (promises, "次にすること")];
    Ok(all.into_iter().filter(|(n, _)| *n > 0).collect())
}

#[derive(Template)]
#[template(path = "clients/close.html")]
struct Closing {
    page: Page,
    client: Summary,
    closure: Option<String>,
    stopped: Vec<(i64, &'static str)>,
    form: FormView,
}
