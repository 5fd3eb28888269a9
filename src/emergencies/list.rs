//! Every emergency about the controller's people: those nobody has reviewed first.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use civil::Instant;

use crate::access::{Actor, Role};
use crate::audit::Event;
use crate::codes::Codes;
use crate::store::{FromRow, Read};
use crate::web::{App, Page, Result, page, said};
use crate::{args, visible};

pub async fn get(State(app): State<App>, actor: Actor) -> Result<Response> {
    let mut read = app.read(&actor).await?;
    let waiting = waiting(&mut read, &app.codes).await?;
    let past = past(&mut read, &app.codes).await?;
    drop(read);
    app.viewed(&actor, Event::new("view", "emergencies", "")).await?;
    page(List { page: app.page(&actor, "緊急閲覧", "/"), waiting, past })
}

/// 緊急閲覧の一件.
#[derive(Clone, Debug, FromRow)]
pub struct Glass {
    pub id: String,
    pub client_id: String,
    number: i64,
    family: String,
    given: Option<String>,
    pub account_id: String,
    pub who: String,
    pub office: String,
    role: String,
    reason: String,
    pub words: String,
    opened_at: String,
    ends_at: String,
    ended_at: Option<String>,
    pub reviewed_at: Option<String>,
    reviewer: Option<String>,
    finding: Option<String>,
    pub review_note: Option<String>,
    #[row(skip)]
    pub reason_words: String,
    #[row(skip)]
    pub finding_words: String,
    #[row(skip)]
    now: String,
}

macro_rules! glasses {
    ($rest:expr) => {
        concat!(
            "select g.id, g.client_id, c.number, n.family, n.given, g.account_id, a.name as who,
               o.name as office, p.role, g.reason, g.words, g.opened_at, g.ends_at, g.ended_at,
               g.reviewed_at, w.name as reviewer, g.finding, g.review_note
             from emergencies g join clients c on c.id = g.client_id
             join client_names n on n.client_id = c.id and n.voided_at is null
               and n.valid_from <= $5 and (n.valid_until is null or n.valid_until > $5)
             join accounts a on a.id = g.account_id join posts p on p.id = g.post_id
             join organisations o on o.id = g.organisation_id
             left join accounts w on w.id = g.reviewed_by where ",
            visible!("g.client_id", "identity"),
            $rest
        )
    };
}

/// What somebody of the office has to look at, the oldest first.
pub async fn waiting(read: &mut Read, codes: &Codes) -> Result<Vec<Glass>> {
    const SQL: &str = glasses!(" and g.reviewed_at is null order by g.opened_at, g.id");
    let rows = read.see_all(SQL, args![]).await?;
    Ok(worded(read, codes, rows))
}

async fn past(read: &mut Read, codes: &Codes) -> Result<Vec<Glass>> {
    const SQL: &str =
        glasses!(" and g.reviewed_at is not null order by g.opened_at desc, g.id limit 100");
    let rows = read.see_all(SQL, args![]).await?;
    Ok(worded(read, codes, rows))
}

pub(super) async fn one(read: &mut Read, id: &str) -> Result<Option<Glass>> {
    const SQL: &str = glasses!(" and g.id = $6");
    Ok(read.see_maybe(SQL, args![id]).await?)
}

pub(super) fn worded(read: &Read, codes: &Codes, mut rows: Vec<Glass>) -> Vec<Glass> {
    for g in &mut rows {
        g.reason_words = codes.label("emergency_reason", &g.reason).to_owned();
        let finding = g.finding.clone().unwrap_or_default();
        g.finding_words = codes.label("emergency_finding", &finding).to_owned();
        g.now = read.actor.at.to_string();
    }
    rows
}

impl Glass {
    pub fn number(&self) -> String {
        kana::ClientNumber::from_row(self.number).to_string()
    }

    pub fn name(&self) -> String {
        format!("{} {}", self.family, self.given.as_deref().unwrap_or_default()).trim().to_owned()
    }

    pub fn role(&self) -> &'static str {
        Role::from_code(&self.role).map_or("", Role::label)
    }

    pub fn opened(&self) -> String {
        said::moment(&self.opened_at)
    }

    /// When it was over, or until when it is open.
    pub fn over(&self) -> String {
        match &self.ended_at {
            Some(at) => format!("{}に終えた", said::moment(at)),
            None if self.is_open() => format!("{}まで開いています", said::moment(&self.ends_at)),
            None => format!("{}に終わった", said::moment(&self.ends_at)),
        }
    }

    pub fn is_open(&self) -> bool {
        let (now, ends) = (self.now.parse::<Instant>(), self.ends_at.parse::<Instant>());
        self.ended_at.is_none() && matches!((now, ends), (Ok(now), Ok(ends)) if now < ends)
    }

    pub fn reviewed(&self) -> String {
        let at = self.reviewed_at.as_deref().map(said::moment).unwrap_or_default();
        format!("{at}　{}", self.reviewer.as_deref().unwrap_or_default())
    }

    pub fn is_justified(&self) -> bool {
        self.finding.as_deref() == Some("justified")
    }
}

#[derive(Template)]
#[template(path = "emergencies/list.html")]
struct List {
    page: Page,
    waiting: Vec<Glass>,
    past: Vec<Glass>,
}
