//! Whose promises are due, overdue or stalled.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use civil::Date;
use kana::ClientNumber;

use crate::access::Actor;
use crate::audit::Event;
use crate::store::{Arg, FromRow, Read};
use crate::web::submitted::decode;
use crate::web::{App, Entry, Page, Result, page};
use crate::{args, not_closed, visible, visible_follow_up};

pub async fn get(
    State(app): State<App>,
    actor: Actor,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let asked = Entry(decode(query.unwrap_or_default().as_bytes()));
    let view = view(&app, &mut app.read(&actor).await?, &asked).await?;
    app.viewed(&actor, Event::new("view", "follow_ups", "").fields(view.which)).await?;
    page(view)
}

async fn view(app: &App, read: &mut Read, asked: &Entry) -> Result<List> {
    let actor = read.actor.clone();
    let (which, filter) = Filter::of(asked, &actor);
    Ok(List {
        page: app.page(&actor, "次にすること", "/follow-ups"),
        which,
        heading: heading(which),
        rows: find(read, &filter).await?,
        counts: counts(read, None).await?,
        mine: counts(read, Some(&actor.account_id)).await?,
    })
}

/// 次にすること. As lists and the first page show it.
#[derive(Clone, Debug)]
pub struct FollowUp {
    pub id: String,
    pub source: String,
    pub source_id: String,
    pub what: String,
    pub due_on: Option<Date>,
    pub due: String,
    pub owner_id: String,
    pub owner: String,
    pub client_id: Option<String>,
    pub number: Option<ClientNumber>,
    pub client: String,
    pub recorded_at: String,
    pub done_on: String,
    pub outcome: String,
    pub is_open: bool,
    /// Days since the due date, 0 when it is not over.
    pub days_late: i32,
}

/// 絞り込み. Which follow-ups a list asks for; empty = every open one the actor may see.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub owner: Option<String>,
    pub organisation: Option<String>,
    pub due_until: Option<Date>,
    pub client_id: Option<String>,
    pub stalled: bool,
    pub finished: bool,
    /// The last row of the page before: its day and id.
    pub after: Option<(String, String)>,
    /// So many rows, 500 unless it is said.
    pub limit: Option<i64>,
}

/// 件数. Numbers of the first page, each the length of the list it opens.
#[derive(Clone, Debug, Default, FromRow)]
pub struct Counts {
    pub open: i64,
    pub due: i64,
    pub overdue: i64,
    pub stalled: i64,
}

/// Open promises of an owner that are due by a day, the oldest first.
pub async fn due(read: &mut Read, owner: &str, until: Date) -> Result<Vec<FollowUp>> {
    let due_until = Some(until);
    let owner = Some(owner.to_owned());
    find(read, &Filter { owner, due_until, ..Filter::default() }).await
}

impl Filter {
    /// `list` of the address: mine (unless said otherwise), office, overdue, due, stalled, done.
    pub fn of(asked: &Entry, actor: &Actor) -> (&'static str, Self) {
        let today = actor.today();
        let mine = Some(actor.account_id.clone());
        let office = Some(actor.organisation_id.clone());
        let until = asked.get("until").parse().ok();
        let base = Self { due_until: until, ..Self::default() };
        match asked.get("list") {
            "office" => ("office", Self { organisation: office, ..base }),
            "overdue" => {
                let yesterday = today.yesterday().ok();
                ("overdue", Self { organisation: office, due_until: yesterday, ..base })
            }
            "due" => ("due", Self { owner: mine, due_until: until.or(Some(today)), ..base }),
            "stalled" => ("stalled", Self { organisation: office, stalled: true, ..base }),
            "done" => ("done", Self { organisation: office, finished: true, ..base }),
            _ => ("mine", Self { owner: mine, ..base }),
        }
    }
}

fn heading(which: &str) -> &'static str {
    match which {
        "office" => "この機関の全員",
        "overdue" => "期限を過ぎたもの（この機関）",
        "due" => "きょうまでのもの（わたし）",
        "stalled" => "滞っているもの（この機関）",
        "done" => "すんだもの（この機関）",
        _ => "わたしの担当",
    }
}

/// Two weeks over the due date, or a month without one: nobody is at it.
const STALLED_DAYS_LATE: i64 = 14;
const STALLED_DAYS_WITHOUT_DUE: i64 = 30;

fn stalled_since(today: Date) -> (String, String) {
    let back = |days: i64| today.saturating_sub(jiff::Span::new().days(days));
    let without = civil::Instant::start_of(back(STALLED_DAYS_WITHOUT_DUE)).to_string();
    (back(STALLED_DAYS_LATE).to_string(), without)
}

macro_rules! columns {
    () => {
        "select f.id, f.source, f.source_id, f.what, f.due_on, f.owner_id, a.name as owner, \
         f.client_id, c.number, n.family, n.given, f.recorded_at, f.done_at, f.outcome, \
         f.voided_at from follow_ups f join accounts a on a.id = f.owner_id \
         left join clients c on c.id = f.client_id \
         left join client_names n on n.client_id = f.client_id and n.voided_at is null \
          and n.valid_from <= $5 and (n.valid_until is null or n.valid_until > $5) and "
    };
}

#[derive(FromRow)]
pub(super) struct Row {
    id: String,
    source: String,
    source_id: String,
    what: String,
    due_on: Option<String>,
    owner_id: String,
    owner: String,
    client_id: Option<String>,
    number: Option<i64>,
    family: Option<String>,
    given: Option<String>,
    recorded_at: String,
    done_at: Option<String>,
    outcome: String,
    voided_at: Option<String>,
}

/// Conditions shared by the list and what counts it. Promises about people whose case is closed
/// are left out: nobody is to call them.
macro_rules! asked {
    () => {
        concat!(
            visible_follow_up!(),
            " and f.voided_at is null and ",
            not_closed!("f.client_id"),
            " and (cast($6 as text) is null or f.owner_id = $6)",
            " and (cast($7 as text) is null or f.organisation_id = $7)",
            " and (cast($8 as text) is null or f.due_on <= $8)",
            " and (cast($9 as text) is null or f.client_id = $9)",
            " and ($10 = 0 or f.due_on <= $11 or (f.due_on is null and f.recorded_at < $12))",
            " and (case when f.done_at is null then 0 else 1 end) = $13"
        )
    };
}

/// What [`asked`] puts in place of its numbers.
fn values(filter: &Filter, today: Date) -> Vec<Arg<'static>> {
    let (late, without) = stalled_since(today);
    let text = |t: Option<String>| Arg::Text(t.map(Into::into));
    let [stalled, finished] = [filter.stalled, filter.finished].map(i64::from);
    vec![
        text(filter.owner.clone()),
        text(filter.organisation.clone()),
        text(filter.due_until.map(|d| d.to_string())),
        text(filter.client_id.clone()),
        Arg::Int(Some(stalled)),
        text(Some(late)),
        text(Some(without)),
        Arg::Int(Some(finished)),
    ]
}

/// The oldest day first, what has none last.
pub async fn find(read: &mut Read, filter: &Filter) -> Result<Vec<FollowUp>> {
    let today = read.actor.today();
    let mut all = values(filter, today);
    let (day, id) = filter.after.clone().unwrap_or_default();
    all.extend([day, id].map(|t| Arg::Text(Some(t.into()))));
    all.push(Arg::Int(Some(filter.limit.unwrap_or(500))));
    let rows: Vec<Row> = read
        .see_all(
            concat!(
                columns!(),
                visible!("f.client_id", "identity"),
                " where ",
                asked!(),
                " and (coalesce(f.due_on, '9999-12-31') > $14",
                " or (coalesce(f.due_on, '9999-12-31') = $14 and f.id > $15))",
                " order by coalesce(f.due_on, '9999-12-31'), f.id limit cast($16 as bigint)"
            ),
            &all,
        )
        .await?;
    Ok(rows.into_iter().map(|r| r.read(today)).collect())
}

/// How many a filter finds, counted up to `most`.
pub async fn count_to(read: &mut Read, filter: &Filter, most: i64) -> Result<i64> {
    let mut all = values(filter, read.actor.today());
    all.push(Arg::Int(Some(most)));
    let (n,): (i64,) = read
        .see_one(
            concat!(
                "select count(*) from (select f.id from follow_ups f where ",
                asked!(),
                " limit cast($14 as bigint)) as found"
            ),
            &all,
        )
        .await?;
    Ok(n)
}

/// What was promised in a record, or in all records about a person; finished ones included.
pub async fn of(read: &mut Read, origin: Origin<'_>) -> Result<Vec<FollowUp>> {
    let today = read.actor.today();
    let (source_id, client_id) = match origin {
        Origin::Record(id) => (Some(id), None),
        Origin::Client(id) => (None, Some(id)),
    };
    let rows: Vec<Row> = read
        .see_all(
            concat!(
                columns!(),
                visible!("f.client_id", "identity"),
                " where ",
                visible_follow_up!(),
                " and (f.source_id = $6 or f.client_id = $7) order by f.id"
            ),
            args![source_id, client_id],
        )
        .await?;
    Ok(rows.into_iter().map(|r| r.read(today)).collect())
}

/// 約束のもと. A record by its id, or everything about a person.
#[derive(Clone, Copy, Debug)]
pub enum Origin<'a> {
    Record(&'a str),
    Client(&'a str),
}

/// One promise, if the actor may see it.
pub async fn one(read: &mut Read, id: &str) -> Result<Option<FollowUp>> {
    let today = read.actor.today();
    let row: Option<Row> = read
        .see_maybe(
            concat!(
                columns!(),
                visible!("f.client_id", "identity"),
                " where ",
                visible_follow_up!(),
                " and f.id = $6"
            ),
            args![id],
        )
        .await?;
    Ok(row.map(|r| r.read(today)))
}

/// Open, due today or earlier, overdue and stalled; of one owner, or of the actor's office.
pub async fn counts(read: &mut Read, owner: Option<&str>) -> Result<Counts> {
    let (late, without) = stalled_since(read.actor.today());
    let row = read
        .see_one(
            concat!(
                "select count(*) as open,",
                " cast(coalesce(sum(case when f.due_on <= $5 then 1 else 0 end), 0) as bigint)",
                " as due,",
                " cast(coalesce(sum(case when f.due_on < $5 then 1 else 0 end), 0) as bigint)",
                " as overdue,",
                " cast(coalesce(sum(case when f.due_on <= $7 or (f.due_on is null",
                " and f.recorded_at < $8) then 1 else 0 end), 0) as bigint) as stalled",
                " from follow_ups f where ",
                visible_follow_up!(),
                " and f.voided_at is null and f.done_at is null and ",
                not_closed!("f.client_id"),
                " and (f.owner_id = $6 or (cast($6 as text) is null and f.organisation_id = $3))"
            ),
            args![owner, late, without],
        )
        .await?;
    Ok(row)
}

impl Row {
    fn read(self, today: Date) -> FollowUp {
        let due_on: Option<Date> = self.due_on.as_deref().and_then(|d| d.parse().ok());
        let late = due_on.filter(|_| self.done_at.is_none()).map_or(0, |d| (today - d).get_days());
        let given = self.given.as_deref().unwrap_or_default();
        let done: Option<civil::Instant> = self.done_at.as_deref().and_then(|t| t.parse().ok());
        FollowUp {
            due: due_on.map(civil::format_with_weekday).unwrap_or_default(),
            days_late: late.max(0),
            due_on,
            number: self.number.map(ClientNumber::from_row),
            client: self
                .family
                .map(|f| format!("{f} {given}").trim().to_owned())
                .unwrap_or_default(),
            done_on: done.map(|t| civil::format_with_weekday(t.civil_date())).unwrap_or_default(),
            is_open: self.done_at.is_none() && self.voided_at.is_none(),
            id: self.id,
            source: self.source,
            source_id: self.source_id,
            what: self.what,
            owner_id: self.owner_id,
            owner: self.owner,
            client_id: self.client_id,
            recorded_at: self.recorded_at,
            outcome: self.outcome,
        }
    }
}

impl FollowUp {
    /// Where the promise was made.
    pub fn source_href(&self) -> String {
        match (self.source.as_str(), self.number) {
            ("consultation", _) => format!("/consultations/{}", self.source_id),
            ("case_note", _) => format!("/case-notes/{}", self.source_id),
            (_, Some(number)) => format!("/clients/{number}"),
            (_, None) => format!("/follow-ups/{}", self.id),
        }
    }
}

#[derive(Template)]
#[template(path = "follow_ups/list.html")]
struct List {
    page: Page,
    which: &'static str,
    heading: &'static str,
    rows: Vec<FollowUp>,
    counts: Counts,
    mine: Counts,
}
