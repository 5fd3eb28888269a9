//! だれが: lists over everybody the actor may see: entitled but not enrolled, almost used up, ending
//! soon, plan missing. A number on the programme's page opens one of them.

use std::sync::Arc;

use crate::store::FromRow;
use ::programmes::{Catalogue, Holder, Outcome, Programme};
use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use civil::Date;
use jiff::ToSpan;

use super::facts;
use crate::access::Actor;
use crate::audit::Event;
use crate::store::Read;
use crate::web::{App, Error, Page, Result, page};
use crate::{args, not_closed, visible};

pub async fn get(
    State(app): State<App>,
    Extension(all): Extension<Arc<Catalogue>>,
    actor: Actor,
    Path((id, list)): Path<(String, String)>,
) -> Result<Response> {
    let view = view(&app, &all, &actor, &id, &list).await?;
    app.viewed(&actor, Event::new("view", "programme_people", &id).fields(&list)).await?;
    page(view)
}

/// 一覧の種類: id, title, what to do when it is empty.
const LISTS: &[(&str, &str, &str)] = &[
    ("entitled", "使えるのに使っていない人", "いまの記録では、申請をすすめる人はいません。"),
    ("unknown", "確かめれば使えるかもしれない人", "確かめることが残っている人はいません。"),
    ("ending", "決定の終わりが近い人", "60日のうちに終わる決定はありません。"),
];

/// So many days ahead an end is near.
const SOON: i32 = 60;

/// 一覧の行.
#[derive(Clone, Debug, FromRow)]
struct Row {
    client_id: String,
    number: i64,
    family: String,
    given: Option<String>,
    born_on: Option<String>,
    #[row(skip)]
    note: String,
    /// The decision to renew.
    #[row(skip)]
    renews: String,
}

impl Row {
    fn number(&self) -> String {
        kana::ClientNumber::from_row(self.number).to_string()
    }

    fn name(&self) -> String {
        format!("{} {}", self.family, self.given.as_deref().unwrap_or_default()).trim().to_owned()
    }

    fn age(&self, today: Date) -> String {
        let born = self.born_on.as_deref().and_then(|d| d.parse().ok());
        born.map_or_else(String::new, |born| civil::age_text(born, today))
    }
}

/// Everybody whose case is open, by reading.
async fn everybody(read: &mut Read) -> Result<Vec<Row>> {
    let rows = read
        .see_all(
            concat!(
                "select c.id as client_id, c.number, n.family, n.given, b.born_on
                 from clients c
                 join client_names n on n.client_id = c.id and n.voided_at is null
                   and n.valid_from <= $5 and (n.valid_until is null or n.valid_until > $5)
                 left join client_births b on b.client_id = c.id and b.voided_at is null
                   and b.valid_from <= $5 and (b.valid_until is null or b.valid_until > $5)
                 where ",
                not_closed!("c.id"),
                " and ",
                visible!("c.id", "identity"),
                " order by n.family_kana, n.given_kana, c.number"
            ),
            args![],
        )
        .await?;
    Ok(rows)
}

/// Ends of open awards until a day: (client, the first day after, decision).
async fn ends(
    read: &mut Read,
    programme: &str,
    until: Date,
) -> Result<Vec<(String, String, String)>> {
    let rows = read
        .see_all(
            concat!(
                "select d.client_id, d.valid_until, d.id from decisions d
                 where d.controller_id = $2 and d.programme = $6 and d.kind = 'award'
                   and d.ended_on is null and d.valid_until > $5 and d.valid_until <= $7 and ",
                visible!("d.client_id", "plan")
            ),
            args![programme, until],
        )
        .await?;
    Ok(rows)
}

async fn rows(
    read: &mut Read,
    all: &Catalogue,
    programme: &Programme,
    list: &str,
) -> Result<Vec<Row>> {
    let today = read.actor.today();
    let mut rows = everybody(read).await?;
    if list == "ending" {
        let ends = ends(read, &programme.id, today.saturating_add(SOON.days())).await?;
        rows.retain_mut(|row| {
            let end = ends.iter().find(|(id, ..)| *id == row.client_id);
            row.renews = end.map(|(.., id)| id.clone()).unwrap_or_default();
            let last = end.and_then(|(_, d, _)| d.parse::<Date>().ok()?.yesterday().ok());
            row.note = last.map_or_else(String::new, |d| format!("{}まで", civil::format_era(d)));
            last.is_some()
        });
        return Ok(rows);
    }
    let wanted = if list == "entitled" { Outcome::Eligible } else { Outcome::Undetermined };
    let holds = format!("holds_{}", programme.id);
    let people = facts::of_all(read, all, today).await?;
    rows.retain_mut(|row| {
        let Some(person) = people.get(&row.client_id) else { return false };
        let verdict_of = person.known(all, programme);
        let verdict = programme.assess(&verdict_of, today);
        let missing = verdict.reasons.iter().flat_map(|r| &r.missing);
        let mut asks: Vec<&str> = missing.map(|info| info.label.as_str()).collect();
        asks.dedup();
        row.note = asks.join("、");
        verdict.outcome == wanted && person.sheet.get(&all.facts, &holds) != Some(1)
    });
    Ok(rows)
}

async fn view(
    app: &App,
    all: &Catalogue,
    actor: &Actor,
    id: &str,
    list: &str,
) -> Result<PeoplePage> {
    let programme = all.find(id).filter(|p| p.holder == Holder::Client).ok_or(Error::NotFound)?;
    let (_, title, empty) = LISTS.iter().find(|l| l.0 == list).ok_or(Error::NotFound)?;
    let mut read = app.read(actor).await?;
    Ok(PeoplePage {
        page: app.page(actor, format!("{title}：{}", programme.short), "/applications"),
        rows: rows(&mut read, all, programme, list).await?,
        lists: LISTS.iter().map(|l| (l.0, l.1, l.0 == list)).collect(),
        programme: programme.short.clone(),
        id: id.to_owned(),
        today: actor.today(),
        title,
        empty,
    })
}

#[derive(Template)]
#[template(path = "programmes/people.html")]
struct PeoplePage {
    page: Page,
    rows: Vec<Row>,
    lists: Vec<(&'static str, &'static str, bool)>,
    programme: String,
    id: String,
    title: &'static str,
    empty: &'static str,
    today: Date,
}
