//! 事業のページ: what its file says, in the words of a manual; its figures; the bodies under it.

use std::sync::Arc;

use ::programmes::{Catalogue, Holder, Programme};
use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use civil::Date;

use super::bodies::{self, Body};
use super::count::{self, Figure};
use super::enter::{self, Entered};
use super::list::Asked;
use super::report::{self, Reported};
use crate::access::Actor;
use crate::audit::Event;
use crate::web::{App, Entry, Error, Form, FormView, Options, Page, Problems, Result, page};

pub async fn get(
    State(app): State<App>,
    Extension(all): Extension<Arc<Catalogue>>,
    actor: Actor,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let none = (Entry::default(), Problems::default());
    let on = asked.day(actor.today()).0;
    let view = view(&app, &all, &actor, (&id, on), ("", &none.0, &none.1)).await?;
    app.viewed(&actor, Event::new("view", "programme", &id)).await?;
    page(view)
}

/// The page with one of its forms as it was sent.
pub(super) async fn view(
    app: &App,
    all: &Catalogue,
    actor: &Actor,
    (id, on): (&str, Date),
    (what, entry, bad): (&str, &Entry, &Problems),
) -> Result<ProgrammePage> {
    let programme = all.find(id).ok_or(Error::NotFound)?;
    let mut read = app.read(actor).await?;
    let figures = count::of(&mut read, programme, on).await?;
    let bodies = bodies::of(&mut read, id, on).await?;
    let reported = report::of(&mut read, id).await?;
    let entered = enter::of(&mut read, id).await?;
    let none = (Entry::default(), Problems::default());
    let options = options(programme);
    let draw = |form: Form| {
        let (entry, bad) = if form.id == what { (entry, bad) } else { (&none.0, &none.1) };
        form.view(entry, bad, &app.codes, &options)
    };
    let title = if bad.is_empty() { "" } else { "エラー：" };
    Ok(ProgrammePage {
        page: app.page(actor, format!("{title}{}", programme.short), "/applications"),
        day: civil::format_both(on),
        version: programme.version_on(on).map(Version::of),
        unset: unset(all, programme),
        reports: options.get("item").is_some_and(|all| !all.is_empty()),
        enters: options.get("indicator").is_some_and(|all| !all.is_empty()),
        people: programme.holder == Holder::Client,
        enter: draw(enter::form()),
        body: draw(bodies::form()),
        report: draw(report::form()),
        run_by: programme.word(&programme.run_by).to_owned(),
        programme: programme.clone(),
        figures,
        bodies,
        reported,
        entered,
    })
}

/// What the forms offer: indicators that are entered, items that are reported, kinds of bodies.
pub(super) fn options(programme: &Programme) -> Options {
    let all = &programme.indicators;
    let named = |counts: count::Counts| {
        let these = all.iter().filter(move |i| count::Counts::read(&i.counts) == counts);
        these.map(|i| (i.item.clone().unwrap_or_else(|| i.id.clone()), i.what.clone())).collect()
    };
    let mut kinds: Vec<(String, String)> =
        all.iter().filter_map(|i| i.kind.clone()).map(|k| (k.clone(), k)).collect();
    kinds.push(("事業所".into(), "事業所".into()));
    kinds.sort();
    kinds.dedup();
    Options::from([
        ("indicator", named(count::Counts::Entered)),
        ("item", named(count::Counts::Reported)),
        ("kind", kinds),
    ])
}

/// 版, in the words of the page.
pub struct Version {
    label: String,
    note: Option<String>,
    requirements: Vec<(String, String)>,
    caps: Vec<(String, String)>,
    papers: Vec<String>,
}

impl Version {
    fn of(version: &::programmes::Version) -> Self {
        let requirements = version.requirements.iter().map(|r| (r.text.clone(), r.clause.clone()));
        let caps = version.caps.iter().map(|c| (c.text.clone(), c.clause.clone()));
        Self {
            label: version.label.clone(),
            note: version.note.clone(),
            requirements: requirements.collect(),
            caps: caps.collect(),
            papers: version.papers.clone(),
        }
    }
}

/// Settings the office has not entered: what to ask.
fn unset(all: &Catalogue, programme: &Programme) -> Vec<String> {
    let open = |name: &str| all.settings.get(&programme.id, name).is_none();
    let settings = programme.settings.iter().filter(|s| open(&s.fact.name));
    settings.map(|s| format!("{}：{}", s.label, s.ask)).collect()
}

#[derive(Template)]
#[template(path = "indicators/page.html")]
pub(super) struct ProgrammePage {
    page: Page,
    programme: Programme,
    run_by: String,
    day: String,
    version: Option<Version>,
    unset: Vec<String>,
    people: bool,
    /// There is something that bodies report, something that is entered.
    reports: bool,
    enters: bool,
    figures: Vec<Figure>,
    bodies: Vec<Body>,
    reported: Vec<Reported>,
    entered: Vec<Entered>,
    enter: FormView,
    body: FormView,
    report: FormView,
}
