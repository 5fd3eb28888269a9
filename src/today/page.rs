//! The first page of each role.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::ToSpan;

use super::lists::{self, Line};
use super::table::{self, Source};
use super::unfinished::{Unfinished, unfinished};
use crate::access::{Actor, Role};
use crate::audit::Event;
use crate::coordinators::assign::{self, Words};
use crate::coordinators::{rules, waiting};
use crate::disclosures;
use crate::emergencies::{self, Glass};
use crate::questions;
use crate::store::Read;
use crate::web::said::{COUNTED, counted};
use crate::web::{App, Page, Result, page};

pub async fn get(State(app): State<App>, actor: Actor) -> Result<Response> {
    if actor.role == Role::Family && app.access.allows(actor.role, "GET", "/mine") {
        return Ok(Redirect::to("/mine").into_response());
    }
    let view = view(&app, &actor).await?;
    if lists::names_people(actor.role) {
        app.viewed(&actor, Event::new("view", "today", "")).await?;
    }
    page(view)
}

/// 数. A number that opens its list.
#[derive(Clone, Debug)]
pub struct Tile {
    pub label: &'static str,
    pub number: String,
    pub unit: String,
    pub note: String,
    pub href: String,
}

/// 一覧の始め. The first lines of a list, and how many more there are.
#[derive(Clone, Debug)]
pub struct Card {
    pub id: &'static str,
    pub title: &'static str,
    pub unit: &'static str,
    pub fact: &'static str,
    pub day: &'static str,
    pub href: String,
    pub lines: Vec<Line>,
    /// 「12人」.
    pub total: String,
    /// 「7人」; "" where all are shown.
    pub more: String,
}

/// 担当が未定の人, with who could take the case.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub id: String,
    pub who: String,
    pub number: String,
    pub days: i64,
    pub said: String,
    pub candidates: String,
}

const FIRST: usize = 5;
const CANDIDATES: usize = 3;

async fn view(app: &App, actor: &Actor) -> Result<Today> {
    let mut read = app.read(actor).await?;
    let (mut tiles, mut cards, mut quiet) = (vec![], vec![], true);
    for list in table::of(actor.role) {
        let lines = lists::lines(&mut read, app, list).await?;
        let number = lists::number(&mut read, list, &lines).await?;
        let href = lists::href(list, actor);
        let note = match list.source {
            Source::Promises => late(&lines),
            _ => lists::note(&mut read, list).await?,
        };
        quiet &= number == 0;
        let (number, unit) = match list.source {
            Source::People(..) if number > COUNTED => {
                ("1,000".into(), format!("{}以上", list.unit))
            }
            _ => (number.to_string(), list.unit.to_owned()),
        };
        tiles.push(Tile { label: list.title, number, unit, note, href: href.clone() });
        let shown = !matches!(list.source, Source::Waiting | Source::Cases);
        if shown && !lines.is_empty() {
            cards.push(card(list, href, lines));
        }
    }
    let alarms = match app.access.allows(actor.role, "GET", "/emergencies") {
        true => emergencies::waiting(&mut read, &app.codes).await?,
        false => vec![],
    };
    let asked = match app.access.allows(actor.role, "GET", "/questions") {
        true => questions::mine(&mut read, &app.codes).await?,
        false => vec![],
    };
    let wanted = wanted(&mut read, app).await?;
    let unfinished = unfinished(&mut read).await?;
    let answers = answers(&mut read, app).await?;
    drop(read);
    let may = |method: &str, path: &str| app.access.allows(actor.role, method, path);
    Ok(Today {
        page: app.page(actor, "きょうの予定と確認", "/"),
        time: format!("{}時{:02}分", actor.at.civil_time().hour(), actor.at.civil_time().minute()),
        logs: may("GET", "/consultations/new"),
        reports: may("GET", "/reports"),
        verifies: may("POST", "/audit/verify"),
        quiet,
        tiles,
        cards,
        alarms,
        asked,
        wanted,
        unfinished,
        answers,
    })
}

/// Requests about records whose decision is due within a week, for whoever decides.
async fn answers(read: &mut Read, app: &App) -> Result<i64> {
    if !app.access.allows(read.actor.role, "GET", "/disclosures") {
        return Ok(0);
    }
    let soon = read.actor.today().saturating_add(7.days());
    disclosures::due_by(read, soon).await
}

fn late(lines: &[Line]) -> String {
    match lines.iter().filter(|l| l.late > 0).count() {
        0 => "期限超過はありません".to_owned(),
        n => format!("うち期限超過 {n}件"),
    }
}

fn card(list: &'static table::List, href: String, mut lines: Vec<Line>) -> Card {
    let all = i64::try_from(lines.len()).unwrap_or(i64::MAX);
    lines.truncate(FIRST);
    let (total, rest) = (counted(all, list.unit), all.min(COUNTED) - lines.len() as i64);
    let more = match all {
        _ if rest == 0 => String::new(),
        all if all > COUNTED => format!("{rest}{}以上", list.unit),
        _ => format!("{rest}{}", list.unit),
    };
    let (fact, day) = match list.source {
        Source::Promises => ("利用者番号", "期限"),
        _ => (list.fact, list.day),
    };
    Card { id: list.id, title: list.title, unit: list.unit, fact, day, href, lines, total, more }
}

/// Those who wait, for the roles that decide.
async fn wanted(read: &mut Read, app: &App) -> Result<Vec<Wanted>> {
    if !app.access.allows(read.actor.role, "GET", "/requests/{id}") {
        return Ok(vec![]);
    }
    let mut out = vec![];
    for request in waiting::open(read).await?.into_iter().take(FIRST) {
        let candidates = assign::proposal(read, &request, &app.codes).await?;
        let able = candidates.iter().filter(|c| !c.on_leave).take(CANDIDATES);
        let said = |c: &crate::coordinators::propose::Candidate| {
            format!("{}（担当{}）", c.name, rules::cases(c.load))
        };
        let candidates: Vec<String> = able.map(said).collect();
        let words = Words::of(&request, &app.codes);
        out.push(Wanted {
            who: format!("{}　{}", request.number, request.age),
            number: request.number.to_string(),
            days: request.days,
            said: format!(
                "{} {}　{}　{}",
                words.received_on, request.received_from, words.cares, words.area
            ),
            candidates: candidates.join("、"),
            id: request.id,
        });
    }
    Ok(out)
}

#[derive(Template)]
#[template(path = "today/page.html")]
struct Today {
    page: Page,
    time: String,
    tiles: Vec<Tile>,
    cards: Vec<Card>,
    /// Emergencies nobody has reviewed.
    alarms: Vec<Glass>,
    /// Questions that wait for the actor's answer, and answers to read.
    asked: Vec<questions::Line>,
    wanted: Vec<Wanted>,
    unfinished: Vec<Unfinished>,
    answers: i64,
    logs: bool,
    reports: bool,
    verifies: bool,
    quiet: bool,
}
