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
use crate::web::versions::{self, Versions};
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
    let all = history(&app, &actor, &client, part).await?;
    let now = all.into_iter().find(|r| r.id == row && r.voided_at.is_none());
    let now = now.ok_or(Error::NotFound)?;
    let entry = filled(&now);
    app.viewed(&actor, Event::new("view", part.table, &row).about(&client.id)).await?;
    page(view(&app, &actor, client, part, now, (&entry, &Problems::default(), None)).await?)
}

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path((number, part, row)): Path<Names>,
    Submitted(mut entry): Submitted,
) -> Result<Response> {
    let (part, client) = opened(&app, &actor, &number, &part).await?;
    let done = save(&app, &actor, &client, part, &row, &mut entry).await;
    let (bad, status) = match done {
        Ok(()) => return Ok(Redirect::to(&of(&client, part)).into_response()),
        Err(e) => refusal(e, &row, &mut entry)?,
    };
    let view = again(&app, &actor, client, part, &row, (&entry, &bad)).await?;
    Ok((status, Html(view.render()?)).into_response())
}

fn of(client: &Summary, part: &Part) -> String {
    format!("/clients/{}/parts/{}", client.number, part.id)
}

/// What the page says; where somebody else was first it remembers from which row one set out.
fn refusal(e: Error, row: &str, entry: &mut Entry) -> Result<(Problems, StatusCode)> {
    match e {
        Error::Refused(bad) => Ok((bad, StatusCode::UNPROCESSABLE_ENTITY)),
        Error::Conflict(why) => {
            entry.set("_base", row);
            Ok((Problems::one("", why), StatusCode::CONFLICT))
        }
        other => Err(other),
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

async fn history(
    app: &App,
    actor: &Actor,
    client: &Summary,
    part: &'static Part,
) -> Result<Vec<PartRow>> {
    let mut read = app.read(actor).await?;
    parts::history(&mut read, &app.codes, &client.id, part).await
}

/// As the form would have sent it.
fn filled(row: &PartRow) -> Entry {
    let mut entry = row.entry.clone();
    entry.set("from", row.valid_from.clone());
    entry
}

/// What counts today in place of a row, or of the part where the row was taken away.
fn newest(all: &[PartRow], row: &str) -> Option<PartRow> {
    let mut id = row;
    while let Some(next) = all.iter().find(|r| r.replaces_id.as_deref() == Some(id)) {
        id = &next.id;
    }
    let stands = |r: &&PartRow| r.voided_at.is_none();
    let found = all.iter().find(|r| stands(r) && r.id == id);
    found.or_else(|| all.iter().find(stands)).cloned()
}

async fn save(
    app: &App,
    actor: &Actor,
    client: &Summary,
    part: &'static Part,
    row: &str,
    entry: &mut Entry,
) -> Result<()> {
    let all = history(app, actor, client, part).await?;
    if let Some(theirs) = all.iter().find(|r| r.id == row) {
        versions::settle(entry, &form(part), &filled(theirs))?;
    }
    let values = form(part).read(entry, &app.codes)?;
    let version = entry.get("_version").parse().unwrap_or(-1);
    let mut tx = app.write(actor).await?;
    parts::correct(&mut tx, &client.id, part, row, &values, values.text("why"), version).await?;
    Ok(tx.commit().await?)
}

/// What was typed, and if somebody else was first, the three versions.
async fn again(
    app: &App,
    actor: &Actor,
    client: Summary,
    part: &'static Part,
    row: &str,
    (entry, bad): (&Entry, &Problems),
) -> Result<Correction> {
    let all = history(app, actor, &client, part).await?;
    let now = newest(&all, row).ok_or(Error::NotFound)?;
    let base = all.iter().find(|r| r.id == entry.get("_base")).cloned();
    view(app, actor, client, part, now, (entry, bad, base)).await
}

async fn view(
    app: &App,
    actor: &Actor,
    client: Summary,
    part: &'static Part,
    now: PartRow,
    (entry, bad, base): (&Entry, &Problems, Option<PartRow>),
) -> Result<Correction> {
    let mut read = app.read(actor).await?;
    let version = parts::version(&mut read, &client.id, part.id).await?;
    let form = form(part);
    let versions = match &base {
        Some(base) => {
            let (who, when) = parts::changed(&mut read, &client.id, part.id).await?;
            let three = (&filled(base), &filled(&now), entry);
            let lines = versions::compare(&form, three, &app.codes, &Options::new());
            Some(Versions { who, when, lines })
        }
        None => None,
    };
    let form = form.view(entry, bad, &app.codes, &Options::new());
    let title = match form.problems.len() {
        0 => format!("{}の訂正：{}", part.title, client.number),
        n => format!("エラー {n}か所：{}の訂正：{}", part.title, client.number),
    };
    let page = app.page(actor, title, "/clients");
    let base = base.map(|b| b.id).unwrap_or_default();
    Ok(Correction { page, client, part, form, now, version, base, versions })
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
    /// The row as it stood when the form was opened, where somebody else was first.
    base: String,
    versions: Option<Versions>,
}
