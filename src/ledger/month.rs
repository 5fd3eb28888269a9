//! 一か月の実績報告: a body says what it gave; what differs from the bookings is shown first, and then
//! all of it is taken or nothing. The office types in what came on paper.

use std::sync::Arc;

use ::programmes::Catalogue;
use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::compare::{self, Month, Seen};
use super::entries::{self, Entry};
use super::lines::{self, COLUMNS, Column, Line};
use super::show::Line as Row;
use super::{bodies, reports, wish};
use crate::access::{Actor, Role};
use crate::audit::Event;
use crate::clients::{Summary, see_by_id};
use crate::store::Read;
use crate::web::{App, Error, Page, Problems, Result, Submitted, Upload, page, refused};

type All = Extension<Arc<Catalogue>>;

/// だれの報告か: the office names the body, a body is itself.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Of {
    pub organisation: String,
}

pub async fn get(
    State(app): State<App>,
    Extension(all): All,
    actor: Actor,
    Path(month): Path<String>,
    Query(of): Query<Of>,
) -> Result<Response> {
    let month = month_of(&app, &actor, &month, &of.organisation).await?;
    let view = view(&app, &all, &actor, &month, Shown::default()).await?;
    app.viewed(&actor, Event::new("view", "usage_month", &month.organisation)).await?;
    page(view)
}

/// Shows the differences; with `take`, keeps the report.
pub async fn post(
    State(app): State<App>,
    Extension(all): All,
    actor: Actor,
    Path(month): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    let month = month_of(&app, &actor, &month, entry.get("organisation")).await?;
    let shown =
        compared(&app, &all, &actor, &month, lines::typed(&entry), entry.get("take")).await?;
    match shown.taken {
        true => Ok(Redirect::to(&path(&month)).into_response()),
        false => answer(view(&app, &all, &actor, &month, shown).await?),
    }
}

/// `POST /usage/{month}/upload`: the same from a file.
pub async fn upload(
    State(app): State<App>,
    Extension(all): All,
    actor: Actor,
    Path(month): Path<String>,
    sent: Upload,
) -> Result<Response> {
    let month = month_of(&app, &actor, &month, sent.entry.get("organisation")).await?;
    let shown = match lines::from_file(&sent.file_name, &sent.bytes) {
        Ok(lines) => compared(&app, &all, &actor, &month, lines, "").await?,
        Err(e) => Shown { bad: e.problems()?, ..Shown::default() },
    };
    answer(view(&app, &all, &actor, &month, shown).await?)
}

fn answer(view: MonthPage) -> Result<Response> {
    if view.shown.bad.is_empty() { page(view) } else { refused(view) }
}

pub(super) fn path(month: &Month) -> String {
    format!("/usage/{}?organisation={}", month.code(), month.organisation)
}

/// The body whose month it is: one's own, or one the office has under contract.
async fn month_of(app: &App, actor: &Actor, month: &str, organisation: &str) -> Result<Month> {
    if actor.role == Role::Operator {
        return Month::parse(month, actor.organisation_id.clone());
    }
    let known = bodies::all(&mut app.read(actor).await?).await?;
    match known.iter().any(|(id, _)| id == organisation) {
        true => Month::parse(month, organisation.to_owned()),
        false => Err(Error::NotFound),
    }
}

/// 突き合わせの結果.
#[derive(Default)]
struct Shown {
    lines: Vec<Seen>,
    bad: Problems,
    taken: bool,
}

impl Shown {
    fn refused(&self) -> usize {
        self.lines.iter().filter(|seen| !seen.problem.is_empty()).count()
    }
}

/// The whole report runs in one transaction; it is kept if that was asked and nothing is wrong.
async fn compared(
    app: &App,
    all: &Catalogue,
    actor: &Actor,
    month: &Month,
    lines: Vec<Line>,
    take: &str,
) -> Result<Shown> {
    if lines.is_empty() {
        let bad = Problems::one("", "実績を一行も入力していません");
        return Ok(Shown { bad, ..Shown::default() });
    }
    let mut tx = app.write(actor).await?;
    let lines = compare::all(&mut tx, all, &app.codes, month, lines).await?;
    let mut shown = Shown { lines, ..Shown::default() };
    if take.is_empty() {
        return Ok(shown); // the transaction is dropped, and with it everything it tried
    }
    if shown.refused() > 0 {
        let why = format!("入れられない行が{}あります。何も登録していません", shown.refused());
        shown.bad = Problems::one("", why);
        return Ok(shown);
    }
    let uses: Vec<String> = shown.lines.iter().filter_map(|seen| seen.made.clone()).collect();
    reports::keep(&mut tx, month, &uses).await?;
    let event = Event::new("report", "usage_month", &month.organisation);
    tx.record(event.fields(month.code())).await?;
    tx.leads_to(path(month));
    tx.commit().await?;
    shown.taken = true;
    Ok(shown)
}

/// 月の一行: an entry and whose it is.
struct Given {
    who: Summary,
    row: Row,
}

async fn given(read: &mut Read, all: &Catalogue, month: &Month) -> Result<Vec<Given>> {
    let mut out: Vec<Given> = vec![];
    let span = (month.from, month.until);
    for entry in entries::of_body(read, &month.organisation, span).await? {
        let Some(programme) = all.find(&entry.programme) else { continue };
        let known = out.iter().find(|g| g.who.id == entry.client_id).map(|g| g.who.clone());
        let who = match known {
            Some(who) => Some(who),
            None => see_by_id(read, &entry.client_id).await?,
        };
        out.extend(who.map(|who| Given { who, row: Row::of(entry, programme) }));
    }
    Ok(out)
}

/// 届いた報告, in words: when, by whom, how many uses, and what was not as booked.
struct Told {
    at: String,
    by: String,
    uses: usize,
    differences: Vec<String>,
}

async fn told(
    read: &mut Read,
    all: &Catalogue,
    month: &Month,
    given: &[Given],
) -> Result<Vec<Told>> {
    let entries: Vec<&Entry> = given.iter().map(|g| &g.row.entry).collect();
    let name = |e: &Entry| {
        let who = given.iter().find(|g| g.row.entry.id == e.id).map(|g| g.who.name.as_str());
        format!("{}　{}", who.unwrap_or_default(), e.when())
    };
    let said = |e: &Entry| {
        let booking = entries.iter().find(|b| e.replaces_id.as_ref() == Some(&b.id)).copied();
        let why = compare::difference(e, booking, all.find(&e.programme)?);
        (!why.is_empty()).then(|| format!("{}：{why}", name(e)))
    };
    let told = |r: reports::Report| {
        let silent = r.silent.iter().map(|e| format!("{}：報告にありませんでした", name(e)));
        let differences = r.uses.iter().filter_map(said).chain(silent).collect();
        Told { at: r.at, by: r.by, uses: r.uses.len(), differences }
    };
    Ok(reports::of_month(read, month, &entries).await?.into_iter().map(told).collect())
}

/// Rows to type into: what was sent, or what is booked, and some empty ones.
fn rows(shown: &Shown, given: &[Given], today: civil::Date) -> Vec<Line> {
    let mut rows: Vec<Line> = shown.lines.iter().map(|seen| seen.line.clone()).collect();
    if rows.is_empty() {
        let due = |e: &&Given| {
            let e = &e.row.entry;
            e.is_booking() && e.stands() && e.day() <= today
        };
        rows = given.iter().filter(due).map(|g| booked(g, &g.row.entry)).collect();
    }
    rows.extend((0..EMPTY).map(|_| Line::of(0, |_| String::new())));
    for (n, row) in rows.iter_mut().enumerate() {
        row.number = n + 1;
    }
    rows
}

const EMPTY: usize = 8;

fn booked(g: &Given, e: &Entry) -> Line {
    Line::of(0, |key| match key {
        "client" => g.who.number.to_string(),
        "on" => e.day().day().to_string(),
        "from" => e.from(),
        "to" => e.to(),
        "quantity" if e.starts_at.is_none() => e.quantity.to_string(),
        "of" => e.share_of.clone().unwrap_or_default(),
        _ => String::new(),
    })
}

async fn view(
    app: &App,
    all: &Catalogue,
    actor: &Actor,
    month: &Month,
    shown: Shown,
) -> Result<MonthPage> {
    let mut read = app.read(actor).await?;
    let given = given(&mut read, all, month).await?;
    let name = bodies::all(&mut read).await?.into_iter().find(|(id, _)| *id == month.organisation);
    let name = name.map_or_else(|| actor.organisation.clone(), |(_, name)| name);
    let rows = rows(&shown, &given, actor.today());
    let told = told(&mut read, all, month, &given).await?;
    let span = (month.from, month.until);
    let under = bodies::programmes(&mut read, &month.organisation, span).await?;
    let under = under.iter().filter_map(|(id,)| all.find(id));
    let share = wish::each(under, (month.from, Some(month.until)));
    let replaced = |id: &str| shown.lines.iter().any(|s| s.booking.as_deref() == Some(id));
    let missing = given.iter().filter(|g| {
        let e = &g.row.entry;
        e.is_booking() && e.stands() && e.day() <= actor.today() && !replaced(&e.id)
    });
    let missing =
        missing.map(|g| format!("{}　{}　{}", g.who.name, g.row.entry.when(), g.row.amount));
    let says = if shown.bad.is_empty() { "" } else { "エラー：" };
    let title = format!("{says}{}の実績：{name}", month.label());
    Ok(MonthPage {
        page: app.page(actor, title, "/usage"),
        missing: missing.collect(),
        month: month.clone(),
        name,
        given,
        told,
        rows,
        share,
        shown,
    })
}

#[derive(Template)]
#[template(path = "ledger/month.html")]
struct MonthPage {
    page: Page,
    month: Month,
    name: String,
    given: Vec<Given>,
    told: Vec<Told>,
    rows: Vec<Line>,
    missing: Vec<String>,
    /// What the body's programmes count each by itself.
    share: Option<String>,
    shown: Shown,
}

impl MonthPage {
    /// (key, word, needed) of the columns to type into.
    fn columns(&self) -> Vec<(&'static str, &str, bool)> {
        let asked = COLUMNS.iter().filter(|c| c.0 != "of" || self.share.is_some());
        let word = |c: &'static Column| match (c.0, &self.share) {
            ("of", Some(word)) => word.as_str(),
            _ => c.1,
        };
        asked.map(|c| (c.0, word(c), c.3)).collect()
    }
}
