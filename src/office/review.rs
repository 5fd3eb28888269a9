//! 棚卸しの一回: one line a post: who, where, what it may see, since when and by whom, the last sign-in.
//! Answers are kept as they are given; what must end or change is done on the account's own page.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::reviews::{self, Review};
use crate::access::{Actor, Reach, Role};
use crate::args;
use crate::audit::Event;
use crate::store::{FromRow, Read, Tx};
use crate::web::{App, Entry, Error, Page, Problems, Result, Submitted, page, said};

pub async fn get(State(app): State<App>, actor: Actor, Path(id): Path<String>) -> Result<Response> {
    page(view(&app, &actor, &id, &Problems::default()).await?)
}

/// `POST /reviews/{id}`: the answers of the lines that have one.
pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    let mut tx = app.write(&actor).await?;
    let done = answer(&mut tx, &id, &entry).await;
    reply(&app, &actor, &id, (tx, done)).await
}

/// `POST /reviews/{id}/finish`: every line has its answer, and what should end has ended.
pub async fn finish(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(_): Submitted,
) -> Result<Response> {
    let mut tx = app.write(&actor).await?;
    let done = close(&mut tx, &id).await;
    reply(&app, &actor, &id, (tx, done)).await
}

async fn reply(
    app: &App,
    actor: &Actor,
    id: &str,
    (tx, done): (Tx, Result<()>),
) -> Result<Response> {
    match done {
        Ok(()) => {
            tx.commit().await?;
            Ok(Redirect::to(&format!("/reviews/{id}")).into_response())
        }
        Err(e) => {
            drop(tx);
            let body = view(app, actor, id, &e.problems()?).await?.render()?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(body)).into_response())
        }
    }
}

/// 棚卸しの一行.
#[derive(Clone, Debug, FromRow)]
pub struct Line {
    pub id: String,
    pub account_id: String,
    pub name: String,
    pub organisation: String,
    pub role: String,
    pub title: String,
    pub valid_from: String,
    pub valid_until: Option<String>,
    pub given_by: String,
    pub signed_in_at: Option<String>,
    pub machine: i64,
    pub answer: String,
    pub note: String,
    pub answered_by: String,
}

impl Line {
    fn role(&self) -> &str {
        Role::from_code(&self.role).map_or("", Role::label)
    }

    /// What the post may see, in a sentence.
    fn reach(&self) -> &'static str {
        match Role::from_code(&self.role).map(Role::reach) {
            Some(Reach::Controller) => "この自治体の全員",
            Some(Reach::Team) => "支援チームに所属が入っている人",
            Some(Reach::Consented) => "支援チームに所属が入っていて、同意のある人",
            Some(Reach::Family) => "自分の子、または本人",
            Some(Reach::Statistics) => "統計の数だけ",
            Some(Reach::Nobody) | None => "利用者は見えない",
        }
    }

    fn since(&self) -> String {
        self.valid_from.parse().map_or_else(|_| String::new(), civil::format_era)
    }

    fn signed_in(&self) -> String {
        match (&self.signed_in_at, self.machine) {
            (Some(at), _) => said::moment(at),
            (None, 1) => "プログラム（連携の鍵）".into(),
            (None, _) => "まだログインしていない".into(),
        }
    }

    /// An end that was asked for and has not come.
    fn must_end(&self) -> bool {
        self.answer == "end" && self.valid_until.is_none()
    }
}

async fn lines(read: &mut Read, id: &str) -> Result<Vec<Line>> {
    let rows = read
        .all(
            "select l.id, l.account_id, a.name, o.name as organisation, p.role, p.title,
               p.valid_from, case when p.voided_at is null and a.disabled_at is null
                 then coalesce(p.valid_until, a.leaves_on) else p.valid_from end as valid_until,
               coalesce(g.name, '') as given_by, l.signed_in_at, a.machine,
               coalesce(l.answer, '') as answer, l.note, coalesce(b.name, '') as answered_by
             from access_review_lines l
             join accounts a on a.id = l.account_id join posts p on p.id = l.post_id
             join organisations o on o.id = p.organisation_id
             left join accounts g on g.id = p.recorded_by
             left join accounts b on b.id = l.answered_by
             where l.review_id = $1
             order by case when l.answer is null then 0 else 1 end, o.name, a.kana, a.id, l.id",
            args![id],
        )
        .await?;
    Ok(rows)
}

async fn find(read: &mut Read, id: &str) -> Result<Review> {
    reviews::list(read).await?.into_iter().find(|r| r.id == id).ok_or(Error::NotFound)
}

const ANSWERS: [&str; 3] = ["keep", "end", "change"];

/// A line may be answered again until the review is finished.
pub async fn answer(tx: &mut Tx, id: &str, entry: &Entry) -> Result<()> {
    let review = find(tx, id).await?;
    if review.finished_at.is_some() {
        return Err(Error::Conflict("この棚卸しは終わっています。答えは変えられません。".into()));
    }
    let (actor, mut bad, mut n) = (tx.actor.clone(), Problems::default(), 0);
    for line in lines(tx, id).await? {
        let answer = entry.get(&format!("answer-{}", line.id)).to_owned();
        let note = entry.get(&format!("note-{}", line.id)).to_owned();
        if answer.is_empty() || (&answer, &note) == (&line.answer, &line.note) {
            continue;
        }
        if let Some(why) = wrong(&answer, &note) {
            bad.add(&format!("note-{}", line.id), format!("{}：{why}", line.name));
            continue;
        }
        tx.exec(
            "update access_review_lines set answer = $2, note = $3, answered_at = $4,
               answered_by = $5 where id = $1",
            args![line.id, answer, note, actor.at, actor.account_id],
        )
        .await?;
        n += 1;
    }
    if !bad.is_empty() {
        return Err(bad.into());
    }
    if n == 0 {
        return Err(Error::refused(
            "",
            "新しい答えがありません。続ける・終える・変えるのどれかを選んでください",
        ));
    }
    Ok(tx.record(Event::new("answer", "access_review", id)).await?)
}

fn wrong(answer: &str, note: &str) -> Option<&'static str> {
    if !ANSWERS.contains(&answer) {
        return Some("続ける・終える・変えるのどれかを選んでください");
    }
    if answer == "change" && note.is_empty() {
        return Some("どう変えるのかを書いてください");
    }
    if note.chars().count() > 200 {
        return Some("メモは200文字までです");
    }
    kana::contains_my_number(note).then_some("マイナンバーは書けません")
}

async fn close(tx: &mut Tx, id: &str) -> Result<()> {
    let review = find(tx, id).await?;
    let (lines, actor) = (lines(tx, id).await?, tx.actor.clone());
    let mut bad = Problems::default();
    if review.unanswered > 0 {
        bad.add("", format!("答えていない職が{}件あります", review.unanswered));
    }
    for line in lines.iter().filter(|l| l.must_end()) {
        let why = "終えると答えた職が、まだ終わっていません。アカウントの画面で終えてください";
        bad.add("", format!("{}（{}）：{why}", line.name, line.organisation));
    }
    if !bad.is_empty() {
        return Err(bad.into());
    }
    let done = tx
        .exec(
            "update access_reviews set finished_at = $2, finished_by = $3
             where id = $1 and finished_at is null",
            args![id, actor.at, actor.account_id],
        )
        .await?;
    if done != 1 {
        return Err(Error::NotFound);
    }
    Ok(tx.record(Event::new("finish", "access_review", id)).await?)
}

async fn view(app: &App, actor: &Actor, id: &str, bad: &Problems) -> Result<ReviewPage> {
    let mut read = app.read(actor).await?;
    let (review, lines) = (find(&mut read, id).await?, lines(&mut read, id).await?);
    let accounts = app.access.allows(actor.role, "GET", "/accounts/{id}");
    let page = app.page(actor, "アクセス権の棚卸し", "/accounts");
    Ok(ReviewPage { page, review, lines, accounts, bad: bad.clone() })
}

#[derive(Template)]
#[template(path = "office/review.html")]
struct ReviewPage {
    page: Page,
    review: Review,
    lines: Vec<Line>,
    /// May open the page of an account.
    accounts: bool,
    bad: Problems,
}

impl ReviewPage {
    fn error(&self, line: &Line) -> &str {
        self.bad.of(&format!("note-{}", line.id)).unwrap_or_default()
    }
}
