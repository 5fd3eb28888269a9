//! A part changes: a new row, from a day on.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};

use super::parts::{self, Part};
use super::{Summary, see};
use crate::access::Actor;
use crate::staff::drafts;
use crate::web::did::did;
use crate::web::{
    App, Entry, Error, Field, Form, FormView, Kind, Options, Page, Problems, Result, Submitted,
    page, refused,
};

pub async fn get(
    State(app): State<App>,
    actor: Actor,
    Path((number, part)): Path<(String, String)>,
) -> Result<Response> {
    let (part, client) = opened(&app, &actor, &number, &part).await?;
    let draft = drafts::load(&mut app.read(&actor).await?, part.form.id, &number).await?;
    let entry = draft.map(|(entry, _)| entry).unwrap_or_default();
    page(view(&app, &actor, client, part, &entry, &Problems::default()))
}

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path((number, part)): Path<(String, String)>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    let (part, client) = opened(&app, &actor, &number, &part).await?;
    match save(&app, &actor, &client, part, &entry).await {
        Ok(row) => Ok(Redirect::to(&added(&client, part, &row)).into_response()),
        Err(Error::Refused(bad)) => refused(view(&app, &actor, client, part, &entry, &bad)),
        Err(e) => Err(e),
    }
}

/// The part's own questions and the day from which the answers hold.
pub fn form(part: &Part) -> Form {
    let mut form = part.form.clone();
    form.fields.push(
        Field::new("from", "いつから", Kind::Date)
            .help("空けておくときょうからになります。前からそうだったときは、その日を入れます。"),
    );
    form
}

/// The part by its name and the person, for whoever changes a row of it.
pub(super) async fn opened(
    app: &App,
    actor: &Actor,
    number: &str,
    part: &str,
) -> Result<(&'static Part, Summary)> {
    let part = parts::find(part).ok_or(Error::NotFound)?;
    Ok((part, open(app, actor, number, part).await?))
}

/// The person, if the actor may see them and their case is open.
pub(super) async fn open(
    app: &App,
    actor: &Actor,
    number: &str,
    part: &'static Part,
) -> Result<Summary> {
    let mut read = app.read(actor).await?;
    let client = see(&mut read, number).await?;
    if !parts::within_consent(&mut read, &client.id, part).await? {
        return Err(Error::NotFound);
    }
    if client.closed_on.is_some() {
        return Err(Error::refused(
            "",
            "終結した記録は変えられません。直すときは、先に利用者のページで終結を取りやめてください。",
        ));
    }
    Ok(client)
}

async fn save(
    app: &App,
    actor: &Actor,
    client: &Summary,
    part: &'static Part,
    entry: &Entry,
) -> Result<String> {
    let values = form(part).read(entry, &app.codes)?;
    let from = values.date("from");
    if from.is_some_and(|d| d > actor.today()) {
        return Err(Error::refused(
            "from",
            "先の日付は入れられません。その日が来てから記録してください",
        ));
    }
    let mut tx = app.write(actor).await?;
    let row = parts::add(&mut tx, &client.id, part, &values, from).await?;
    drafts::drop(&mut tx, part.form.id, entry.get("_subject")).await?;
    tx.leads_to(added(client, part, &row));
    tx.commit().await?;
    Ok(row)
}

fn added(client: &Summary, part: &Part, row: &str) -> String {
    let page = format!("/clients/{}/parts/{}", client.number, part.id);
    did(&page, "part-add", &format!("{}.{row}", part.id))
}

fn view(
    app: &App,
    actor: &Actor,
    client: Summary,
    part: &'static Part,
    entry: &Entry,
    bad: &Problems,
) -> PartForm {
    let form = form(part).view(entry, bad, &app.codes, &Options::new());
    let title = match form.problems.len() {
        0 => format!("{}：{}", part.title, client.number),
        n => format!("エラー {n}か所：{}：{}", part.title, client.number),
    };
    PartForm { page: app.page(actor, title, "/clients"), client, part, form }
}

#[derive(Template)]
#[template(path = "clients/part_new.html")]
struct PartForm {
    page: Page,
    client: Summary,
    part: &'static Part,
    form: FormView,
}
