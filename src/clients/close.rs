//! 終結 and reopening. Death, moving away, or care no longer needed: in the same transaction
//! everything that would still put the person on somebody's list or into a letter ends. The tables
//! of later nouns are named here on purpose: that nobody writes to the family of a child who has
//! died is a rule of the record, not of each list.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Summary, see};
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::store::{FromRow, Read, Tx};
use crate::web::did::did;
use crate::web::{
    App, Entry, Error, Field, Form, FormView, Kind, Options, Page, Problems, Result, Submitted,
    Values, page, refused,
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
        Ok(action) => Ok(Redirect::to(&said(&number, action)).into_response()),
        Err(Error::Refused(bad)) => refused(view(&app, &actor, &number, &entry, &bad).await?),
        Err(e) => Err(e),
    }
}

fn said(number: &str, action: &str) -> String {
    did(&format!("/clients/{number}/close"), action, number)
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
    let stopped = stop_everything(tx, client_id, on).await?;
    let sql = "update closures set stopped = $2 where id = $1";
    let text = serde_json::to_string(&stopped).unwrap_or_default();
    tx.exec(sql, args![id, text]).await?;
    tx.record(Event::new("close", "client", client_id).about(client_id).fields("kind,on")).await?;
    Ok(())
}

const STOPPED: &str = "終結のため";

/// 終結で止めたもの. Ids, and of an assignment until when it was to last.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
struct Stopped {
    requests: Vec<String>,
    promises: Vec<String>,
    assignments: Vec<(String, Option<String>)>,
}

async fn stopping(tx: &mut Tx, client_id: &str, on: Date) -> Result<Stopped> {
    let requests: Vec<(String,)> = tx
        .all(
            "select id from case_requests
             where client_id = $1 and decided_at is null and withdrawn_at is null",
            args![client_id],
        )
        .await?;
    let promises: Vec<(String,)> = tx
        .all(
            "select id from follow_ups
             where client_id = $1 and done_at is null and voided_at is null",
            args![client_id],
        )
        .await?;
    let assignments = tx
        .all(
            "select id, valid_until from assignments where client_id = $1 and voided_at is null
               and (valid_until is null or valid_until > $2)",
            args![client_id, on],
        )
        .await?;
    let ids = |rows: Vec<(String,)>| rows.into_iter().map(|r| r.0).collect();
    Ok(Stopped { requests: ids(requests), promises: ids(promises), assignments })
}

async fn stop_everything(tx: &mut Tx, client_id: &str, on: Date) -> Result<Stopped> {
    let stopped = stopping(tx, client_id, on).await?;
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
    Ok(stopped)
}

/// 直近の終結. What taking it back right away needs to know.
#[derive(Clone, Debug, FromRow)]
pub struct Last {
    pub id: String,
    pub recorded_by: String,
    pub recorded_at: String,
    pub stopped: String,
}

/// The closure in force.
pub async fn last(read: &mut Read, client_id: &str) -> Result<Option<Last>> {
    let sql = "select id, recorded_by, recorded_at, stopped from closures
               where client_id = $1 and reopened_at is null order by recorded_at desc limit 1";
    Ok(read.maybe(sql, args![client_id]).await?)
}

/// Opens the case again with everything its closure had ended: it was a slip.
pub async fn take_back(tx: &mut Tx, client_id: &str, last: &Last, why: &str) -> Result<()> {
    let stopped: Stopped = serde_json::from_str(&last.stopped).unwrap_or_default();
    let (at, by) = (tx.actor.at, tx.actor.account_id.clone());
    let sql = "update closures set reopened_at = $2, reopened_by = $3, reopen_reason = $4
               where id = $1";
    tx.exec(sql, args![last.id, at, by, why]).await?;
    for id in &stopped.requests {
        let sql = "update case_requests set withdrawn_at = null, withdrawn_by = null,
                     withdraw_reason = null where id = $1 and withdrawn_at = $2";
        tx.exec(sql, args![id, last.recorded_at]).await?;
    }
    for id in &stopped.promises {
        let sql = "update follow_ups set voided_at = null, voided_by = null, void_reason = null
                   where id = $1 and voided_at = $2";
        tx.exec(sql, args![id, last.recorded_at]).await?;
    }
    for (id, until) in &stopped.assignments {
        let sql = "update assignments set valid_until = $2 where id = $1";
        tx.exec(sql, args![id, until]).await?;
    }
    tx.record(Event::new("take_back", "closure", &last.id).about(client_id)).await?;
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

/// The answer is what was done.
async fn save(app: &App, actor: &Actor, number: &str, entry: &Entry) -> Result<&'static str> {
    let client = see(&mut app.read(actor).await?, number).await?;
    let is_closed = client.closed_on.is_some();
    let values = form(is_closed).read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    if is_closed {
        reopen(&mut tx, &client.id, &values).await?;
    } else {
        close(&mut tx, &client.id, &values).await?;
    }
    let action = if is_closed { "restored" } else { "close" };
    tx.leads_to(said(number, action));
    tx.commit().await?;
    Ok(action)
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
