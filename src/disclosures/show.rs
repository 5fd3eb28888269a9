//! One request: what was asked, what follows, and the forms that are open now.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use civil::Date;

use super::record::{self, Request};
use super::stop::{self, Stop};
use super::terms::Terms;
use super::{decide, extend};
use crate::access::Actor;
use crate::audit::Event;
use crate::clients::parts;
use crate::codes::Codes;
use crate::web::{App, Entry, Form, FormView, Options, Page, Problems, Result, page};

pub async fn get(State(app): State<App>, actor: Actor, Path(id): Path<String>) -> Result<Response> {
    let view = view(&app, &actor, &id, ("", &Entry::default(), &Problems::default())).await?;
    let about = &view.q.client_id;
    app.viewed(&actor, Event::new("view", "data_request", &id).about(about)).await?;
    page(view)
}

/// The page with one of its forms as it was sent.
pub(super) async fn view(
    app: &App,
    actor: &Actor,
    id: &str,
    (what, entry, bad): (&str, &Entry, &Problems),
) -> Result<RequestPage> {
    let mut read = app.read(actor).await?;
    let q = record::see(&mut read, id).await?;
    let stops = stop::of(&mut read, &q.client_id).await?;
    let stop = stops.into_iter().find(|s| s.request_id == q.id);
    let terms = Terms::of(app)?;
    let term = terms.find(&q.kind)?;
    let mut first = Entry::default();
    first.set("notice", term.notice.clone());
    let none = (Entry::default(), Problems::default());
    let draw = |form: Form, blank: &Entry| {
        let (entry, bad) = if form.id == what { (entry, bad) } else { (blank, &none.1) };
        form.view(entry, bad, &app.codes, &Options::new())
    };
    let part = q.part.as_deref().and_then(parts::find).map(|p| (p.id, p.title));
    let title = if bad.is_empty() { "請求" } else { "エラー：請求" };
    Ok(RequestPage {
        page: app.page(actor, title, "/clients"),
        decide: draw(decide::form(&q.kind), &first),
        extend: draw(extend::form(), &none.0),
        withdraw: draw(extend::withdraw_form(), &none.0),
        end: draw(stop::end_form(), &none.0),
        clause: term.clause.clone(),
        ask: term.ask.clone(),
        extends: q.extended_at.is_none() && term.extension_days > 0,
        extension_days: term.extension_days,
        codes: app.codes.clone(),
        today: actor.today(),
        part,
        stop,
        q,
    })
}

#[derive(Template)]
#[template(path = "disclosures/show.html")]
pub(super) struct RequestPage {
    page: Page,
    q: Request,
    stop: Option<Stop>,
    part: Option<(&'static str, &'static str)>,
    decide: FormView,
    extend: FormView,
    withdraw: FormView,
    end: FormView,
    clause: String,
    ask: String,
    extends: bool,
    extension_days: i64,
    codes: std::sync::Arc<Codes>,
    today: Date,
}
