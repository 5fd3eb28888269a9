//! だれもいなくなるケース: cases, promises and requests whose person has no post any more, or soon
//! will not. Shown ahead, so that a case changes hands before its person is gone.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use civil::Date;

use crate::access::Actor;
use crate::audit::Event;
use crate::clients;
use crate::staff::settings::{self, UNOWNED_DAYS};
use crate::store::{FromRow, Read};
use crate::web::{App, Page, Result, page};
use crate::{args, not_closed, visible, visible_follow_up};

pub async fn get(State(app): State<App>, actor: Actor) -> Result<Response> {
    let mut read = app.read(&actor).await?;
    let (left, days) = (left(&mut read).await?, days(&mut read).await?);
    drop(read);
    app.viewed(&actor, Event::new("view", "unowned", "")).await?;
    page(Unowned {
        page: app.page(&actor, "だれもいなくなるケース", "/assignments"), left, days
    })
}

/// だれもいなくなる一件.
#[derive(Clone, Debug, Default)]
pub struct Left {
    /// `case`, `promise` or `request`.
    pub kind: &'static str,
    pub id: String,
    pub client: String,
    /// Who it is, or what was promised.
    pub title: String,
    pub sub: String,
    pub account_id: String,
    pub holder: String,
    /// The first day without a person; none: they are gone already.
    pub gone_on: Option<Date>,
    pub weight: i64,
}

impl Left {
    pub fn href(&self) -> String {
        match self.kind {
            "case" => format!("/unowned/{}", self.account_id),
            "promise" => format!("/follow-ups/{}", self.id),
            _ => format!("/requests/{}", self.id),
        }
    }

    pub fn what(&self) -> &'static str {
        match self.kind {
            "case" => "担当",
            "promise" => "次にすること",
            _ => "新規ケースの依頼",
        }
    }

    pub fn day(&self) -> String {
        self.gone_on.map_or_else(|| "すでにいません".to_owned(), civil::format_era)
    }
}

pub async fn days(read: &mut Read) -> Result<i64> {
    settings::number(read, UNOWNED_DAYS).await
}

/// Everything the actor may see, the most urgent first.
pub async fn left(read: &mut Read) -> Result<Vec<Left>> {
    let days = days(read).await?;
    let horizon = read.actor.today().saturating_add(jiff::Span::new().days(days));
    let mut out = cases(read, horizon).await?;
    out.extend(promises(read, horizon).await?);
    out.extend(requests(read, horizon).await?);
    out.sort_by_key(|l| (l.gone_on, l.kind, l.holder.clone(), l.title.clone()));
    Ok(out)
}

#[derive(FromRow)]
struct Row {
    id: String,
    client_id: Option<String>,
    what: String,
    account_id: String,
    holder: String,
    /// The end of the last post there.
    gone_on: Option<String>,
    until: Option<String>,
    weight: i64,
}

/// Nobody of that name works in that office on the day `$6`; `x` has both.
macro_rules! gone {
    ($account:literal, $office:literal) => {
        concat!(
            "(h.disabled_at is not null or not exists (select 1 from posts p where p.account_id = ",
            $account,
            " and p.organisation_id = ",
            $office,
            " and p.voided_at is null and p.valid_from <= $6",
            " and (p.valid_until is null or p.valid_until > $6)))"
        )
    };
}

/// The last end of the posts of an account in an office.
macro_rules! gone_on {
    ($account:literal, $office:literal) => {
        concat!(
            "(select max(p.valid_until) from posts p where h.disabled_at is null",
            " and p.account_id = ",
            $account,
            " and p.organisation_id = ",
            $office,
            " and p.voided_at is null) as gone_on"
        )
    };
}

async fn cases(read: &mut Read, horizon: Date) -> Result<Vec<Left>> {
    let rows: Vec<Row> = read
        .see_all(
            concat!(
                "select g.id, g.client_id, cast('' as text) as what, g.account_id,",
                " h.name as holder, g.valid_until as until, g.weight, ",
                gone_on!("g.account_id", "g.organisation_id"),
                " from assignments g join accounts h on h.id = g.account_id",
                " where g.voided_at is null and (g.valid_until is null or g.valid_until > $5)",
                " and ",
                gone!("g.account_id", "g.organisation_id"),
                " and ",
                visible!("g.client_id", "consultation"),
                " and ",
                not_closed!("g.client_id")
            ),
            args![horizon],
        )
        .await?;
    lines(read, rows, "case").await
}

async fn promises(read: &mut Read, horizon: Date) -> Result<Vec<Left>> {
    let rows: Vec<Row> = read
        .see_all(
            concat!(
                "select f.id, f.client_id, f.what, f.owner_id as account_id, h.name as holder,",
                " cast(null as text) as until, cast(0 as bigint) as weight, ",
                gone_on!("f.owner_id", "f.organisation_id"),
                " from follow_ups f join accounts h on h.id = f.owner_id",
                " where f.done_at is null and f.voided_at is null and ",
                gone!("f.owner_id", "f.organisation_id"),
                " and ",
                visible_follow_up!(),
                " and ",
                not_closed!("f.client_id")
            ),
            args![horizon],
        )
        .await?;
    lines(read, rows, "promise").await
}

/// Requests wait at a desk: nobody is left when the whole desk is empty.
async fn requests(read: &mut Read, horizon: Date) -> Result<Vec<Left>> {
    let rows: Vec<Row> = read
        .see_all(
            concat!(
                "select q.id, q.client_id, cast('' as text) as what, o.id as account_id,",
                " o.name as holder, cast(null as text) as until, cast(0 as bigint) as weight,",
                " (select max(p.valid_until) from posts p where p.organisation_id = o.id",
                "  and p.voided_at is null) as gone_on",
                " from case_requests q join organisations o on o.id = q.organisation_id",
                " where q.decided_at is null and q.withdrawn_at is null",
                " and not exists (select 1 from posts p join accounts a on a.id = p.account_id",
                "  where p.organisation_id = o.id and p.voided_at is null",
                "  and a.disabled_at is null and p.valid_from <= $6",
                "  and (p.valid_until is null or p.valid_until > $6)) and ",
                visible!("q.client_id", "consultation"),
                " and ",
                not_closed!("q.client_id")
            ),
            args![horizon],
        )
        .await?;
    lines(read, rows, "request").await
}

/// What ends before its person goes is no longer anybody's worry.
async fn lines(read: &mut Read, rows: Vec<Row>, kind: &'static str) -> Result<Vec<Left>> {
    let today = read.actor.today().to_string();
    let mut out = vec![];
    for r in rows {
        let gone = r.gone_on.clone().unwrap_or_else(|| today.clone());
        if r.until.as_ref().is_some_and(|until| *until <= gone.clone().max(today.clone())) {
            continue;
        }
        let client = match &r.client_id {
            Some(id) => clients::see_by_id(read, id).await?,
            None => None,
        };
        let who = client.as_ref().map(|c| c.name.clone()).unwrap_or_default();
        let sub = client.as_ref().map(|c| format!("{}　{}", c.number, c.age));
        out.push(Left {
            kind,
            id: r.id,
            client: client.map(|c| c.number.to_string()).unwrap_or_default(),
            title: if r.what.is_empty() { who.clone() } else { r.what },
            sub: sub.unwrap_or_default(),
            account_id: r.account_id,
            holder: r.holder,
            gone_on: r.gone_on.filter(|day| *day > today).and_then(|day| day.parse().ok()),
            weight: r.weight,
        });
    }
    Ok(out)
}

#[derive(Template)]
#[template(path = "office/unowned.html")]
struct Unowned {
    page: Page,
    left: Vec<Left>,
    days: i64,
}
