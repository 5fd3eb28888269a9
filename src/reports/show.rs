//! One report: question, stamp, totals, chart, table, notes, files, editions.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use super::ask::{self, Ask};
use super::catalogue::{Catalogue, Report};
use super::coded::Coded;
use super::edition::{self, EditionLine};
use super::figures::draw_from;
use super::front::Front;
use super::view::{self, FiguresView};
use super::{files, publish};
use crate::access::Actor;
use crate::web::form::{Entry, FormView, Options, Problems};
use crate::web::{App, Error, Page, Result, page, submitted};

pub async fn get(
    State(app): State<App>,
    Extension(all): Extension<Arc<Catalogue>>,
    actor: Actor,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let report = all.find(&id, actor.role).ok_or(Error::NotFound)?;
    let (entry, none) = (asked(query.as_deref()), Problems::default());
    match ask(&actor, &report, &entry, &app) {
        Ok(_) => page(show(&app, Some(&all.coded), &actor, &report, &entry, none).await?),
        Err(Error::Refused(bad)) => refused(&app, &actor, &report, &entry, bad).await,
        Err(e) => Err(e),
    }
}

/// The page again, with what was typed and what is wrong with it.
pub async fn refused(
    app: &App,
    actor: &Actor,
    report: &Report,
    entry: &Entry,
    bad: Problems,
) -> Result<Response> {
    let body = show(app, None, actor, report, entry, bad).await?.render()?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(body)).into_response())
}

pub fn asked(query: Option<&str>) -> Entry {
    Entry(submitted::decode(query.unwrap_or_default().as_bytes()))
}

/// What the entry asks of the report, or what is wrong with it.
pub fn ask(actor: &Actor, report: &Report, entry: &Entry, app: &App) -> Result<Ask> {
    let narrow = report.front.hides_below(actor.role).is_some();
    Ok(Ask::read(entry, report.front.period, narrow, actor, &app.codes)?)
}

/// Where numbers lead, for those who may open the list.
pub fn list<'a>(app: &App, actor: &Actor, report: &'a Report) -> Option<&'a Front> {
    let list = report.front.list.as_ref()?;
    app.access.allows(actor.role, "GET", &list.path).then_some(&report.front)
}

async fn show(
    app: &App,
    coded: Option<&Coded>,
    actor: &Actor,
    report: &Report,
    entry: &Entry,
    bad: Problems,
) -> Result<Show> {
    let asked = ask(actor, report, entry, app).ok();
    let mut read = app.read(actor).await?;
    let figures = match asked {
        Some(ask) => Some(draw_from(coded, &mut read, report, ask, &app.codes).await?),
        None => None,
    };
    let period = report.front.period;
    let narrow = report.front.hides_below(actor.role).is_some();
    let offers = ask::offers(actor.today());
    let publishes = app.access.allows(actor.role, "POST", "/reports/{id}/publish");
    Ok(Show {
        page: app.page(actor, report.front.title.as_str(), "/reports"),
        id: report.id.clone(),
        title: report.front.title.clone(),
        description: report.front.description.clone(),
        form: ask::form(period, narrow).view(entry, &bad, &app.codes, &offers),
        publish: asked
            .filter(|_| publishes)
            .map(|_| publish::form().view(entry, &bad, &app.codes, &Options::new())),
        refusals: bad.0.iter().map(|(_, message)| message.clone()).collect(),
        query: asked.map(|a| a.query(period, actor.at)).unwrap_or_default(),
        hidden: asked.map(|a| hidden(&a.query(period, actor.at))).unwrap_or_default(),
        period: figures.as_ref().map(|f| f.period.clone()).unwrap_or_default(),
        known: figures.as_ref().map(files::known).unwrap_or_default(),
        figures: figures.map(|f| view::figures(&f, list(app, actor, report))),
        editions: edition::editions(&mut read, &report.id).await?,
        narrow,
    })
}

fn hidden(query: &str) -> Vec<(String, String)> {
    submitted::decode(query.as_bytes())
}

#[derive(Template)]
#[template(path = "reports/show.html")]
struct Show {
    page: Page,
    id: String,
    title: String,
    description: String,
    form: FormView,
    publish: Option<FormView>,
    refusals: Vec<String>,
    query: String,
    hidden: Vec<(String, String)>,
    period: String,
    known: String,
    figures: Option<FiguresView>,
    editions: Vec<EditionLine>,
    narrow: bool,
}
