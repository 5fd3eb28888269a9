//! 次にすること as JSON: listed, promised, shown, done, handed over.

use axum::extract::State;

use super::call::{Call, Outcome, Stop};
use super::operation::{Operation, example, schema};
use super::paging::{self, COUNTED, Listed, Order};
use super::shape::Day;
use crate::audit::Event;
use crate::follow_ups::{self as noun, Filter, FollowUp, Origin, done, hand_over};
use crate::staff::sessions::digest;
use crate::store::Tx;
use crate::web::{App, Error, Field, Form, Kind, Result};
use crate::{case_notes, clients, consultations, shape};

const READ: &str = "read:follow_ups";
const WRITE: &str = "write:follow_ups";

pub const LIST: Operation = Operation {
    form: |_, _| list_form(),
    ..Operation::reads("/api/v1/follow-ups", "listFollowUps", "次にすることを期限の順に読む", READ)
        .answers(schema::<Listed<Shown>>, example::<Listed<Shown>>)
};

pub const OF_CLIENT: Operation = Operation {
    form: |_, _| paging::form(vec![]),
    path: "/api/v1/clients/{number}/follow-ups",
    id: "listFollowUpsOfClient",
    title: "一人についての次にすること（すんだものも）",
    ..LIST
};

pub const OF_CONSULTATION: Operation = Operation {
    form: |_, _| promise_form(),
    request: r#"{"next_what": "訪問看護に電話する", "next_due": "2026-12-01"}"#,
    ..Operation::makes(
        "/api/v1/consultations/{id}/follow-ups",
        "promiseOfConsultation",
        "相談から、次にすることを約束する",
        WRITE,
    )
};

pub const OF_NOTE: Operation = Operation {
    path: "/api/v1/case-notes/{id}/follow-ups",
    id: "promiseOfCaseNote",
    title: "支援経過から、次にすることを約束する",
    ..OF_CONSULTATION
};

pub const SHOW: Operation =
    Operation::reads("/api/v1/follow-ups/{id}", "showFollowUp", "次にすることを読む", READ)
        .answers(schema::<Shown>, example::<Shown>);

pub const FINISH: Operation = Operation {
    form: |_, _| done::form(),
    request: r#"{"outcome": "来週の訪問が決まった"}"#,
    ..Operation::changes(
        "/api/v1/follow-ups/{id}/done",
        "finishFollowUp",
        "次にすることを、すんだことにする",
        WRITE,
    )
};

pub const HAND_OVER: Operation = Operation {
    form: |_, _| hand_over::form(),
    request: r#"{"to": "0199f0c2-0000-7000-8000-000000000003", "note": "来週は休みのため"}"#,
    ..Operation::changes(
        "/api/v1/follow-ups/{id}/hand-over",
        "handOverFollowUp",
        "次にすることを引き継ぐ",
        WRITE,
    )
};

pub async fn get_list(State(app): State<App>, call: Call) -> Outcome {
    let (which, mut filter) = Filter::of(&call.entry, &call.actor);
    (filter.after, filter.limit) = (paging::key(&call)?, Some(paging::limit(&call) + 1));
    let mut read = app.read(&call.actor).await?;
    let rows = noun::find(&mut read, &filter).await?;
    let total = noun::count_to(&mut read, &filter, COUNTED + 1).await?;
    drop(read);
    app.viewed(&call.actor, Event::new("view", "follow_ups", "").fields(which)).await?;
    let key = |f: &FollowUp| format!("{}~{}", day(f).unwrap_or("9999-12-31".into()), f.id);
    call.page(&paging::of_page(&call, rows, total, key, Shown::from))
}

pub async fn get_of_client(State(app): State<App>, call: Call) -> Outcome {
    let mut read = app.read(&call.actor).await?;
    let client = clients::see(&mut read, call.at("number")).await?;
    let rows = noun::of(&mut read, Origin::Client(&client.id)).await?;
    drop(read);
    app.viewed(&call.actor, Event::new("view", "follow_ups", "").about(&client.id)).await?;
    call.page(&paging::of_all(&call, rows, Order::Up, |f| f.id.clone(), Shown::from))
}

pub async fn post_of_consultation(State(app): State<App>, call: Call) -> Outcome {
    let mut tx = call.begin(&app).await?;
    let (k, _) = consultations::see(&mut tx, call.at("id")).await?;
    current(k.voided_at.as_ref())?;
    let about = ("consultation", k.id.as_str(), k.client_id.as_deref());
    promise(tx, &call, &k.occurred_at, about).await
}

pub async fn post_of_note(State(app): State<App>, call: Call) -> Outcome {
    let mut tx = call.begin(&app).await?;
    let (e, _) = case_notes::see_with_minutes(&mut tx, call.at("id")).await?;
    current(e.voided_at.as_ref())?;
    let about = ("case_note", e.id.as_str(), Some(e.client_id.as_str()));
    promise(tx, &call, &e.occurred_at, about).await
}

pub async fn get(State(app): State<App>, call: Call) -> Outcome {
    let f = noun::one(&mut app.read(&call.actor).await?, call.at("id")).await?;
    let f = f.ok_or(Error::NotFound)?;
    let event = Event::new("view", "follow_up", &f.id).client(f.client_id.clone());
    app.viewed(&call.actor, event).await?;
    call.answer(&version(&f), &Shown::from(f))
}

pub async fn post_done(State(app): State<App>, call: Call) -> Outcome {
    let mut tx = call.begin(&app).await?;
    unchanged(&mut tx, &call).await?;
    noun::done(&mut tx, call.at("id"), call.values.text("outcome")).await?;
    made(tx, &call).await
}

pub async fn post_hand_over(State(app): State<App>, call: Call) -> Outcome {
    let mut tx = call.begin(&app).await?;
    unchanged(&mut tx, &call).await?;
    let (to, note) = (call.values.text("to"), call.values.text("note"));
    noun::hand_over(&mut tx, call.at("id"), to, note).await?;
    made(tx, &call).await
}

fn list_form() -> Form {
    paging::form(vec![
        Field::new("list", "どの一覧", Kind::Select("follow_up_list"))
            .help("空のときは、自分が担当のもの。"),
        Field::new("until", "この日までが期限", Kind::Date),
    ])
}

/// As the forms of the pages ask it; here nothing else is said, so there must be something to do.
fn promise_form() -> Form {
    let need = |f: Field| if f.name == "next_what" { f.required() } else { f };
    let fields = noun::fields().into_iter().map(need);
    Form::new("api-promise", "次にすること", fields.collect())
}

async fn promise(
    mut tx: Tx,
    call: &Call,
    since: &str,
    about: (&str, &str, Option<&str>),
) -> Outcome {
    if let Some(client) = about.2
        && clients::see_by_id(&mut tx, client).await?.is_some_and(|c| c.closed_on.is_some())
    {
        return Err(Error::refused("", "終結した人です。再開してから約束してください").into());
    }
    let on = since.parse().map_or(call.actor.today(), civil::Instant::civil_date);
    let id = noun::promise_next(&mut tx, &call.values, on, about).await?;
    let id = id.ok_or(Error::NotFound)?;
    let f = noun::one(&mut tx, &id).await?.ok_or(Error::NotFound)?;
    call.made(tx, &id, href(&id), &version(&f)).await
}

fn current(voided_at: Option<&String>) -> Result<()> {
    let why = "訂正されたか、取り消された記録です。いまの記録から約束してください";
    if voided_at.is_some() { Err(Error::refused("", why)) } else { Ok(()) }
}

async fn unchanged(tx: &mut Tx, call: &Call) -> Result<(), Stop> {
    let f = noun::one(tx, call.at("id")).await?.ok_or(Error::NotFound)?;
    call.matches(&version(&f))
}

async fn made(mut tx: Tx, call: &Call) -> Outcome {
    let f = noun::one(&mut tx, call.at("id")).await?.ok_or(Error::NotFound)?;
    call.made(tx, &f.id, href(&f.id), &version(&f)).await
}

fn href(id: &str) -> String {
    format!("/api/v1/follow-ups/{id}")
}

/// Changes when it is done, taken back or somebody else's.
fn version(f: &FollowUp) -> String {
    digest(&format!("{} {} {}", f.id, f.owner_id, f.is_open)).chars().take(32).collect()
}

fn day(f: &FollowUp) -> Option<String> {
    f.due_on.map(|d| d.to_string())
}

shape! {
    /// 次にすること.
    pub struct Shown {
        id: String = "番号", "0199f0c2-0000-7000-8000-000000000007";
        client: Option<String> = "利用者番号", "M-01275";
        what: String = "すること", "訪問看護に電話する";
        due_on: Option<Day> = "期限", "2026-12-01";
        days_late: i64 = "期限を過ぎた日数", 0;
        owner_id: String = "担当者の番号", "0199f0c2-0000-7000-8000-000000000003";
        owner: String = "担当者", "高橋 由美";
        source: String = "もとの記録の種類（consultation・case_note・assignment）", "case_note";
        source_id: String = "もとの記録の番号", "0199f0c2-0000-7000-8000-000000000006";
        open: bool = "まだすんでいない", true;
        outcome: String = "どうなったか", "";
        href: String = "住所", "/api/v1/follow-ups/0199f0c2-0000-7000-8000-000000000007";
    }
}

impl From<FollowUp> for Shown {
    fn from(f: FollowUp) -> Self {
        Self {
            client: f.number.map(|n| n.to_string()),
            due_on: day(&f).map(Day),
            days_late: i64::from(f.days_late),
            href: href(&f.id),
            id: f.id,
            what: f.what,
            owner_id: f.owner_id,
            owner: f.owner,
            source: f.source,
            source_id: f.source_id,
            open: f.is_open,
            outcome: f.outcome,
        }
    }
}
