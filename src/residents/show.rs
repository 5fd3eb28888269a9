//! One difference: before and after, and the two answers.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::differences::{self, Difference};
use super::take;
use crate::access::Actor;
use crate::audit::Event;
use crate::codes::Codes;
use crate::web::{App, Entry, FormView, Options, Page, Problems, Result, page};

pub async fn get(State(app): State<App>, actor: Actor, Path(id): Path<String>) -> Result<Response> {
    let view = view(&app, &actor, &id, &Entry::default(), &Problems::default()).await?;
    let about = &view.d.client_id;
    app.viewed(&actor, Event::new("view", "register_difference", &id).about(about)).await?;
    page(view)
}

pub(super) async fn view(
    app: &App,
    actor: &Actor,
    id: &str,
    entry: &Entry,
    bad: &Problems,
) -> Result<DifferencePage> {
    let d = differences::see(&mut app.read(actor).await?, id).await?;
    let form = take::form(&d.kind).view(entry, bad, &app.codes, &Options::new());
    let title =
        if bad.is_empty() { "住民記録との差" } else { "エラー：住民記録との差" };
    let (page, codes) = (app.page(actor, title, "/clients"), app.codes.clone());
    Ok(DifferencePage { page, d, form, codes })
}

#[derive(Template)]
#[template(path = "residents/show.html")]
pub(super) struct DifferencePage {
    page: Page,
    d: Difference,
    form: FormView,
    codes: std::sync::Arc<Codes>,
}
