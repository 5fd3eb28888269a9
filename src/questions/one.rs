//! One question: what was asked, what was answered, and how it goes on. An adviser reads the text
//! and nothing about whose it is, unless the family agreed to show parts of the folder.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::list::{self, Line};
use super::{end, reply};
use crate::access::{Actor, CATEGORIES};
use crate::audit::Event;
use crate::clients::{self, Summary};
use crate::store::{FromRow, Read};
use crate::web::form::{Form, FormView, Options, Problems};
use crate::web::{App, Entry, Error, Page, Result, page, said};
use crate::{args, visible, visible_question};

pub async fn get(State(app): State<App>, actor: Actor, Path(id): Path<String>) -> Result<Response> {
    let nothing = (Entry::default(), Problems::default());
    let view = view(&app, &actor, &id, ("", &nothing.0, &nothing.1)).await?;
    // The look is the person's, whether or not the adviser learns who it is.
    app.viewed(&actor, Event::new("view", "question", &id).about(&view.text.client_id)).await?;
    page(view)
}

/// 質問の本文. Who it is about stays inside the program.
#[derive(Clone, Debug, FromRow)]
pub(super) struct Text {
    pub client_id: String,
    pub text: String,
    basis: String,
    asked_at: String,
    shown_until: Option<String>,
    categories: Option<String>,
    withdraw_reason: Option<String>,
    /// The actor sees whose question it is.
    known: i64,
}

pub(super) async fn text(read: &mut Read, id: &str) -> Result<Text> {
    let row: Option<Text> = read
        .see_maybe(
            concat!(
                "select q.client_id, q.text, q.basis, q.asked_at,
                   q.shown_until,
                   (select string_agg(s.category, ',') from question_categories s
                    where s.question_id = q.id) as categories, q.withdraw_reason,
                   cast(case when ",
                visible!("q.client_id", "consultation"),
                " then 1 else 0 end as bigint) as known from questions q where q.id = $6 and ",
                visible_question!()
            ),
            args![id],
        )
        .await?;
    row.ok_or(Error::NotFound)
}

impl Text {
    pub(super) fn is_known(&self) -> bool {
        self.known == 1
    }

    /// What an adviser is shown of the folder, and until when; "" where nothing is.
    fn shown(&self) -> String {
        let Some(until) = self.shown_until.as_deref().filter(|_| self.basis == "consent") else {
            return String::new();
        };
        let given: Vec<&str> = self.categories.as_deref().unwrap_or_default().split(',').collect();
        let words = CATEGORIES.iter().filter(|(code, _)| given.contains(code)).map(|(_, w)| *w);
        let words: Vec<_> = words.collect();
        let day = until.parse().map_or_else(|_| until.to_owned(), civil::format_era);
        format!("{}（{day}の前日まで）", words.join("、"))
    }

    pub(super) fn asked_at(&self) -> &str {
        &self.asked_at
    }
}

/// 回答か追加の質問.
#[derive(Clone, Debug, FromRow)]
struct Reply {
    kind: String,
    text: String,
    recorded_at: String,
    name: String,
}

impl Reply {
    fn at(&self) -> String {
        said::moment(&self.recorded_at)
    }

    fn is_answer(&self) -> bool {
        self.kind == "answer"
    }
}

async fn replies(read: &mut Read, id: &str) -> Result<Vec<Reply>> {
    Ok(read
        .all(
            "select r.kind, r.text, r.recorded_at, a.name from question_replies r
             join accounts a on a.id = r.recorded_by where r.question_id = $1
             order by r.recorded_at, r.id",
            args![id],
        )
        .await?)
}

/// The page, with what was wrong in one of its forms.
pub(super) async fn view(
    app: &App,
    actor: &Actor,
    id: &str,
    (which, entry, bad): (&str, &Entry, &Problems),
) -> Result<Show> {
    let mut read = app.read(actor).await?;
    let text = text(&mut read, id).await?;
    let q = list::one(&mut read, &app.codes, id).await?.ok_or(Error::NotFound)?;
    let replies = replies(&mut read, id).await?;
    let client = clients::see_by_id(&mut read, &text.client_id).await?;
    drop(read);
    let none = (Entry::default(), Problems::default());
    let draw = |form: Form| {
        let (entry, bad) = if form.id == which { (entry, bad) } else { (&none.0, &none.1) };
        form.view(entry, bad, &app.codes, &Options::new())
    };
    let (answer, withdraw) = (draw(reply::form(q.may_answer())), draw(end::form()));
    let error = if bad.is_empty() { "" } else { "エラー：" };
    Ok(Show {
        page: app.page(actor, format!("{error}質問：{}", q.title), "/questions"),
        ends: text.is_known() && q.is_open() && app.access.allows(actor.role, "POST", END),
        writes: q.is_open() && (q.may_answer() || text.is_known()),
        keeps: replies.iter().any(Reply::is_answer),
        q,
        shown: text.shown(),
        text,
        replies,
        client,
        answer,
        withdraw,
    })
}

const END: &str = "/questions/{id}/close";

#[derive(Template)]
#[template(path = "questions/one.html")]
pub(super) struct Show {
    page: Page,
    q: Line,
    text: Text,
    shown: String,
    replies: Vec<Reply>,
    client: Option<Summary>,
    answer: FormView,
    withdraw: FormView,
    /// May close or withdraw it.
    ends: bool,
    writes: bool,
    /// There is an answer that can be kept as knowledge.
    keeps: bool,
}
