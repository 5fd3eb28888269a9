//! 通知書: the decision on paper, with number, date, addressee, reason with clause and 教示.

use std::collections::BTreeMap;
use std::sync::Arc;

use ::programmes::Catalogue;
use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;

use super::record::{self, Decision};
use crate::access::Actor;
use crate::applications::assess::{self, Assessment};
use crate::applications::paper::Papers;
use crate::audit::Event;
use crate::web::{App, Error, Page, Result, page};

pub async fn get(
    State(app): State<App>,
    Extension(all): Extension<Arc<Catalogue>>,
    actor: Actor,
    Path(id): Path<String>,
) -> Result<Response> {
    let view = view(&app, &all, &actor, &id).await?;
    app.viewed(&actor, Event::new("print", "letter", &id).about(&view.d.client_id)).await?;
    page(view)
}

async fn view(app: &App, all: &Catalogue, actor: &Actor, id: &str) -> Result<LetterPage> {
    let mut read = app.read(actor).await?;
    let d = record::see(&mut read, id).await?;
    let programme = all.find(&d.programme).ok_or(Error::NotFound)?;
    let s = assess::by_id(&mut read, &d.assessment_id).await?;
    let papers = Papers::of(app)?;
    let paper = papers.find(&d.kind, &d.programme)?;
    let clauses = against(&s);
    let values = BTreeMap::from([
        ("number", d.number.clone()),
        ("date", Decision::day(&d.decided_on)),
        ("addressee", d.addressee.clone()),
        ("person", d.name()),
        ("place", app.config.place.clone()),
        ("office", programme.office.clone()),
        ("programme", programme.name.clone()),
        ("application", programme.words.application.clone()),
        ("award", programme.words.award.clone()),
        ("rejection", programme.words.rejection.clone()),
        ("term", d.term()),
        ("reason", d.reason.clone()),
        ("clauses", clauses.join("、")),
    ]);
    Ok(LetterPage {
        page: app.page(actor, "通知書", "/applications"),
        title: paper.fill(&paper.title, &values),
        body: paper.body.iter().map(|line| paper.fill(line, &values)).collect(),
        ask: paper.ask.clone(),
        office: programme.office.clone(),
        d,
    })
}

/// The clauses that were not met; where all hangs on what is not known, those.
fn against(s: &Assessment) -> Vec<String> {
    let all = s.clauses();
    let not_met = all.iter().any(|(_, _, state)| state == "x");
    let wanted = if not_met { "x" } else { "q" };
    let these = all.into_iter().filter(|(_, _, state)| state == wanted);
    these.map(|(text, source, _)| format!("{text}（{source}）")).collect()
}

#[derive(Template)]
#[template(path = "awards/letter.html")]
struct LetterPage {
    page: Page,
    d: Decision,
    title: String,
    body: Vec<String>,
    ask: String,
    office: String,
}
