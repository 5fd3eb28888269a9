//! 使える事業: one person, all programmes, on any day: yes, no because, unknown: ask for this paper.

use std::sync::Arc;

use ::programmes::{Catalogue, Holder, Outcome, Programme, Reason, State, Verdict};
use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query, State as Shared};
use axum::response::Response;
use civil::Date;
use serde::Deserialize;

use super::facts;
use crate::access::Actor;
use crate::audit::Event;
use crate::clients::see;
use crate::clients::who::{Who, who};
use crate::store::Read;
use crate::web::{App, Page, Result, page};

pub async fn get(
    Shared(app): Shared<App>,
    Extension(all): Extension<Arc<Catalogue>>,
    actor: Actor,
    Path(number): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let view = view(&app, &all, &actor, &number, &asked).await?;
    let id = &view.who.summary.id;
    app.viewed(&actor, Event::new("view", "verdicts", id).about(id)).await?;
    page(view)
}

/// 判定する日, as it was typed.
#[derive(Deserialize)]
pub struct Asked {
    on: Option<String>,
}

/// 一つの事業の判定, in the words of the page.
pub struct Shown {
    pub id: String,
    pub name: String,
    pub summary: String,
    pub office: String,
    pub apply: String,
    pub statutory: bool,
    pub outcome: Outcome,
    pub holds: bool,
    pub version: String,
    pub note: Option<String>,
    pub benefit: Vec<String>,
    pub clauses: Vec<Clause>,
    /// What to ask, and where it is recorded.
    pub asks: Vec<Ask>,
    pub papers: Vec<String>,
    /// 「4月1日から」: the next day on which applications are taken, when today is none.
    pub opens: Option<String>,
}

/// 要件の一行.
pub struct Clause {
    pub mark: &'static str,
    pub text: String,
    pub known: String,
    pub source: String,
}

/// 確かめること.
pub struct Ask {
    pub text: String,
    pub paper: Option<String>,
    /// The name under which it is recorded; none where the folder or the office says it.
    pub fact: Option<String>,
}

impl Shown {
    pub fn of(programme: &Programme, verdict: &Verdict<'_>, on: Date, holds: bool) -> Self {
        let version = verdict.version;
        let clauses = verdict.reasons.iter().map(|r| clause(programme, r)).collect();
        let mut asks: Vec<Ask> = Vec::new();
        for reason in verdict.reasons.iter().filter(|r| r.state == State::Unknown) {
            for info in &reason.missing {
                let ask = Ask {
                    text: info.ask.clone(),
                    paper: info.paper.clone().or_else(|| reason.requirement.paper.clone()),
                    fact: recorded_as(programme, info),
                };
                if !asks.iter().any(|other| other.text == ask.text) {
                    asks.push(ask);
                }
            }
        }
        Self {
            id: programme.id.clone(),
            name: programme.name.clone(),
            summary: programme.summary.clone(),
            office: programme.office.clone(),
            apply: programme.words.application.clone(),
            statutory: programme.statutory,
            outcome: verdict.outcome,
            holds,
            version: version.map(|v| v.label.clone()).unwrap_or_default(),
            note: version.and_then(|v| v.note.clone()),
            benefit: version
                .map(|v| v.caps.iter().map(|c| c.text.clone()).collect())
                .unwrap_or_default(),
            clauses,
            asks,
            papers: version.map(|v| v.papers.clone()).unwrap_or_default(),
            opens: version
                .filter(|v| !v.open_on(on))
                .and_then(|v| v.opens_next(on))
                .map(civil::format_era),
        }
    }
}

fn clause(programme: &Programme, reason: &Reason<'_>) -> Clause {
    let mark = match reason.state {
        State::Met => "y",
        State::NotMet => "x",
        State::Unknown => "q",
    };
    let known: Vec<String> = reason
        .facts
        .iter()
        .filter_map(|(info, value)| value.map(|v| format!("{}：{}", info.label, info.say(v))))
        // A single yes says no more than the requirement itself.
        .filter(|_| reason.state != State::Met || reason.facts.len() > 1)
        .collect();
    let requirement = reason.requirement;
    let title = programme.source(&requirement.source).map_or("", |s| s.title.as_str());
    Clause {
        mark,
        text: requirement.text.clone(),
        known: known.join("、"),
        source: format!("{} {}", title, requirement.clause),
    }
}

/// Where an answer is recorded: a shared fact by its name, a programme's question with its id.
fn recorded_as(programme: &Programme, info: &::programmes::FactInfo) -> Option<String> {
    let name = &info.fact.name;
    if programme.questions.iter().any(|q| q.fact.name == *name) {
        return Some(format!("{}.{name}", programme.id));
    }
    match info.from.as_deref() {
        Some("setting" | "use" | "day" | "awards" | "birth" | "born_on") => None,
        _ => Some(name.clone()),
    }
}

impl Shown {
    fn word(&self) -> &'static str {
        match self.outcome {
            Outcome::Eligible => "eligible",
            Outcome::Undetermined => "undetermined",
            Outcome::Ineligible => "ineligible",
            Outcome::NotInForce => "not_in_force",
        }
    }

    /// For scripts: id, outcome, version, every clause with its mark, what to ask.
    pub fn json(&self) -> serde_json::Value {
        let clause = |c: &Clause| {
            serde_json::json!({
                "text": c.text, "source": c.source, "state": c.mark, "known": c.known
            })
        };
        let asks = self.asks.iter().map(|a| serde_json::json!({"ask": a.text, "paper": a.paper}));
        serde_json::json!({
            "programme": self.id,
            "name": self.name,
            "outcome": self.word(),
            "holds": self.holds,
            "version": self.version,
            "clauses": self.clauses.iter().map(clause).collect::<Vec<_>>(),
            "ask": asks.collect::<Vec<_>>(),
        })
    }

    /// For people at a terminal.
    pub fn line(&self) -> String {
        let outcome = GROUPS.iter().find(|g| g.2 == self.outcome).map_or("", |g| g.1);
        let asks: Vec<&str> = self.asks.iter().map(|a| a.text.as_str()).collect();
        format!("{outcome}\t{}\t{}", self.name, asks.join(" "))
    }
}

/// What one person can use on a day, without a page; recorded as a view.
pub async fn told(
    app: &App,
    all: &Catalogue,
    actor: &Actor,
    number: &str,
    on: Date,
) -> Result<Vec<Shown>> {
    let mut read = app.read(actor).await?;
    let client = see(&mut read, number).await?;
    let shown = judged(&mut read, all, &client.id, on).await?;
    drop(read);
    app.viewed(actor, Event::new("view", "verdicts", &client.id).about(&client.id)).await?;
    Ok(shown)
}

async fn judged(read: &mut Read, all: &Catalogue, client_id: &str, on: Date) -> Result<Vec<Shown>> {
    let person = facts::of(read, all, client_id, on).await?;
    let mut shown: Vec<Shown> = Vec::new();
    for programme in all.programmes.iter().filter(|p| p.holder == Holder::Client) {
        let known = person.known(all, programme);
        let verdict = programme.assess(&known, on);
        let holds = person.sheet.get(&all.facts, &format!("holds_{}", programme.id)) == Some(1);
        shown.push(Shown::of(programme, &verdict, on, holds));
    }
    Ok(shown)
}

async fn view(
    app: &App,
    all: &Catalogue,
    actor: &Actor,
    number: &str,
    asked: &Asked,
) -> Result<VerdictsPage> {
    let today = actor.today();
    let typed = asked.on.as_deref().unwrap_or_default();
    let read_day = civil::parse_date(typed).ok().filter(|_| !typed.trim().is_empty());
    let on = read_day.unwrap_or(today);
    let mut read = app.read(actor).await?;
    let who = who(app, &mut read, number, "/clients/{number}/programmes").await?;
    let shown = judged(&mut read, all, &who.summary.id, on).await?;
    let mut groups: Vec<Group> = GROUPS
        .iter()
        .map(|(id, title, outcome)| Group { id, title, outcome: *outcome, all: Vec::new() })
        .collect();
    for one in shown {
        if let Some(group) = groups.iter_mut().find(|g| g.outcome == one.outcome) {
            group.all.push(one);
        }
    }
    Ok(VerdictsPage {
        page: app.page(actor, format!("使える事業：{number}"), "/clients"),
        misread: !typed.trim().is_empty() && read_day.is_none(),
        typed: if read_day.is_some() { on.to_string() } else { typed.to_owned() },
        day: civil::format_both(on),
        other_day: on != today,
        applies: app.access.allows(actor.role, "GET", "/clients/{number}/applications/new"),
        confirms: app.access.allows(actor.role, "POST", "/clients/{number}/facts/{fact}"),
        groups,
        who,
    })
}

/// 判定ごとのまとまり.
struct Group {
    id: &'static str,
    title: &'static str,
    outcome: Outcome,
    all: Vec<Shown>,
}

const GROUPS: &[(&str, &str, Outcome)] = &[
    ("yes", "使える", Outcome::Eligible),
    ("ask", "確認が必要", Outcome::Undetermined),
    ("no", "使えない", Outcome::Ineligible),
    ("other", "この日にはない", Outcome::NotInForce),
];

#[derive(Template)]
#[template(path = "programmes/verdicts.html")]
struct VerdictsPage {
    page: Page,
    who: Who,
    day: String,
    typed: String,
    misread: bool,
    other_day: bool,
    applies: bool,
    confirms: bool,
    groups: Vec<Group>,
}
