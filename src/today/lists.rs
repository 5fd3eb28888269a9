//! The lists behind the numbers of the first page.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use civil::{Date, Instant};
use kana::ClientNumber;

use super::queries;
use super::table::{self, List, Source, When};
use crate::access::{Actor, Role};
use crate::args;
use crate::audit::{self, Event};
use crate::coordinators::settings::{self, STALLED_DAYS};
use crate::coordinators::{cases_of, people, rules, waiting};
use crate::follow_ups;
use crate::office;
use crate::store::{FromRow, Read};
use crate::web::said::{COUNTED, counted};
use crate::web::{App, Error, Page, Result, page};

pub async fn get(State(app): State<App>, actor: Actor, Path(id): Path<String>) -> Result<Response> {
    let own = table::of(actor.role);
    let list = own.into_iter().find(|l| l.id == id && has_page(l)).ok_or(Error::NotFound)?;
    let mut read = app.read(&actor).await?;
    let mut lines = lines(&mut read, &app, list).await?;
    let note = note(&mut read, list).await?;
    drop(read);
    app.viewed(&actor, Event::new("view", "today", list.id)).await?;
    let total = counted(i64::try_from(lines.len()).unwrap_or(i64::MAX), list.unit);
    let cut = lines.len() > COUNTED as usize;
    lines.truncate(COUNTED as usize);
    page(Shown { page: app.page(&actor, list.title, "/"), list, lines, total, cut, note })
}

/// 一覧の一行.
#[derive(Clone, Debug, Default)]
pub struct Line {
    pub href: String,
    pub title: String,
    pub sub: String,
    pub fact: String,
    pub day: Option<Date>,
    /// Days since `day`, where that is late.
    pub late: i32,
}

impl Line {
    pub fn said(&self) -> String {
        self.day.map(civil::format_era).unwrap_or_default()
    }
}

/// Whether the list is shown here; the others are pages of their own noun.
fn has_page(list: &List) -> bool {
    use Source::{Accounts, Audited, Cases, Events, Moves, Promises, Unowned};
    !matches!(list.source, Promises | Cases | Accounts | Events | Audited(_) | Moves | Unowned)
}

/// Where the number leads.
pub(super) fn href(list: &List, actor: &Actor) -> String {
    match list.source {
        Source::Promises => "/follow-ups?list=due".into(),
        Source::Cases => format!("/assignments/of/{}", actor.account_id),
        Source::Unowned => "/unowned".into(),
        Source::Accounts => "/accounts".into(),
        Source::Moves => "/moves".into(),
        Source::Events => format!("/audit?from={}", actor.today()),
        Source::Audited(kind) => {
            format!("/audit?from={}&kind={kind}", week(kind, actor.today()).from)
        }
        _ => format!("/today/{}", list.id),
    }
}

/// The last seven days of a kind of line of the audit.
fn week(kind: &str, today: Date) -> audit::list::Asked {
    let from = today.saturating_sub(jiff::Span::new().days(6)).to_string();
    audit::list::Asked { from, kind: kind.to_owned(), ..Default::default() }
}

/// Everything on a list: the number of the first page is the length of this.
pub(super) async fn lines(read: &mut Read, app: &App, list: &List) -> Result<Vec<Line>> {
    match list.source {
        Source::People(sql, when) => persons(read, app, list, (sql, when)).await,
        Source::Waiting => unassigned(read, app).await,
        Source::Promises => promises(read).await,
        Source::Overdue => overdue(read).await,
        Source::Cases => cases(read, app).await,
        Source::Unowned => unowned(read).await,
        Source::OverLimit => over_limit(read).await,
        Source::Locked => locked(read).await,
        Source::PostsEnding => posts_ending(read).await,
        Source::Moves => moves(read).await,
        Source::Reviews => reviews(read).await,
        Source::Accounts | Source::Events | Source::Audited(_) => Ok(vec![]),
    }
}

/// How many lines the list has.
pub(super) async fn number(read: &mut Read, list: &List, lines: &[Line]) -> Result<i64> {
    let controller = read.actor.controller_id.clone();
    let today = read.actor.today();
    let (n,): (i64,) = match list.source {
        Source::Accounts => {
            read.one(
                "select count(*) from accounts a where a.disabled_at is null and a.machine = 0
                   and exists (select 1 from posts p
                     join organisations o on o.id = p.organisation_id
                     where p.account_id = a.id and o.controller_id = $1 and p.voided_at is null
                       and (p.valid_until is null or p.valid_until > $2))",
                args![controller, today],
            )
            .await?
        }
        Source::Events => {
            let start = Instant::start_of(today);
            read.one(
                "select count(*) from audit_events where controller_id in ($1, '') and at >= $2",
                args![controller, start],
            )
            .await?
        }
        Source::Audited(kind) => return audit::list::count(read, &week(kind, today)).await,
        _ => return Ok(i64::try_from(lines.len()).unwrap_or(i64::MAX)),
    };
    Ok(n)
}

pub(super) async fn note(read: &mut Read, list: &List) -> Result<String> {
    if let Source::People(_, When::Stalled) = list.source {
        let days = settings::number(read, STALLED_DAYS).await?;
        return Ok(format!("{days}日以上"));
    }
    Ok(list.note.to_owned())
}

#[derive(FromRow)]
struct PersonRow {
    number: i64,
    family: String,
    given: Option<String>,
    born_on: Option<String>,
    fact: Option<String>,
    day: Option<String>,
}

async fn persons(
    read: &mut Read,
    app: &App,
    list: &List,
    (sql, when): (&'static str, When),
) -> Result<Vec<Line>> {
    let today = read.actor.today();
    let rows: Vec<PersonRow> = match day(read, when).await? {
        Some(day) => read.see_all(sql, args![day]).await?,
        None => read.see_all(sql, args![]).await?,
    };
    let word = |fact: &str| match list.words {
        "" => fact.to_owned(),
        words => app.codes.label(words, fact).to_owned(),
    };
    let line = |r: PersonRow| {
        let born: Option<Date> = r.born_on.as_deref().and_then(|d| d.parse().ok());
        let age = born.map_or_else(|| "出生前".to_owned(), |b| civil::age_text(b, today));
        let number = ClientNumber::from_row(r.number);
        let day: Option<Date> = r.day.as_deref().and_then(|d| d.parse().ok());
        Line {
            href: format!("/clients/{number}"),
            title: format!("{} {}", r.family, r.given.unwrap_or_default()).trim().to_owned(),
            sub: format!("{number}　{age}"),
            fact: word(r.fact.as_deref().unwrap_or_default()),
            late: late(when, day, today),
            day,
        }
    };
    Ok(rows.into_iter().map(line).collect())
}

async fn day(read: &mut Read, when: When) -> Result<Option<Date>> {
    let today = read.actor.today();
    let days = |n: i64| jiff::Span::new().days(n);
    Ok(match when {
        When::Never => None,
        When::In(n) => Some(today.saturating_add(days(n))),
        When::Ago(n) => Some(today.saturating_sub(days(n))),
        When::Stalled => {
            let n = settings::number(read, STALLED_DAYS).await?;
            Some(today.saturating_sub(days(n)))
        }
        When::Month => Some(today.first_of_month()),
    })
}

/// Days over: only where the day is one by which something had to happen.
fn late(when: When, day: Option<Date>, today: Date) -> i32 {
    match (when, day) {
        (When::In(_), Some(day)) => (today - day).get_days().max(0),
        _ => 0,
    }
}

async fn unassigned(read: &mut Read, app: &App) -> Result<Vec<Line>> {
    let decides = app.access.allows(read.actor.role, "GET", "/requests/{id}");
    let line = |r: waiting::Waiting| Line {
        href: match decides {
            true => format!("/requests/{}", r.id),
            false => format!("/clients/{}", r.number),
        },
        title: format!("{}　{}", r.number, r.age),
        sub: app.codes.label("area", &r.area).to_owned(),
        fact: format!("受付から{}日　{}", r.days, r.received_from),
        day: r.received_on,
        late: 0,
    };
    Ok(waiting::open(read).await?.into_iter().map(line).collect())
}

async fn promises(read: &mut Read) -> Result<Vec<Line>> {
    let (owner, today) = (read.actor.account_id.clone(), read.actor.today());
    let found = follow_ups::due(read, &owner, today).await?;
    let line = |f: follow_ups::FollowUp| Line {
        href: format!("/follow-ups/{}", f.id),
        title: f.what,
        sub: f.client,
        fact: f.number.map(|n| n.to_string()).unwrap_or_default(),
        day: f.due_on,
        late: f.days_late,
    };
    Ok(found.into_iter().map(line).collect())
}

async fn overdue(read: &mut Read) -> Result<Vec<Line>> {
    let today = read.actor.today();
    let rows: Vec<(String, String, String, String, String)> =
        read.see_all(queries::OVERDUE, args![]).await?;
    let line = |(id, what, office, owner, due): (String, String, String, String, String)| {
        let day: Option<Date> = due.parse().ok();
        let late = day.map_or(0, |d| (today - d).get_days());
        let href = format!("/follow-ups/{id}");
        Line { href, title: what, sub: office, fact: owner, day, late }
    };
    Ok(rows.into_iter().map(line).collect())
}

async fn cases(read: &mut Read, app: &App) -> Result<Vec<Line>> {
    let account = read.actor.account_id.clone();
    let held = cases_of::held(read, (Some(&account), None), &app.codes).await?;
    let line = |h: cases_of::Held| Line {
        href: format!("/clients/{}", h.number),
        title: h.name,
        sub: h.age,
        fact: h.kind,
        ..Line::default()
    };
    Ok(held.into_iter().map(line).collect())
}

async fn unowned(read: &mut Read) -> Result<Vec<Line>> {
    let line = |l: office::unowned::Left| Line {
        href: l.href(),
        day: l.gone_on,
        title: l.title,
        sub: l.sub,
        fact: l.holder,
        ..Line::default()
    };
    Ok(office::unowned::left(read).await?.into_iter().map(line).collect())
}

async fn over_limit(read: &mut Read) -> Result<Vec<Line>> {
    let over = people::on_duty(read).await?.into_iter().filter(|p| p.load > p.limit);
    let line = |p: crate::coordinators::propose::Person| Line {
        href: format!("/assignments/of/{}", p.account_id),
        fact: format!("{} ／ 目安{}", rules::cases(p.load), rules::cases(p.limit)),
        title: p.name,
        sub: p.organisation,
        ..Line::default()
    };
    Ok(over.map(line).collect())
}

async fn moves(read: &mut Read) -> Result<Vec<Line>> {
    let line = |m: crate::moves::Incoming| Line {
        href: format!("/moves/{}", m.id),
        title: m.from,
        sub: "受け入れるか決めてください".to_owned(),
        day: m.moves_on.parse().ok(),
        ..Line::default()
    };
    Ok(crate::moves::incoming(read).await?.into_iter().map(line).collect())
}

async fn reviews(read: &mut Read) -> Result<Vec<Line>> {
    let today = read.actor.today();
    let line = |w: crate::office::reviews::Waiting| Line {
        href: w.href,
        title: w.title,
        sub: w.sub,
        day: w.day,
        late: w.day.map_or(0, |day| (today - day).get_days().max(0)),
        ..Line::default()
    };
    Ok(crate::office::reviews::waiting(read).await?.into_iter().map(line).collect())
}

async fn locked(read: &mut Read) -> Result<Vec<Line>> {
    let (controller, at) = (read.actor.controller_id.clone(), read.actor.at);
    let rows: Vec<(String, String, String, String)> =
        read.all(queries::LOCKED, args![controller, at]).await?;
    let line = |(id, title, fact, until): (String, String, String, String)| {
        let until = until.parse::<Instant>().map(|t| t.civil_time());
        let until = until.map(|t| format!("{}時{:02}分まで", t.hour(), t.minute()));
        let sub = until.unwrap_or_default();
        Line { href: format!("/accounts/{id}"), title, sub, fact, ..Line::default() }
    };
    Ok(rows.into_iter().map(line).collect())
}

async fn posts_ending(read: &mut Read) -> Result<Vec<Line>> {
    let (controller, today) = (read.actor.controller_id.clone(), read.actor.today());
    let until = today.saturating_add(jiff::Span::new().days(60));
    let rows: Vec<(String, String, String, String)> =
        read.all(queries::POSTS_ENDING, args![controller, today, until]).await?;
    let line = |(id, title, fact, day): (String, String, String, String)| {
        let day = day.parse().ok();
        Line { href: format!("/accounts/{id}"), title, fact, day, ..Line::default() }
    };
    Ok(rows.into_iter().map(line).collect())
}

/// Roles whose first page names people: their look at it is recorded.
pub(super) fn names_people(role: Role) -> bool {
    !matches!(role, Role::Auditor | Role::Administrator | Role::Prefecture)
}

#[derive(Template)]
#[template(path = "today/list.html")]
struct Shown {
    page: Page,
    list: &'static List,
    lines: Vec<Line>,
    total: String,
    /// The rest is not shown.
    cut: bool,
    note: String,
}
