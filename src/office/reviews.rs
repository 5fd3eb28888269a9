//! アクセス権の棚卸し: once a year somebody looks at every post and says whether it still fits. The
//! finished review is a row and a page to print; the next is due a year later.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use civil::Date;
use jiff::ToSpan;
use uuid::Uuid;

use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::staff::settings::{REVIEW_DAYS, number};
use crate::store::{FromRow, Read, Tx};
use crate::web::{App, Error, Page, Result, Submitted, page, said};

pub async fn get(State(app): State<App>, actor: Actor) -> Result<Response> {
    let mut read = app.read(&actor).await?;
    let (list, due) = (list(&mut read).await?, due(&mut read).await?);
    let open = list.iter().find(|r| r.finished_at.is_none()).map(|r| r.id.clone());
    page(Reviews {
        page: app.page(&actor, "アクセス権の棚卸し", "/accounts"),
        late: due.is_none_or(|day| day <= actor.today()),
        due,
        open,
        list,
    })
}

/// `POST /reviews`: every post that is valid today, or will be, is a line to answer.
pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Submitted(_): Submitted,
) -> Result<Response> {
    let mut tx = app.write(&actor).await?;
    let id = begin(&mut tx).await?;
    tx.leads_to(format!("/reviews/{id}"));
    tx.commit().await?;
    Ok(Redirect::to(&format!("/reviews/{id}")).into_response())
}

/// One at a time; the answer is its id.
pub async fn begin(tx: &mut Tx) -> Result<String> {
    let actor = tx.actor.clone();
    if list(tx).await?.iter().any(|r| r.finished_at.is_none()) {
        return Err(Error::Conflict(
            "棚卸しは、もう始まっています。そちらを終えてください。".into(),
        ));
    }
    let (id, days) = (Uuid::now_v7().to_string(), number(tx, REVIEW_DAYS).await?);
    tx.exec(
        "insert into access_reviews (id, controller_id, begun_at, begun_by, due_on)
         values ($1, $2, $3, $4, $5)",
        args![
            id,
            actor.controller_id,
            actor.at,
            actor.account_id,
            actor.today().saturating_add(days.days())
        ],
    )
    .await?;
    for (post, account, seen) in posts(tx).await? {
        tx.exec(
            "insert into access_review_lines (id, review_id, account_id, post_id, signed_in_at)
             values ($1, $2, $3, $4, $5)",
            args![Uuid::now_v7().to_string(), id, account, post, seen],
        )
        .await?;
    }
    tx.record(Event::new("begin", "access_review", &id)).await?;
    Ok(id)
}

/// (post, account, last sign-in); programs have posts too, and are looked at like everybody.
async fn posts(read: &mut Read) -> Result<Vec<(String, String, Option<String>)>> {
    let (controller, today) = (read.actor.controller_id.clone(), read.actor.today());
    let rows = read
        .all(
            "select p.id, a.id, a.signed_in_at from posts p
             join accounts a on a.id = p.account_id and a.disabled_at is null
             join organisations o on o.id = p.organisation_id
             where o.controller_id = $1 and p.voided_at is null
               and (p.valid_until is null or p.valid_until > $2)
             order by o.name, a.kana, a.id, p.valid_from, p.id",
            args![controller, today],
        )
        .await?;
    Ok(rows)
}

/// 棚卸しの一回.
#[derive(Clone, Debug, FromRow)]
pub struct Review {
    pub id: String,
    pub begun_at: String,
    pub due_on: String,
    pub finished_at: Option<String>,
    pub finished_by: String,
    pub lines: i64,
    pub unanswered: i64,
}

impl Review {
    pub fn begun(&self) -> String {
        said::moment(&self.begun_at)
    }

    pub fn due(&self) -> String {
        self.due_on.parse().map_or_else(|_| String::new(), civil::format_era)
    }

    pub fn finished(&self) -> String {
        self.finished_at.as_deref().map(said::moment).unwrap_or_default()
    }
}

/// Those of the actor's controller, the newest first.
pub async fn list(read: &mut Read) -> Result<Vec<Review>> {
    let controller = read.actor.controller_id.clone();
    let rows = read
        .all(
            "select r.id, r.begun_at, r.due_on, r.finished_at,
               coalesce(f.name, '') as finished_by,
               (select count(*) from access_review_lines l where l.review_id = r.id) as lines,
               (select count(*) from access_review_lines l where l.review_id = r.id
                  and l.answer is null) as unanswered
             from access_reviews r left join accounts f on f.id = r.finished_by
             where r.controller_id = $1 order by r.begun_at desc, r.id desc",
            args![controller],
        )
        .await?;
    Ok(rows)
}

/// When the next is due: a year after the last; `None`: there never was one.
pub async fn due(read: &mut Read) -> Result<Option<Date>> {
    let all = list(read).await?;
    let last = all.iter().filter_map(|r| r.finished_at.as_deref()?.parse::<civil::Instant>().ok());
    Ok(last.max().map(|at| at.civil_date().saturating_add(1.year())))
}

/// 棚卸しに残っていること: an unanswered line, or the review that is due.
#[derive(Clone, Debug)]
pub struct Waiting {
    pub href: String,
    pub title: String,
    pub sub: String,
    pub day: Option<Date>,
}

pub async fn waiting(read: &mut Read) -> Result<Vec<Waiting>> {
    let today = read.actor.today();
    let open = list(read).await?.into_iter().find(|r| r.finished_at.is_none());
    let Some(review) = open else {
        let day = due(read).await?;
        let late = day.is_none_or(|day| day <= today);
        let title = "棚卸しを始める時期です".to_owned();
        let one = Waiting { href: "/reviews".into(), title, sub: String::new(), day };
        return Ok(if late { vec![one] } else { vec![] });
    };
    let rows: Vec<(String, String)> = read
        .all(
            "select a.name, o.name from access_review_lines l
             join accounts a on a.id = l.account_id join posts p on p.id = l.post_id
             join organisations o on o.id = p.organisation_id
             where l.review_id = $1 and l.answer is null order by o.name, a.kana, l.id",
            args![review.id],
        )
        .await?;
    let (href, day) = (format!("/reviews/{}", review.id), review.due_on.parse().ok());
    let one = |(title, sub)| Waiting { href: href.clone(), title, sub, day };
    Ok(rows.into_iter().map(one).collect())
}

#[derive(Template)]
#[template(path = "office/reviews.html")]
struct Reviews {
    page: Page,
    list: Vec<Review>,
    due: Option<Date>,
    late: bool,
    open: Option<String>,
}

impl Reviews {
    fn day(&self) -> String {
        self.due.map_or_else(|| "まだ一度も行っていません".into(), civil::format_both)
    }
}
