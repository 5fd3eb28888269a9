//! One consultation with everything that belongs to it, its corrections included.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;

use super::record::{self, Consultation};
use crate::access::{Actor, Reach};
use crate::audit::Event;
use crate::follow_ups::{self, FollowUp};
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
    let event = Event::new("view", "consultation", &id).client(view.k.client_id.clone());
    app.viewed(&actor, event).await?;
    page(view)
}

/// The consultation and the codes of its topics, if the actor may see it.
pub async fn see(read: &mut Read, id: &str) -> Result<(Consultation, Vec<String>)> {
    Ok((record::see(read, id).await?, record::topics(read, id).await?))
}

/// Label and words of one line of the page.
type Line = (&'static str, String);

async fn view(app: &App, read: &mut Read, id: &str) -> Result<Show> {
    let k = record::see(read, id).await?;
    let topics = record::topics(read, id).await?;
    let topics: Vec<_> = topics.iter().map(|t| app.codes.label("topic", t)).collect();
    let actor = read.actor.clone();
    let own = k.organisation_id == actor.organisation_id;
    let may = (own || actor.role.reach() == Reach::Controller)
        && app.access.allows(actor.role, "GET", "/consultations/{id}/correct");
    Ok(Show {
        page: app.page(&actor, "相談", "/consultations"),
        lines: lines(app, &k, &topics.join("、")),
        whole: said::moment(&k.recorded_at),
        earlier: history(read, &k).await?,
        newer: record::replaced_by(read, id).await?,
        next: follow_ups::of(read, follow_ups::Origin::Record(id)).await?,
        may,
        saved: false,
        k,
    })
}

fn lines(app: &App, k: &Consultation, topics: &str) -> Vec<Line> {
    let label = |list: &str, code: &str| app.codes.label(list, code).to_owned();
    let minutes = k.minutes.map(|m| format!("{m}分")).unwrap_or_default();
    let named = [k.inquirer_name.as_str(), k.inquirer_place.as_str()];
    let named: Vec<_> = named.into_iter().filter(|t| !t.is_empty()).collect();
    let inquirer = format!("{}　{}", label("inquirer_kind", &k.inquirer_kind), named.join("・"));
    vec![
        ("支援の種別", label("scope", &k.scope)),
        ("相談した人", inquirer.trim().to_owned()),
        ("方法", label("channel", &k.channel)),
        ("内容の分類", topics.to_owned()),
        ("新規・継続", label("series", &k.series)),
        ("かかった時間", minutes),
        ("受けた人", format!("{}（{}）", k.handler, k.organisation)),
        ("地域", label("region", &k.region)),
    ]
}

/// The rows this one took the place of, the newest first.
async fn history(read: &mut Read, k: &Consultation) -> Result<Vec<Consultation>> {
    let (mut rows, mut before) = (vec![], k.replaces_id.clone());
    while let Some(id) = before {
        // A row about somebody else than the actor may see ends what they are told.
        let Some(row) = record::maybe(read, &id).await? else { break };
        before = row.replaces_id.clone();
        rows.push(row);
    }
    Ok(rows)
}

#[derive(Template)]
#[template(path = "consultations/show.html")]
struct Show {
    page: Page,
    k: Consultation,
    lines: Vec<Line>,
    whole: String,
    earlier: Vec<Consultation>,
    newer: Option<String>,
    next: Vec<FollowUp>,
    may: bool,
    saved: bool,
}
