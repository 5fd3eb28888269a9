//! 担当: how much everybody carries, who waits, and who takes the next case and why.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::assign::Words;
use super::people;
use super::propose::{Candidate, Case, Person, on_leave, propose};
use super::rules::{Rules, plain};
use super::settings::{self, FELT_LIMIT};
use super::waiting::{self, Waiting};
use crate::access::{Actor, Reach};
use crate::args;
use crate::audit::Event;
use crate::store::Read;
use crate::web::{App, Page, Result, page};

/// 問い: what was just done.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    done: String,
}

pub async fn get(
    State(app): State<App>,
    actor: Actor,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let view = view(&app, &actor, &asked.done).await?;
    app.viewed(&actor, Event::new("view", "caseload", "").fields("requests")).await?;
    page(view)
}

/// 担当の状況. One line a person: cases, weight, felt limit.
#[derive(Clone, Debug)]
pub struct Line {
    pub person: Person,
    pub load: String,
    pub limit: String,
    pub room: String,
    pub on_leave: bool,
    pub over: bool,
    pub bar: Bar,
    pub areas: String,
    pub training: String,
}

/// 棒. A drawing whose unit is a hundredth of a case, so that nothing is rounded.
#[derive(Clone, Copy, Debug)]
pub struct Bar {
    pub width: i64,
    pub load: i64,
    pub limit: i64,
}

/// 機関ごとの計.
#[derive(Clone, Debug)]
pub struct Office {
    pub id: String,
    pub name: String,
    pub people: usize,
    pub cases: i64,
    pub load: String,
    pub limit: String,
}

async fn view(app: &App, actor: &Actor, done: &str) -> Result<Caseload> {
    let mut read = app.read(actor).await?;
    let people = people::on_duty(&mut read).await?;
    let requests = waiting::open(&mut read).await?;
    let limit = settings::number(&mut read, FELT_LIMIT).await?;
    let unregistered = unregistered(&mut read).await?;
    let (rules, today) = (Rules::official()?, actor.today());
    let plain_case = Case { weight: rules.base, ..Case::default() };
    let mut next = propose(&plain_case, &people, &rules, &app.codes, today);
    next.truncate(5);
    let lines: Vec<Line> = people.iter().map(|p| line(app, p, actor)).collect();
    Ok(Caseload {
        page: app.page(actor, "担当", "/assignments"),
        done: told(done),
        offices: offices(&people),
        cases: people.iter().map(|p| p.cases).sum(),
        load: plain(people.iter().map(|p| p.load).sum()),
        requests: requests.into_iter().map(|r| (Words::of(&r, &app.codes), r)).collect(),
        decides: app.access.allows(actor.role, "POST", "/requests/{id}"),
        registers: actor.role.reach() == Reach::Controller
            && app.access.allows(actor.role, "POST", "/coordinators/{account}/profile"),
        sets: app.access.allows(actor.role, "POST", "/assignments/settings"),
        lines,
        next,
        limit,
        unregistered,
    })
}

fn told(done: &str) -> &'static str {
    match done {
        "assigned" => {
            "担当を決めました。支援チームに加わり、利用者の記録が見えるようになりました。"
        }
        "withdrawn" => "依頼を取り下げました。",
        "handed" => "引継ぎを記録しました。",
        "batch" => "まとめて担当を決めました。",
        "set" => "設定を変えました。",
        _ => "",
    }
}

fn line(app: &App, p: &Person, actor: &Actor) -> Line {
    let areas: Vec<&str> = p.areas.iter().map(|a| app.codes.label("area", a)).collect();
    Line {
        load: plain(p.load),
        limit: plain(p.limit),
        room: plain((p.limit - p.load).max(0)),
        on_leave: on_leave(p, actor.today()),
        over: p.load > p.limit,
        bar: Bar { width: p.load.max(p.limit).max(100), load: p.load, limit: p.limit },
        areas: areas.join("・"),
        training: app.codes.label("training_state", &p.training).to_owned(),
        person: p.clone(),
    }
}

/// By office, in the order of their names.
fn offices(people: &[Person]) -> Vec<Office> {
    let mut by: std::collections::BTreeMap<(&str, &str), Vec<&Person>> = Default::default();
    for p in people {
        by.entry((&p.organisation, &p.organisation_id)).or_default().push(p);
    }
    let office = |((name, id), of): ((&str, &str), Vec<&Person>)| Office {
        id: id.to_owned(),
        name: name.to_owned(),
        people: of.len(),
        cases: of.iter().map(|p| p.cases).sum(),
        load: plain(of.iter().map(|p| p.load).sum()),
        limit: plain(of.iter().map(|p| p.limit).sum()),
    };
    by.into_iter().map(office).collect()
}

/// Who has a coordinator's post but was never described: nobody proposes them.
async fn unregistered(read: &mut Read) -> Result<Vec<(String, String)>> {
    let (controller, today) = (read.actor.controller_id.clone(), read.actor.today());
    let rows = read
        .all(
            "select distinct a.id, a.name from accounts a
             join posts p on p.account_id = a.id and p.role = 'coordinator'
               and p.voided_at is null and p.valid_from <= $2
               and (p.valid_until is null or p.valid_until > $2)
             join organisations o on o.id = p.organisation_id and o.controller_id = $1
             where a.disabled_at is null and not exists (select 1 from coordinators k
               where k.account_id = a.id and k.voided_at is null and k.valid_until is null)
             order by 2, 1",
            args![controller, today],
        )
        .await?;
    Ok(rows)
}

#[derive(Template)]
#[template(path = "coordinators/caseload.html")]
struct Caseload {
    page: Page,
    done: &'static str,
    lines: Vec<Line>,
    offices: Vec<Office>,
    cases: i64,
    load: String,
    requests: Vec<(Words, Waiting)>,
    next: Vec<Candidate>,
    limit: i64,
    unregistered: Vec<(String, String)>,
    decides: bool,
    registers: bool,
    sets: bool,
}
