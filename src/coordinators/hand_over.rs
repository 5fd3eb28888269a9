//! 引継ぎ: one coordinator's assignment ends, the next begins, with a note and what is still to do.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use civil::Date;
use uuid::Uuid;

use super::assign::weight_field;
use super::propose::{Person, on_leave};
use super::rules::cases;
use super::{people, team};
use crate::access::Actor;
use crate::audit::Event;
use crate::clients::{self, Summary};
use crate::follow_ups;
use crate::staff::drafts;
use crate::store::{FromRow, Read, Tx};
use crate::web::form::{Field, Form, FormView, Kind, Options, Problems};
use crate::web::{App, Entry, Error, Page, Result, Submitted, Values};
use crate::{args, visible};

pub async fn get(State(app): State<App>, actor: Actor, Path(id): Path<String>) -> Result<Response> {
    show(&app, &actor, &id, None).await
}

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save(&app, &actor, &id, &entry).await {
        Ok(()) => Ok(Redirect::to("/assignments?done=handed").into_response()),
        Err(Error::Refused(bad)) => show(&app, &actor, &id, Some((&entry, &bad))).await,
        Err(e) => Err(e),
    }
}

pub fn form() -> Form {
    Form::new(
        "hand-over",
        "担当を引き継ぐ",
        vec![
            Field::new("to", "引き継ぐ相手", Kind::Record)
                .required()
                .help("かっこの中は、いまの担当の重みと目安です。休み中の人は選べません。"),
            Field::new("starts_on", "引き継ぐ日", Kind::Date)
                .required()
                .help("この日から、新しい担当になります。"),
            weight_field(),
            Field::new("note", "引き継ぐこと", Kind::Long(4000))
                .required()
                .help("いまの状況、家族と約束したこと、気をつけること。"),
        ],
    )
}

/// Ends the assignment and adds the next; the note is kept for good, and the follow-ups named in
/// `moved` go to the new person.
pub async fn hand_over(tx: &mut Tx, id: &str, moved: &[String], v: &Values) -> Result<String> {
    let old = see(tx, id).await?;
    let from = v.date("starts_on").unwrap_or_else(|| tx.actor.today());
    let next = successor(tx, &old, from, v).await?;
    let new_id = replace(tx, &old, &next, from, v).await?;
    let member = (next.organisation_id.as_str(), Some(next.account_id.as_str()));
    team::leave(tx, &old.client_id, &old.account_id, from).await?;
    team::join(tx, &old.client_id, member, "coordinator", from).await?;
    let waiting = to_do(tx, &old).await?;
    for f in waiting.iter().filter(|f| moved.contains(&f.id)) {
        follow_ups::hand_over(tx, &f.id, &next.account_id, v.text("note")).await?;
    }
    drafts::drop(tx, "hand-over", id).await?;
    let event = Event::new("hand_over", "assignment", &new_id).about(&old.client_id);
    tx.record(event.fields("to,starts_on,weight,note,follow_ups")).await?;
    Ok(new_id)
}

/// 担当. The assignment that ends.
#[derive(Clone, Debug, FromRow)]
pub struct Assignment {
    pub id: String,
    pub client_id: String,
    pub account_id: String,
    pub holder: String,
    pub kind: String,
    pub weight: i64,
    pub valid_from: String,
    pub valid_until: Option<String>,
}

pub async fn see(read: &mut Read, id: &str) -> Result<Assignment> {
    let row = read
        .see_maybe(
            concat!(
                "select g.id, g.client_id, g.account_id, a.name as holder, g.kind, g.weight,",
                " g.valid_from, g.valid_until from assignments g",
                " join accounts a on a.id = g.account_id",
                " where g.id = $6 and g.voided_at is null and ",
                visible!("g.client_id", "consultation")
            ),
            args![id],
        )
        .await?;
    row.ok_or(Error::NotFound)
}

async fn successor(tx: &mut Tx, old: &Assignment, from: Date, v: &Values) -> Result<Person> {
    if old.valid_until.is_some() {
        let why = "この担当は、すでに終わっています。担当の履歴を開き直してください";
        return Err(Error::refused("", why));
    }
    let client = clients::see_by_id(tx, &old.client_id).await?.ok_or(Error::NotFound)?;
    if client.closed_on.is_some() {
        return Err(Error::refused("", "終結した人です。引継ぎはできません"));
    }
    if from.to_string() < old.valid_from {
        let why = "引き継ぐ日が、いまの担当が始まった日より前です。年と月を確かめてください";
        return Err(Error::refused("starts_on", why));
    }
    let people = people::on_duty_on(tx, from).await?;
    let next = people.into_iter().find(|p| p.account_id == v.text("to"));
    let next = next.ok_or_else(|| {
        Error::refused("to", "引き継ぐ相手を、画面にある人から選び直してください")
    })?;
    if next.account_id == old.account_id {
        return Err(Error::refused("to", "いまの担当と同じ人です。ほかの人を選んでください"));
    }
    if on_leave(&next, from) {
        return Err(Error::refused("to", "その日は休みの人です。ほかの人を選んでください"));
    }
    Ok(next)
}

async fn replace(
    tx: &mut Tx,
    old: &Assignment,
    next: &Person,
    from: Date,
    v: &Values,
) -> Result<String> {
    let (new_id, actor) = (Uuid::now_v7().to_string(), tx.actor.clone());
    let ended = tx
        .exec(
            "update assignments set valid_until = $2 where id = $1 and valid_until is null
             and voided_at is null",
            args![old.id, from],
        )
        .await?;
    if ended != 1 {
        return Err(Error::refused("", "この担当は、いま別の人が引継ぎをしました"));
    }
    let reason = format!("{}から引継ぎ", old.holder);
    tx.exec(
        "insert into assignments (id, client_id, account_id, organisation_id, kind, weight, reason,
           valid_from, recorded_at, recorded_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        args![
            new_id,
            old.client_id,
            next.account_id,
            next.organisation_id,
            old.kind,
            v.int("weight"),
            reason,
            from,
            actor.at,
            actor.account_id
        ],
    )
    .await?;
    tx.exec(
        "insert into handovers (id, client_id, from_assignment_id, to_assignment_id, note,
           recorded_at, recorded_by) values ($1, $2, $3, $4, $5, $6, $7)",
        args![
            Uuid::now_v7().to_string(),
            old.client_id,
            old.id,
            new_id,
            v.text("note"),
            actor.at,
            actor.account_id
        ],
    )
    .await?;
    Ok(new_id)
}

/// 次にすること. What the old coordinator still has to do for this person, as far as the actor may
/// pass it on: their own office's, or anybody's for the ward.
#[derive(Clone, Debug, FromRow)]
pub struct ToDo {
    pub id: String,
    pub what: String,
    pub due_on: Option<String>,
}

impl ToDo {
    fn due(&self) -> String {
        self.due_on.as_deref().and_then(|d| d.parse().ok()).map_or_else(
            || "期限は決めていない".to_owned(),
            |d| format!("期限 {}", civil::format_era(d)),
        )
    }
}

pub async fn to_do(read: &mut Read, old: &Assignment) -> Result<Vec<ToDo>> {
    let rows = read
        .see_all(
            concat!(
                "select f.id, f.what, f.due_on from follow_ups f where f.client_id = $6",
                " and f.owner_id = $7 and f.done_at is null and f.voided_at is null",
                " and (f.organisation_id = $3 or $1 = 'controller') and ",
                visible!("f.client_id", "consultation"),
                " order by coalesce(f.due_on, '9999'), f.id"
            ),
            args![old.client_id, old.account_id],
        )
        .await?;
    Ok(rows)
}

async fn save(app: &App, actor: &Actor, id: &str, entry: &Entry) -> Result<()> {
    let v = form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    hand_over(&mut tx, id, &entry.many("follow_up"), &v).await?;
    Ok(tx.commit().await?)
}

async fn show(
    app: &App,
    actor: &Actor,
    id: &str,
    sent: Option<(&Entry, &Problems)>,
) -> Result<Response> {
    let mut read = app.read(actor).await?;
    let old = see(&mut read, id).await?;
    let client = clients::see_by_id(&mut read, &old.client_id).await?.ok_or(Error::NotFound)?;
    let waiting = to_do(&mut read, &old).await?;
    let people = people::on_duty(&mut read).await?;
    let draft = drafts::load(&mut read, "hand-over", id).await?;
    drop(read);
    app.viewed(actor, Event::new("view", "assignment", id).about(&client.id)).await?;
    let fine = Problems::default();
    let (start, drafted) = begin(actor, &old, &waiting, draft);
    let (entry, bad) = sent.unwrap_or((&start, &fine));
    let offers: Options = [("to", choices(&people, &old, actor.today()))].into();
    let form = form().view(entry, bad, &app.codes, &offers);
    let wrong = form.problems.len();
    let title = match wrong {
        0 => "担当を引き継ぐ".to_owned(),
        n => format!("エラー {n}か所：担当を引き継ぐ"),
    };
    let page = app.page(actor, title, "/assignments");
    let moved = entry.many("follow_up");
    let waiting = waiting.into_iter().map(|f| (moved.contains(&f.id), f.due(), f)).collect();
    let drafted = drafted && sent.is_none();
    let body = HandOver { page, client, old, waiting, form, drafted }.render()?;
    let status = if wrong > 0 { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, Html(body)).into_response())
}

/// The draft, or the usual answers: today, the same weight, everything moves.
fn begin(
    actor: &Actor,
    old: &Assignment,
    waiting: &[ToDo],
    draft: Option<(Entry, String)>,
) -> (Entry, bool) {
    if let Some((entry, _)) = draft {
        return (entry, true);
    }
    let mut entry = Entry::default();
    entry.set("starts_on", actor.today().to_string());
    entry.set("weight", old.weight.to_string());
    entry.0.extend(waiting.iter().map(|f| ("follow_up".to_owned(), f.id.clone())));
    (entry, false)
}

fn choices(people: &[Person], old: &Assignment, today: Date) -> Vec<(String, String)> {
    let others = people.iter().filter(|p| p.account_id != old.account_id && !on_leave(p, today));
    let words = |p: &Person| {
        format!("{}　{}（{} ／ 目安{}）", p.name, p.organisation, cases(p.load), cases(p.limit))
    };
    others.map(|p| (p.account_id.clone(), words(p))).collect()
}

#[derive(Template)]
#[template(path = "coordinators/hand_over.html")]
struct HandOver {
    page: Page,
    client: Summary,
    old: Assignment,
    waiting: Vec<(bool, String, ToDo)>,
    form: FormView,
    drafted: bool,
}
