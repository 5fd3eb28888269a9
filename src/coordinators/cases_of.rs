//! 担当している人: the cases of one coordinator or of an office, as far as the actor may see them.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use civil::Date;
use kana::ClientNumber;

use super::rules::cases;
use super::{leave, people, profile};
use crate::access::Actor;
use crate::audit::Event;
use crate::codes::Codes;
use crate::store::{FromRow, Read};
use crate::web::{App, Error, Page, Result, page};
use crate::{args, not_closed, visible};

pub async fn get(
    State(app): State<App>,
    actor: Actor,
    Path(account): Path<String>,
) -> Result<Response> {
    let view = of_person(&app, &actor, &account).await?;
    app.viewed(&actor, Event::new("view", "assignments", &account)).await?;
    page(view)
}

pub async fn office(
    State(app): State<App>,
    actor: Actor,
    Path(organisation): Path<String>,
) -> Result<Response> {
    let view = of_office(&app, &actor, &organisation).await?;
    app.viewed(&actor, Event::new("view", "assignments", &organisation)).await?;
    page(view)
}

/// 担当の一行.
#[derive(Clone, Debug)]
pub struct Held {
    pub id: String,
    pub number: ClientNumber,
    pub name: String,
    pub age: String,
    pub kind: String,
    pub weight: String,
    pub since: String,
    pub reason: String,
    pub holder: String,
    /// As the assignment keeps them: code, hundredths of a case, day.
    pub kept: (String, i64, String),
}

#[derive(FromRow)]
struct Row {
    id: String,
    number: i64,
    family: String,
    given: Option<String>,
    born_on: Option<String>,
    kind: String,
    weight: i64,
    valid_from: String,
    reason: String,
    holder: String,
}

/// The open cases of an account, or of everybody of an organisation; the longest first.
pub async fn held(
    read: &mut Read,
    (account, organisation): (Option<&str>, Option<&str>),
    codes: &Codes,
) -> Result<Vec<Held>> {
    let rows: Vec<Row> = read
        .see_all(
            concat!(
                "select g.id, c.number, n.family, n.given, b.born_on, g.kind, g.weight,",
                " g.valid_from, g.reason, a.name as holder from assignments g",
                " join clients c on c.id = g.client_id join accounts a on a.id = g.account_id",
                " join client_names n on n.client_id = c.id and n.voided_at is null",
                " and n.valid_from <= $5 and (n.valid_until is null or n.valid_until > $5)",
                " left join client_births b on b.client_id = c.id and b.voided_at is null",
                " and b.valid_from <= $5 and (b.valid_until is null or b.valid_until > $5)",
                " where g.voided_at is null and g.valid_from <= $5",
                " and (g.valid_until is null or g.valid_until > $5)",
                " and (cast($6 as text) is null or g.account_id = $6)",
                " and (cast($7 as text) is null or g.organisation_id = $7) and ",
                not_closed!("c.id"),
                " and ",
                visible!("c.id", "identity"),
                " order by g.valid_from, c.number"
            ),
            args![account, organisation],
        )
        .await?;
    let today = read.actor.today();
    Ok(rows.into_iter().map(|r| r.held(codes, today)).collect())
}

impl Row {
    fn held(self, codes: &Codes, today: Date) -> Held {
        let born: Option<Date> = self.born_on.as_deref().and_then(|d| d.parse().ok());
        let given = self.given.as_deref().unwrap_or_default();
        let kept = (self.kind.clone(), self.weight, self.valid_from.clone());
        Held {
            kept,
            id: self.id,
            number: ClientNumber::from_row(self.number),
            name: format!("{} {given}", self.family).trim().to_owned(),
            age: born.map_or_else(|| "出生前".to_owned(), |b| civil::age_text(b, today)),
            kind: codes.label("assignment_kind", &self.kind).to_owned(),
            weight: cases(self.weight),
            since: self.valid_from.parse().map(civil::format_era).unwrap_or_default(),
            reason: self.reason,
            holder: self.holder,
        }
    }
}

/// For programs: the open cases of somebody who has a post in the actor's ward.
pub async fn of_account(read: &mut Read, account: &str, codes: &Codes) -> Result<Vec<Held>> {
    match profile::posts(read, account).await?.is_empty() {
        true => Err(Error::NotFound),
        false => held(read, (Some(account), None), codes).await,
    }
}

async fn of_person(app: &App, actor: &Actor, account: &str) -> Result<Cases> {
    let mut read = app.read(actor).await?;
    if profile::posts(&mut read, account).await?.is_empty() {
        return Err(Error::NotFound);
    }
    let name = profile::name_of(&mut read, account).await?;
    let held = held(&mut read, (Some(account), None), &app.codes).await?;
    let all = people::loads(&mut read).await?.get(account).map_or(0, |(cases, _)| *cases);
    let describes = app.access.allows(actor.role, "GET", "/coordinators/{account}/profile")
        && profile::may_describe(&mut read, account).await.is_ok();
    Ok(Cases {
        page: app.page(actor, format!("{name}の担当"), "/assignments"),
        heading: format!("{name}の担当"),
        hidden: all - i64::try_from(held.len()).unwrap_or(all),
        hands: app.access.allows(actor.role, "POST", "/assignments/{id}/hand-over"),
        leaves: leave::coming(&mut read, account).await?,
        account: account.to_owned(),
        describes,
        held,
        office: false,
    })
}

async fn of_office(app: &App, actor: &Actor, organisation: &str) -> Result<Cases> {
    let mut read = app.read(actor).await?;
    let people = people::on_duty(&mut read).await?;
    let of: Vec<_> = people.iter().filter(|p| p.organisation_id == organisation).collect();
    let name = of.first().map(|p| p.organisation.clone()).ok_or(Error::NotFound)?;
    let held = held(&mut read, (None, Some(organisation)), &app.codes).await?;
    let all: i64 = of.iter().map(|p| p.cases).sum();
    Ok(Cases {
        page: app.page(actor, format!("{name}の担当"), "/assignments"),
        heading: format!("{name}の担当"),
        hidden: (all - i64::try_from(held.len()).unwrap_or(all)).max(0),
        hands: app.access.allows(actor.role, "POST", "/assignments/{id}/hand-over"),
        leaves: vec![],
        account: String::new(),
        describes: false,
        held,
        office: true,
    })
}

#[derive(Template)]
#[template(path = "coordinators/cases_of.html")]
struct Cases {
    page: Page,
    heading: String,
    account: String,
    held: Vec<Held>,
    hidden: i64,
    leaves: Vec<String>,
    describes: bool,
    hands: bool,
    office: bool,
}
