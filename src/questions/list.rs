//! The questions: those one may answer, those of one's people, those that are done.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use civil::Date;

use crate::access::Actor;
use crate::audit::Event;
use crate::codes::Codes;
use crate::store::{FromRow, Read};
use crate::web::{App, Page, Result, page, said};
use crate::{advises, args, visible_question};

pub async fn get(State(app): State<App>, actor: Actor) -> Result<Response> {
    let all = all(&mut app.read(&actor).await?, &app.codes).await?;
    app.viewed(&actor, Event::new("view", "questions", "")).await?;
    let (open, done): (Vec<_>, Vec<_>) = all.into_iter().partition(|l| l.is_open());
    let (mine, asked) = open.into_iter().partition(Line::waits_for_me);
    page(List { page: app.page(&actor, "助言を求める", "/questions"), mine, asked, done })
}

/// 質問の一件.
#[derive(Clone, Debug, FromRow)]
pub struct Line {
    pub id: String,
    pub title: String,
    pub field: String,
    asked_at: String,
    due_on: String,
    answered_at: Option<String>,
    answer_minutes: Option<i64>,
    closed_at: Option<String>,
    withdrawn_at: Option<String>,
    /// The last word was the asker's.
    waiting: i64,
    advises: i64,
    asked_by: String,
    pub office: String,
    pub adviser: Option<String>,
    #[row(skip)]
    today: Option<Date>,
    #[row(skip)]
    me: String,
}

/// The columns of a [`Line`] of the question `q`.
#[macro_export]
macro_rules! question_lines {
    ($rest:expr) => {
        concat!(
            "select q.id, q.title, q.field, q.asked_at, q.due_on, q.answered_at,
               q.answer_minutes, q.closed_at, q.withdrawn_at, q.asked_by, o.name as office,
               v.name as adviser,
               cast(case when coalesce((select r.kind from question_replies r
                 where r.question_id = q.id order by r.recorded_at desc, r.id desc limit 1),
                 'further') = 'further' then 1 else 0 end as bigint) as waiting,
               cast(case when ",
            advises!(),
            " then 1 else 0 end as bigint) as advises
             from questions q join organisations o on o.id = q.organisation_id
             left join accounts v on v.id = q.adviser_id where ",
            visible_question!(),
            $rest
        )
    };
}

async fn all(read: &mut Read, codes: &Codes) -> Result<Vec<Line>> {
    const SQL: &str = question_lines!(" order by q.due_on desc, q.id desc limit 300");
    let rows: Vec<Line> = read.see_all(SQL, args![]).await?;
    Ok(worded(read, codes, rows))
}

/// What the actor has to do about questions: answer, or read an answer. The most pressing first.
pub async fn mine(read: &mut Read, codes: &Codes) -> Result<Vec<Line>> {
    const SQL: &str = question_lines!(
        " and q.closed_at is null and q.withdrawn_at is null order by q.due_on, q.id"
    );
    let rows: Vec<Line> = read.see_all(SQL, args![]).await?;
    let mut all = worded(read, codes, rows);
    all.retain(|l| l.waits_for_me() || l.is_answered_for_me());
    Ok(all)
}

pub(super) async fn one(read: &mut Read, codes: &Codes, id: &str) -> Result<Option<Line>> {
    const SQL: &str = question_lines!(" and q.id = $6");
    let row: Option<Line> = read.see_maybe(SQL, args![id]).await?;
    Ok(worded(read, codes, row.into_iter().collect()).pop())
}

fn worded(read: &Read, codes: &Codes, mut rows: Vec<Line>) -> Vec<Line> {
    for l in &mut rows {
        l.field = codes.label("adviser_field", &l.field).to_owned();
        l.today = Some(read.actor.today());
        l.me = read.actor.account_id.clone();
    }
    rows
}

impl Line {
    pub fn is_open(&self) -> bool {
        self.closed_at.is_none() && self.withdrawn_at.is_none()
    }

    pub fn is_withdrawn(&self) -> bool {
        self.withdrawn_at.is_some()
    }

    /// The actor is to write the next word.
    pub fn waits_for_me(&self) -> bool {
        self.is_open() && self.advises == 1 && self.waiting == 1 && self.asked_by != self.me
    }

    /// The actor asked, and there is an answer to read.
    pub fn is_answered_for_me(&self) -> bool {
        self.is_open() && self.waiting == 0 && self.asked_by == self.me
    }

    pub fn may_answer(&self) -> bool {
        self.is_open() && self.advises == 1 && self.asked_by != self.me
    }

    pub fn asked(&self) -> String {
        said::moment(&self.asked_at)
    }

    pub fn due(&self) -> String {
        self.due_on.parse().map_or_else(|_| self.due_on.clone(), civil::format_era)
    }

    pub fn days_late(&self) -> i32 {
        let due: Option<Date> = self.due_on.parse().ok();
        match (due, self.today) {
            (Some(due), Some(today)) if self.waiting == 1 => (today - due).get_days().max(0),
            _ => 0,
        }
    }

    /// 「2時間30分で答えた」.
    pub fn time(&self) -> String {
        match self.answer_minutes {
            None => "まだ答えがない".to_owned(),
            Some(m) if m >= 48 * 60 => format!("{}日{}時間で答えた", m / 1440, m % 1440 / 60),
            Some(m) => format!("{}時間{}分で答えた", m / 60, m % 60),
        }
    }

    pub fn state(&self) -> &'static str {
        match (self.is_withdrawn(), self.closed_at.is_some(), self.waiting) {
            (true, ..) => "取り下げ",
            (_, true, _) => "済み",
            (_, _, 1) if self.answered_at.is_some() => "追加の質問に答えを待つ",
            (_, _, 1) => "答えを待つ",
            _ => "答えが届いた",
        }
    }
}

#[derive(Template)]
#[template(path = "questions/list.html")]
struct List {
    page: Page,
    mine: Vec<Line>,
    asked: Vec<Line>,
    done: Vec<Line>,
}
