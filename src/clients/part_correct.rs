//! A row was wrong: it is voided with the reason, and the right one stands in its place.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::Summary;
use super::part_new::opened;
use super::parts::{self, Part, PartRow};
use crate::access::Actor;
use crate::audit::Event;
use crate::web::{
    App, Entry, Error, Field, Form, FormView, Kind, Options, Page, Problems, Result, Submitted,
    page,
};

type Names = (String, String, String);

pub async fn get(
    State(app): State<App>,
    actor: Actor,
    Path((number, part, row)): Path<Names>,
) -> Result<Response> {
    let (part, client) = opened(&app, &actor, &number, &part).await?;
    let now = current(&app, &actor, &client, part, &row).await?;
    let mut entry = now.entry.clone();
    entry.set("from", now.valid_from.clone());
    app.viewed(&actor, Event::new("view", part.table, &row).about(&client.id)).await?;
    page(view(&app, &actor, client, part, now, (&entry, &Problems::default(), false)).await?)
}

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path((number, part, row)): Path<Names>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    let (part, client) = opened(&app, &actor, &number, &part).await?;
    match save(&app, &actor, &client, part, &row, &entry).await {
        Ok(()) => Ok(Redirect::to(&format!("/clients/{number}/parts/{}", part.id)).into_response()),
        Err(Error::Refused(bad)) => again(&app, &actor, client, part, &row, (&entry, &bad)).await,
        Err(Error::Conflict(why)) => clash(&app, &actor, client, part, &row, (&entry, why)).await,
        Err(e) => Err(e),
    }
}

/// The part's own questions and why they are answered again.
pub fn form(part: &Part) -> Form {
    let mut form = part.form.clone();
    let from = Field::new("from", "いつから", Kind::Date);
    form.fields.push(from.help("始まりの日もまちがっていたときは直します。"));
    let why = Field::new("why", "訂正の理由", Kind::Text(200));
    form.fields.push(why.required().help("例：聞きまちがい、書きまちがい"));
    form
}

/// The row as it stands; a voided one can no longer be corrected.
async fn current(
    app: &App,
    actor: &Actor,
    client: &Summary,
    part: &'static Part,
    row: &str,
) -> Result<PartRow> {
    let mut read = app.read(actor).await?;
    let all = parts::history(&mut read, &app.codes, &client.id, part).await?;
    let found = all.into_iter().find(|r| r.id == row && r.voided_at.is_none());
    found.ok_or(Error::NotFound)
}

async fn save(
    app: &App,
    actor: &Actor,
    client: &Summary,
    part: &'static Part,
    row: &str,
    entry: &Entry,
) -> Result<()> {
    let values = form(part).read(entry, &app.codes)?;
    let version = entry.get("_version").parse().unwrap_or(-1);
    let mut tx = app.write(actor).await?;
    parts::correct(&mut tx, &client.id, part, row, &values, values.text("why"), version).await?;
    Ok(tx.commit().await?)
}

async fn again(
    app: &App,
    actor: &Actor,
    client: Summary,
    part: &'static Part,
    row: &str,
    (entry, bad): (&Entry, &Problems),
) -> Result<Response> {
    let now = current(app, actor, &client, part, row).await?;
    let view = view(app, actor, client, part, now, (entry, bad, false)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(view.render()?)).into_response())
}

/// Somebody else was first: what they wrote and what was typed here, side by side.
async fn clash(
    app: &App,
    actor: &Actor,
    client: Summary,
    part: &'static Part,
    row: &str,
    (entry, why): (&Entry, String),
) -> Result<Response> {
    let bad = Problems::one("", why);
    let mut read = app.read(actor).await?;
    let all = parts::history(&mut read, &app.codes, &client.id, part).await?;
    let replaced = |r: &&PartRow| r.id == row || r.replaces_id.as_deref() == Some(row);
    let newest = all.iter().find(|r| r.voided_at.is_none() && replaced(r));
    let newest = newest.or_else(|| all.iter().find(|r| r.voided_at.is_none()));
    let now = newest.cloned().ok_or(Error::NotFound)?;
    let view = view(app, actor, client, part, now, (entry, &bad, true)).await?;
    Ok((StatusCode::CONFLICT, Html(view.render()?)).into_response())
}

async fn view(
    app: &App,
    actor: &Actor,
    client: Summary,
    part: &'static Part,
    now: PartRow,
    (entry, bad, conflict): (&Entry, &Problems, bool),
) -> Result<Correction> {
    let mut read = app.read(actor).await?;
    let version = parts::version(&mut read, &client.id, part.id).await?;
    let form = form(part).view(entry, bad, &app.codes, &Options::new());
    let title = match form.problems.len() {
        0 => format!("{}の訂正：{}", part.title, client.number),
        n => format!("エラー {n}か所：{}の訂正：{}", part.title, client.number),
    };
    let page = app.page(actor, title, "/clients");
    Ok(Correction { page, client, part, form, now, version, conflict })
}

#[derive(Template)]
#[template(path = "clients/part_correct.html")]
struct Correction {
    page: Page,
    client: Summary,
    part: &'static Part,
    form: FormView,
    now: PartRow,
    version: i64,
    conflict: bool,
}
