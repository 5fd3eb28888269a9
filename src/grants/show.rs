//! One grant: what was asked, what the rules say of it, its lines, its steps.

use std::sync::Arc;

use ::programmes::{Catalogue, Outcome, Programme};
use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;

use super::deadlines::{self, Deadline};
use super::figures::{self, Figures};
use super::record::{self, Grant, Step, Sums};
use super::{apply, lines, steps, undo};
use crate::access::Actor;
use crate::audit::Event;
use crate::codes::Codes;
use crate::web::{App, Entry, Error, Form, FormView, Options, Page, Problems, Result, page};

pub async fn get(
    State(app): State<App>,
    Extension(all): Extension<Arc<Catalogue>>,
    actor: Actor,
    Path(id): Path<String>,
) -> Result<Response> {
    let none = (Entry::default(), Problems::default());
    let view = view(&app, &all, &actor, &id, ("", &none.0, &none.1)).await?;
    app.viewed(&actor, Event::new("view", "grant", &id)).await?;
    page(view)
}

/// The page with one of its forms as it was sent.
pub(super) async fn view(
    app: &App,
    all: &Catalogue,
    actor: &Actor,
    id: &str,
    (what, entry, bad): (&str, &Entry, &Problems),
) -> Result<ShowPage> {
    let mut read = app.read(actor).await?;
    let g = record::see(&mut read, id).await?;
    let programme = all.find(&g.programme).ok_or(Error::NotFound)?;
    let figures = figures::figures(&mut read, all, &g).await?;
    let steps = record::steps(&mut read, id).await?;
    let deadlines = deadlines::of_grant(&mut read, id).await?;
    let none = (Entry::default(), Problems::default());
    let options = options(programme, &g);
    let draw = |form: Form| {
        let (entry, bad) = if form.id == what { (entry, bad) } else { (&none.0, &none.1) };
        form.view(entry, bad, &app.codes, &options)
    };
    let title = if bad.is_empty() { "補助金" } else { "エラー：補助金" };
    Ok(ShowPage {
        page: app.page(actor, format!("{title}：{}", programme.short), "/applications"),
        programme: programme.clone(),
        sums: Sums::of(&steps),
        answer: draw(apply::answer_form()),
        line: draw(lines::form()),
        step: draw(steps::form()),
        deadline: draw(deadlines::form()),
        undo: draw(undo::form()),
        last: steps.iter().rfind(|s| s.stands()).cloned(),
        deadlines,
        today: actor.today(),
        codes: app.codes.clone(),
        allowed: civil::Yen(figures.allowed()),
        figures,
        steps,
        g,
    })
}

fn options(programme: &Programme, g: &Grant) -> Options {
    let questions = programme.questions.iter();
    let questions = questions.map(|q| (q.fact.name.clone(), q.label.clone())).collect();
    let day = g.applied_on.parse().ok();
    let version = day.and_then(|day| programme.version_on(day));
    let items = version.map(|v| v.items.iter().map(|i| (i.id.clone(), i.name.clone())).collect());
    Options::from([("question", questions), ("item", items.unwrap_or_default())])
}

#[derive(Template)]
#[template(path = "grants/show.html")]
pub(super) struct ShowPage {
    page: Page,
    g: Grant,
    programme: Programme,
    figures: Figures,
    allowed: civil::Yen,
    sums: Sums,
    steps: Vec<Step>,
    answer: FormView,
    line: FormView,
    step: FormView,
    deadline: FormView,
    undo: FormView,
    /// The step that can be taken back.
    last: Option<Step>,
    deadlines: Vec<Deadline>,
    today: civil::Date,
    codes: Arc<Codes>,
}
