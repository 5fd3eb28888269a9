//! One application: what was asked, what the rules say, and the step that is next.

use std::sync::Arc;

use ::programmes::{Catalogue, Outcome, Programme};
use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;

use super::approve::{self, Progress};
use super::assess::{self, Assessment};
use super::record::{self, Application, Stage};
use super::route::Routes;
use super::{decide, send_back};
use crate::access::Actor;
use crate::audit::Event;
use crate::programmes::of;
use crate::programmes::verdicts::Shown;
use crate::store::Read;
use crate::web::{App, Entry, Error, Form, FormView, Options, Page, Problems, Result, page};

pub async fn get(
    State(app): State<App>,
    Extension(all): Extension<Arc<Catalogue>>,
    actor: Actor,
    Path(id): Path<String>,
) -> Result<Response> {
    let none = (Entry::default(), Problems::default());
    let view = view(&app, &all, &actor, &id, ("", &none.0, &none.1)).await?;
    let about = &view.a.client_id;
    app.viewed(&actor, Event::new("view", "application", &id).about(about)).await?;
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
    let a = record::see(&mut read, id).await?;
    let programme = all.find(&a.programme).ok_or(Error::NotFound)?;
    let routes = Routes::of(app)?;
    let checked = checked(&mut read, &routes, programme, &a).await?;
    let verdict = verdict(&mut read, all, programme, &a).await?;
    let none = (Entry::default(), Problems::default());
    let mut first = Entry::default();
    first.set("addressee", a.applied_by.clone());
    first.set("decided_on", actor.today().to_string());
    let draw = |form: Form| {
        let blank = if form.id == decide::FORM { &first } else { &none.0 };
        let (entry, bad) = if form.id == what { (entry, bad) } else { (blank, &none.1) };
        form.view(entry, bad, &app.codes, &Options::new())
    };
    let title = if bad.is_empty() { "申請" } else { "エラー：申請" };
    Ok(ShowPage {
        page: app.page(actor, title, "/applications"),
        programme: programme.clone(),
        ask: routes.find(&programme.office, None).ask.clone(),
        send_back: draw(send_back::form(send_back::RETURN)),
        complete: draw(send_back::form(send_back::COMPLETE)),
        withdraw: draw(send_back::form(send_back::WITHDRAW)),
        assess: draw(assess::form()),
        approve: draw(approve::form()),
        decide: draw(decide::form()),
        decides: app.access.allows(actor.role, "POST", "/applications/{id}/assess"),
        verdict,
        checked,
        a,
    })
}

/// 審査の結果 and how far along the route it is.
struct Checked {
    s: Assessment,
    progress: Progress,
}

async fn checked(
    read: &mut Read,
    routes: &Routes,
    programme: &Programme,
    a: &Application,
) -> Result<Option<Checked>> {
    let Some(id) = &a.assessment_id else { return Ok(None) };
    let s = assess::by_id(read, id).await?;
    let progress = Progress::of(read, routes, &programme.office, &s).await?;
    Ok(Some(Checked { s, progress }))
}

/// What the rules say with today's record, for the day from which it is wanted.
async fn verdict(
    read: &mut Read,
    all: &Catalogue,
    programme: &Programme,
    a: &Application,
) -> Result<Shown> {
    let on = a.starts().unwrap_or(read.actor.today());
    let person = of(read, all, &a.client_id, on).await?;
    let known = person.known(all, programme);
    Ok(Shown::of(programme, &programme.assess(&known, on), on, false))
}

#[derive(Template)]
#[template(path = "applications/show.html")]
pub(super) struct ShowPage {
    page: Page,
    a: Application,
    programme: Programme,
    /// The actor's desk checks and decides; others see where it stands.
    decides: bool,
    /// What is still to be asked about the route.
    ask: String,
    verdict: Shown,
    checked: Option<Checked>,
    send_back: FormView,
    complete: FormView,
    withdraw: FormView,
    assess: FormView,
    approve: FormView,
    decide: FormView,
}
