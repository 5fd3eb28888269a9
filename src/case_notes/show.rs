//! One note with everything that belongs to it, its corrections included.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;

use super::record::{self, CaseNote};
use crate::access::{Actor, Reach};
use crate::audit::Event;
use crate::follow_ups::{self, FollowUp, Origin};
use crate::store::Read;
use crate::web::{App, Page, Result, page, said};

pub async fn get(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let mut read = app.read(&actor).await?;
    let mut view = view(&app, &mut read, &id).await?;
    view.saved = query.is_some_and(|q| q.contains("saved=1"));
    drop(read);
    app.viewed(&actor, Event::new("view", "case_note", &id).about(&view.e.client_id)).await?;
    page(view)
}

async fn view(app: &App, read: &mut Read, id: &str) -> Result<Show> {
    let e = record::see(read, id).await?;
    let minutes = record::minutes(read, id).await?;
    let label = |code: &str| app.codes.label("activity", code).to_owned();
    let (mut earlier, mut before) = (vec![], e.replaces_id.clone());
    while let Some(old) = before {
        let row = record::see(read, &old).await?;
        before = row.replaces_id.clone();
        earlier.push(row);
    }
    let actor = read.actor.clone();
    let own = e.organisation_id == actor.organisation_id;
    let may = (own || actor.role.reach() == Reach::Controller)
        && app.access.allows(actor.role, "GET", "/case-notes/{id}/correct");
    Ok(Show {
        page: app.page(&actor, "支援経過", "/case-notes"),
        kind: app.codes.label("note_kind", &e.kind).to_owned(),
        minutes: minutes.into_iter().map(|(code, n)| (label(&code), n)).collect(),
        whole: said::moment(&e.recorded_at),
        newer: record::replaced_by(read, id).await?,
        next: follow_ups::of(read, Origin::Record(id)).await?,
        earlier,
        may,
        saved: false,
        e,
    })
}

#[derive(Template)]
#[template(path = "case_notes/show.html")]
struct Show {
    page: Page,
    e: CaseNote,
    kind: String,
    minutes: Vec<(String, i64)>,
    whole: String,
    earlier: Vec<CaseNote>,
    newer: Option<String>,
    next: Vec<FollowUp>,
    may: bool,
    saved: bool,
}
