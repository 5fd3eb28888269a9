//! 日報: one day's seals in groups that can be read aloud, to be printed and kept on paper. The paper
//! is the copy that nobody with a keyboard can change.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use civil::{Date, Instant};
use serde::Deserialize;

use super::Event;
use super::seal::{FILE, Seal, Sealed};
use crate::access::Actor;
use crate::web::form::Problems;
use crate::web::{App, Error, Page, Result, page, refused};

pub async fn get(
    State(app): State<App>,
    actor: Actor,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    match view(&app, &actor, &asked) {
        Ok(sheet) => {
            app.viewed(&actor, Event::new("view", "seals", "")).await?;
            page(sheet)
        }
        Err(Error::Refused(bad)) => refused(empty(&app, &actor, &asked, bad)),
        Err(e) => Err(e),
    }
}

/// どの日か.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    pub day: String,
}

/// 封印の一行.
struct Line {
    n: i64,
    time: String,
    why: &'static str,
    chains: i64,
    events: i64,
    begins: String,
}

fn view(app: &App, actor: &Actor, asked: &Asked) -> Result<Sheet> {
    let day = day(actor, asked)?;
    let mut sheet = empty(app, actor, asked, Problems::default());
    sheet.said = civil::format_with_weekday(day);
    let Some(folder) = &app.config.seals else { return Ok(sheet) };
    sheet.configured = true;
    let file = Sealed::open(&folder.join(FILE)).unwrap_or_default();
    sheet.breaks = file.breaks.clone();
    let of_day = |s: &&Seal| s.at.parse::<Instant>().is_ok_and(|at| at.civil_date() == day);
    let seals: Vec<&Seal> = file.seals.iter().filter(of_day).collect();
    sheet.lines = seals.iter().map(|s| line(s)).collect();
    sheet.last = seals.last().map(|s| (s.n, s.groups()));
    Ok(sheet)
}

fn day(actor: &Actor, asked: &Asked) -> Result<Date> {
    if asked.day.trim().is_empty() {
        return Ok(actor.today());
    }
    civil::parse_date(asked.day.trim())
        .map_err(|e| Error::refused("day", format!("日付を読めません。{e}")))
}

fn line(s: &Seal) -> Line {
    let time = s.at.parse::<Instant>().map(|at| at.civil_time());
    Line {
        n: s.n,
        time: time.map(|t| format!("{}時{:02}分", t.hour(), t.minute())).unwrap_or_default(),
        why: match s.why.as_str() {
            "start" => "始めたとき",
            "stop" => "終えたとき",
            "hand" => "手で",
            _ => "毎時",
        },
        chains: s.chains,
        events: s.events,
        begins: s.groups().into_iter().take(4).collect::<Vec<_>>().join(" "),
    }
}

fn empty(app: &App, actor: &Actor, asked: &Asked, bad: Problems) -> Sheet {
    Sheet {
        page: app.page(actor, "日報（記録の封印）", "/audit"),
        day: asked.day.clone(),
        said: String::new(),
        bad,
        configured: false,
        breaks: vec![],
        lines: vec![],
        last: None,
    }
}

#[derive(Template)]
#[template(path = "audit/sheet.html")]
struct Sheet {
    page: Page,
    day: String,
    said: String,
    bad: Problems,
    configured: bool,
    breaks: Vec<String>,
    lines: Vec<Line>,
    last: Option<(i64, Vec<String>)>,
}
