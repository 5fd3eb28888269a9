//! 転出入の引継ぎ as JSON: proposed by the ward somebody leaves, taken over or declined by the other.

use axum::extract::State;

use super::call::{Call, Outcome, Stop};
use super::clients::href as client_href;
use super::operation::{Operation, example, schema};
use super::paging::{self, Listed, Order};
use super::shape::Day;
use crate::audit::Event;
use crate::moves::record::{self, Move};
use crate::moves::{propose, receive};
use crate::store::Tx;
use crate::web::App;
use crate::{clients, shape};

const WRITE: &str = "write:moves";

pub const LIST: Operation = Operation {
    form: |_, _| paging::form(vec![]),
    ..Operation::reads("/api/v1/moves", "listMoves", "転入・転出の引継ぎ", "read:moves")
        .answers(schema::<Listed<Shown>>, example::<Listed<Shown>>)
};

pub const SHOW: Operation =
    Operation::reads("/api/v1/moves/{id}", "showMove", "引継ぎを読む", "read:moves")
        .answers(schema::<Shown>, example::<Shown>);

pub const PROPOSE: Operation = Operation {
    form: |_, _| propose::form(),
    request: r#"{"to": "outside", "to_name": "となり市", "moves_on": "2026-12-01",
        "given_by": "母", "given_on": "2026-11-18", "method": "paper", "note": "呼吸器を使っている"}"#,
    ..Operation::makes(
        "/api/v1/clients/{number}/move",
        "proposeMove",
        "転出の引継ぎを申し出る（同意の範囲で）",
        WRITE,
    )
};

pub const ACCEPT: Operation = Operation {
    form: |_, _| receive::accept_form(),
    request: r#"{"area": "east", "address": "新しい住所", "sure": true}"#,
    ..Operation::changes("/api/v1/moves/{id}/accept", "acceptMove", "引継ぎを受け入れる", WRITE)
};

pub const DECLINE: Operation = Operation {
    form: |_, _| receive::decline_form(),
    request: r#"{"why": "転入がとりやめになった"}"#,
    ..Operation::changes("/api/v1/moves/{id}/decline", "declineMove", "引継ぎを受け入れない", WRITE)
};

pub async fn get_list(State(app): State<App>, call: Call) -> Outcome {
    let mut all = record::all(&mut app.read(&call.actor).await?).await?;
    app.viewed(&call.actor, Event::new("view", "moves", "")).await?;
    let key = |m: &Move| m.id.clone();
    all.sort_by_key(|m| std::cmp::Reverse(key(m)));
    call.page(&paging::of_all(&call, all, Order::Down, key, Shown::from))
}

pub async fn get(State(app): State<App>, call: Call) -> Outcome {
    let m = record::see(&mut app.read(&call.actor).await?, call.at("id")).await?;
    app.viewed(&call.actor, Event::new("view", "move", &m.id).about(&m.client_id)).await?;
    call.answer(&version(&m), &Shown::from(m))
}

pub async fn post(State(app): State<App>, call: Call) -> Outcome {
    let mut tx = call.begin(&app).await?;
    let client = clients::see(&mut tx, call.at("number")).await?;
    let id = propose::propose(&mut tx, &app.codes, &client, &call.values).await?;
    call.made(tx, &id, href(&id), &format!("{id}-open")).await
}

pub async fn post_accept(State(app): State<App>, call: Call) -> Outcome {
    let mut tx = call.begin(&app).await?;
    unchanged(&mut tx, &call).await?;
    let id = call.at("id");
    let number = receive::take_over(&mut tx, &app.codes, id, &call.values).await?.to_string();
    call.made(tx, &number, client_href(&number), "").await
}

pub async fn post_decline(State(app): State<App>, call: Call) -> Outcome {
    let mut tx = call.begin(&app).await?;
    unchanged(&mut tx, &call).await?;
    let id = call.at("id");
    receive::turn_away(&mut tx, id, &call.values).await?;
    call.made(tx, id, href(id), &format!("{id}-over")).await
}

async fn unchanged(tx: &mut Tx, call: &Call) -> Result<(), Stop> {
    let m = record::see(tx, call.at("id")).await?;
    call.matches(&version(&m))
}

fn href(id: &str) -> String {
    format!("/api/v1/moves/{id}")
}

fn version(m: &Move) -> String {
    format!("{}-{}", m.id, if m.is_open() { "open" } else { "over" })
}

shape! {
    /// 転出入の引継ぎ. What crosses stands on the sheet of the page.
    pub struct Shown {
        id: String = "引継ぎの番号", "0199f0c2-0000-7000-8000-000000000012";
        from: String = "転出元", "みどり区";
        to: String = "転出先の名前（仕組みの外のとき）", "となり市";
        moves_on: Day = "転出の日", "2026-12-01";
        categories: Vec<String> = "同意のあった区分", ["care"];
        note: String = "引き継ぐこと", "呼吸器を使っている";
        state: String = "状態のことば", "返事を待っている";
        open: bool = "返事を待っている", true;
        href: String = "住所", "/api/v1/moves/0199f0c2-0000-7000-8000-000000000012";
    }
}

impl From<Move> for Shown {
    fn from(m: Move) -> Self {
        let categories = m.categories.split(',').filter(|c| !c.is_empty());
        Self {
            state: m.state().1.to_owned(),
            open: m.is_open(),
            categories: categories.map(str::to_owned).collect(),
            href: href(&m.id),
            id: m.id,
            from: m.from,
            to: m.to_name,
            moves_on: Day(m.moves_on),
            note: m.note,
        }
    }
}
