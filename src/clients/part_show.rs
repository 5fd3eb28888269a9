//! One part of a folder: what holds today (or on a day, as known on a day), and its whole history.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use civil::{Date, Instant};

use super::parts::{self, Part, PartRow};
use super::{Summary, see};
use crate::access::Actor;
use crate::audit::Event;
use crate::store::Read;
use crate::web::submitted::decode;
use crate::web::{
    App, Entry, Error, Field, Form, FormView, Kind, Options, Page, Problems, Result, Values, page,
    refused, said,
};

pub async fn get(
    State(app): State<App>,
    actor: Actor,
    Path((number, part)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let asked = Entry(decode(query.unwrap_or_default().as_bytes()));
    let part = parts::find(&part).ok_or(Error::NotFound)?;
    let view = view(&app, &actor, &number, part, &asked).await?;
    app.viewed(&actor, Event::new("view", part.table, &view.client.id).about(&view.client.id))
        .await?;
    if view.form.problems.is_empty() { page(view) } else { refused(view) }
}

/// いつの時点か: the day it was so, and the day it was known.
pub fn form() -> Form {
    let fields = vec![
        Field::new("on", "いつの時点で", Kind::Date),
        Field::new("known", "いつまでに記録されたもので", Kind::Date)
            .help("あとから直した記録を除いて、その日に見えていたとおりに出します。"),
    ];
    Form::new("part-as-of", "時点を変える", fields)
}

async fn view(
    app: &App,
    actor: &Actor,
    number: &str,
    part: &'static Part,
    asked: &Entry,
) -> Result<PartPage> {
    let mut read = app.read(actor).await?;
    let client = see(&mut read, number).await?;
    if !parts::within_consent(&mut read, &client.id, part).await? {
        return Err(Error::NotFound);
    }
    let (values, bad) = match form().read(asked, &app.codes) {
        Ok(values) => (values, Problems::default()),
        Err(bad) => (crate::web::Values::default(), bad),
    };
    let (on, known) = (values.date("on"), values.date("known"));
    let rows = rows(app, &mut read, &client.id, part, (on, known)).await?;
    let history = parts::history(&mut read, &app.codes, &client.id, part).await?;
    let named_by = parts::named_by(&mut read, &client, part).await?;
    let edits = client.closed_on.is_none()
        && actor.emergency.is_none()
        && app.access.allows(actor.role, "POST", "/clients/{number}/parts/{part}/new");
    Ok(PartPage {
        page: app.page(actor, format!("{}：{}", part.title, client.number), "/clients"),
        as_of: words(on, known),
        form: form().view(asked, &bad, &app.codes, &Options::new()),
        history: if edits || on.is_none() { history } else { vec![] },
        named_by,
        client,
        part,
        rows,
        edits,
    })
}

async fn rows(
    app: &App,
    read: &mut Read,
    client_id: &str,
    part: &'static Part,
    (on, known): (Option<Date>, Option<Date>),
) -> Result<Vec<PartRow>> {
    let on = on.unwrap_or_else(|| read.actor.today());
    // What was recorded on the day itself counts: up to the first moment of the next day.
    let known = known.and_then(|d| d.tomorrow().ok()).map(Instant::start_of);
    parts::rows(read, &app.codes, client_id, part, on, known).await
}

/// The rows the form's answers ask for.
pub async fn rows_as_of(
    app: &App,
    read: &mut Read,
    client_id: &str,
    part: &'static Part,
    v: &Values,
) -> Result<Vec<PartRow>> {
    rows(app, read, client_id, part, (v.date("on"), v.date("known"))).await
}

fn words(on: Option<Date>, known: Option<Date>) -> String {
    match (on, known) {
        (None, None) => "きょう現在".into(),
        (Some(on), None) => format!("{}の時点", civil::format_both(on)),
        (None, Some(k)) => format!("{}までに記録されたもの", civil::format_both(k)),
        (Some(on), Some(k)) => {
            format!(
                "{}の時点、{}までに記録されたもの",
                civil::format_both(on),
                civil::format_both(k)
            )
        }
    }
}

#[derive(Template)]
#[template(path = "clients/part_show.html")]
struct PartPage {
    page: Page,
    client: Summary,
    part: &'static Part,
    as_of: String,
    form: FormView,
    rows: Vec<PartRow>,
    history: Vec<PartRow>,
    /// Who names this person in the same part: brothers and sisters are linked from both sides.
    named_by: Vec<Summary>,
    edits: bool,
}
