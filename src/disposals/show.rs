//! One disposal: whom it is about, and, for somebody other than who proposed it, the confirmation.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::record::{self, Disposal, Item};
use super::{confirm, withdraw};
use crate::access::Actor;
use crate::audit::Event;
use crate::web::{App, Entry, Form, FormView, Options, Page, Problems, Result, page};

pub async fn get(State(app): State<App>, actor: Actor, Path(id): Path<String>) -> Result<Response> {
    let view = view(&app, &actor, &id, ("", &Entry::default(), &Problems::default())).await?;
    app.viewed(&actor, Event::new("view", "disposal", &id)).await?;
    page(view)
}

pub(super) async fn view(
    app: &App,
    actor: &Actor,
    id: &str,
    (what, entry, bad): (&str, &Entry, &Problems),
) -> Result<DisposalPage> {
    let mut read = app.read(actor).await?;
    let d = record::see(&mut read, id).await?;
    let items = if d.is_open() { record::items(&mut read, id).await? } else { vec![] };
    let none = (Entry::default(), Problems::default());
    let draw = |form: Form| {
        let (entry, bad) = if form.id == what { (entry, bad) } else { (&none.0, &none.1) };
        form.view(entry, bad, &app.codes, &Options::new())
    };
    let title = if bad.is_empty() { "廃棄の提案" } else { "エラー：廃棄の提案" };
    Ok(DisposalPage {
        page: app.page(actor, title, "/clients"),
        confirm: draw(confirm::form()),
        withdraw: draw(withdraw::form()),
        own: d.proposed_by == actor.account_id,
        d,
        items,
    })
}

#[derive(Template)]
#[template(path = "disposals/show.html")]
pub(super) struct DisposalPage {
    page: Page,
    d: Disposal,
    items: Vec<Item>,
    /// Who proposed it looks at it.
    own: bool,
    confirm: FormView,
    withdraw: FormView,
}
