//! One decision: its words, the facts it rests on, and whether it would come out the same today.

use std::sync::Arc;

use ::programmes::{Catalogue, Outcome, Programme};
use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use civil::Date;

use super::end;
use super::record::{self, Decision};
use crate::access::Actor;
use crate::applications::assess::{self, Assessment};
use crate::audit::Event;
use crate::programmes::{digest, of};
use crate::web::{App, Entry, Error, FormView, Options, Page, Problems, Result, page};

pub async fn get(
    State(app): State<App>,
    Extension(all): Extension<Arc<Catalogue>>,
    actor: Actor,
    Path(id): Path<String>,
) -> Result<Response> {
    let view = view(&app, &all, &actor, &id, &Entry::default(), &Problems::default()).await?;
    let about = &view.d.client_id;
    app.viewed(&actor, Event::new("view", "decision", &id).about(about)).await?;
    page(view)
}

pub(super) async fn view(
    app: &App,
    all: &Catalogue,
    actor: &Actor,
    id: &str,
    entry: &Entry,
    bad: &Problems,
) -> Result<ShowPage> {
    let mut read = app.read(actor).await?;
    let d = record::see(&mut read, id).await?;
    let programme = all.find(&d.programme).ok_or(Error::NotFound)?;
    let s = assess::by_id(&mut read, &d.assessment_id).await?;
    let today = actor.today();
    let person = of(&mut read, all, &d.client_id, today).await?;
    let now = programme.assess(&person.known(all, programme), today).outcome;
    let title = if bad.is_empty() { "決定" } else { "エラー：決定" };
    Ok(ShowPage {
        page: app.page(actor, format!("{title}：{}", d.number), "/applications"),
        again: again(programme, &s),
        now: say(now),
        facts: facts(programme, &s),
        end: end::form().view(entry, bad, &app.codes, &Options::new()),
        word: if d.is_award() { &programme.words.award } else { &programme.words.rejection }
            .clone(),
        name: programme.name.clone(),
        decides: app.access.allows(actor.role, "POST", "/awards/{id}/end"),
        today,
        s,
        d,
    })
}

/// The same rules over the facts that were kept: must give what was decided.
fn again(programme: &Programme, s: &Assessment) -> String {
    let Some(version) = s.version_from.parse().ok().and_then(|day| programme.version_on(day))
    else {
        return "そのときの版が、いまの規則のファイルにありません。".to_owned();
    };
    let known = programme.known_from(version, &s.facts());
    let outcome = say(version.assess(&known).outcome);
    let same_file = digest(&programme.text) == s.digest;
    let file = if same_file {
        "規則のファイルは決定のときと同じ"
    } else {
        "規則のファイルは決定のあとに変わった"
    };
    let then = match s.outcome.as_str() {
        "eligible" => say(Outcome::Eligible),
        "ineligible" => say(Outcome::Ineligible),
        _ => say(Outcome::Undetermined),
    };
    let same = if then == outcome { "同じ結果" } else { "違う結果" };
    format!("決定のとき「{then}」、残した事実で計算し直すと「{outcome}」（{same}。{file}）")
}

fn say(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Eligible => "要件を満たす",
        Outcome::Ineligible => "要件を満たさない",
        Outcome::Undetermined => "確認が必要",
        Outcome::NotInForce => "この日には規則がない",
    }
}

fn facts(programme: &Programme, s: &Assessment) -> Vec<(String, String)> {
    let Some(version) = s.version_from.parse().ok().and_then(|day| programme.version_on(day))
    else {
        return Vec::new();
    };
    let asked = version.asked();
    let kept = s.facts();
    let used = kept.iter().filter(|(name, _)| asked.iter().any(|a| a == name));
    used.filter_map(|(name, value)| programme.say(version, name, *value)).collect()
}

#[derive(Template)]
#[template(path = "awards/show.html")]
pub(super) struct ShowPage {
    page: Page,
    d: Decision,
    s: Assessment,
    /// The actor's desk sends the letter and may end the award.
    decides: bool,
    name: String,
    word: String,
    facts: Vec<(String, String)>,
    again: String,
    now: &'static str,
    end: FormView,
    today: Date,
}
