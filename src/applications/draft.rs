//! 起案文書: the proposal on paper, with its reasons and a box for each post of the route.

use std::sync::Arc;

use ::programmes::{Catalogue, Programme};
use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;

use super::approve::Progress;
use super::assess::{self, Assessment};
use super::record::{self, Application};
use super::route::Routes;
use crate::access::Actor;
use crate::audit::Event;
use crate::web::{App, Error, Page, Result, page};

pub async fn get(
    State(app): State<App>,
    Extension(all): Extension<Arc<Catalogue>>,
    actor: Actor,
    Path(id): Path<String>,
) -> Result<Response> {
    let view = view(&app, &all, &actor, &id).await?;
    app.viewed(&actor, Event::new("print", "draft", &id).about(&view.a.client_id)).await?;
    page(view)
}

async fn view(app: &App, all: &Catalogue, actor: &Actor, id: &str) -> Result<DraftPage> {
    let mut read = app.read(actor).await?;
    let a = record::see(&mut read, id).await?;
    let programme = all.find(&a.programme).ok_or(Error::NotFound)?.clone();
    let s = assess::by_id(&mut read, a.assessment_id.as_deref().unwrap_or_default()).await?;
    let progress = Progress::of(&mut read, &Routes::of(app)?, &programme.office, &s).await?;
    let page = app.page(actor, "起案文書", "/applications");
    Ok(DraftPage { page, a, s, programme, progress })
}

#[derive(Template)]
#[template(path = "applications/draft.html")]
struct DraftPage {
    page: Page,
    a: Application,
    s: Assessment,
    programme: Programme,
    progress: Progress,
}
