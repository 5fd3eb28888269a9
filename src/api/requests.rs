//! 依頼 as JSON: who waits for a coordinator, the proposal with its reasons, the decision.

use axum::extract::State;

use super::call::{Call, Outcome, Stop};
use super::operation::{Operation, example, schema};
use super::paging::{self, Listed, Order};
use super::shape::Day;
use crate::audit::Event;
use crate::clients;
use crate::coordinators::propose::{Candidate, Reason};
use crate::coordinators::waiting::{self, Waiting};
use crate::coordinators::{assign, request};
use crate::shape;
use crate::store::Tx;
use crate::web::App;

const READ: &str = "read:assignments";
const WRITE: &str = "write:assignments";

pub const LIST: Operation = Operation {
    form: |_, _| paging::form(vec![]),
    ..Operation::reads("/api/v1/requests", "listRequests", "担当を待っている人", READ)
        .answers(schema::<Listed<Asked>>, example::<Listed<Asked>>)
};

pub const MAKE: Operation = Operation {
    form: |_, _| request::form(),
    request: r#"{"received_on": "2026-11-19", "received_from": "母から電話",
        "desk": "0199f0c2-0000-7000-8000-000000000004", "note": "退院は12月の予定"}"#,
    ..Operation::makes(
        "/api/v1/clients/{number}/request",
        "requestCoordinator",
        "コーディネーターの担当を依頼する",
        WRITE,
    )
};

pub const SHOW: Operation =
    Operation::reads("/api/v1/requests/{id}", "showRequest", "依頼と、候補とその理由", READ)
        .answers(schema::<Shown>, example::<Shown>);

pub const DECIDE: Operation = Operation {
    form: |_, _| assign::form(),
    request: r#"{"account": "0199f0c2-0000-7000-8000-000000000003", "kind": "main",
        "weight": 100, "starts_on": "2026-11-20", "reason": "地区を担当しているため"}"#,
    ..Operation::changes("/api/v1/requests/{id}/assign", "assignCoordinator", "担当を決める", WRITE)
};

pub const WITHDRAW: Operation = Operation {
    form: |_, _| assign::withdrawal_form(),
    request: r#"{"withdraw_reason": "家族が取り下げた"}"#,
    ..Operation::changes(
        "/api/v1/requests/{id}/withdraw",
        "withdrawRequest",
        "依頼を取り下げる",
        WRITE,
    )
};

pub async fn get_list(State(app): State<App>, call: Call) -> Outcome {
    let mut open = waiting::open(&mut app.read(&call.actor).await?).await?;
    app.viewed(&call.actor, Event::new("view", "caseload", "").fields("requests")).await?;
    open.sort_by_key(key);
    call.page(&paging::of_all(&call, open, Order::Up, key, Asked::from))
}

pub async fn post(State(app): State<App>, call: Call) -> Outcome {
    let mut tx = call.begin(&app).await?;
    let client = clients::see(&mut tx, call.at("number")).await?;
    let id = request::request(&mut tx, &client.id, None, &call.values).await?;
    call.made(tx, &id, href(&id), &version(&id, true)).await
}

pub async fn get(State(app): State<App>, call: Call) -> Outcome {
    let mut read = app.read(&call.actor).await?;
    let one = waiting::one(&mut read, call.at("id")).await?;
    let candidates = assign::proposal(&mut read, &one, &app.codes).await?;
    drop(read);
    let event = Event::new("propose", "case_request", &one.id).about(&one.client_id);
    app.viewed(&call.actor, event).await?;
    let version = version(&one.id, one.open);
    let candidates = candidates.into_iter().map(Proposed::from).collect();
    call.answer(&version, &Shown { request: Asked::from(one), candidates })
}

pub async fn post_assign(State(app): State<App>, call: Call) -> Outcome {
    let mut tx = call.begin(&app).await?;
    unchanged(&mut tx, &call).await?;
    let id = assign::decide(&mut tx, call.at("id"), &app.codes, &call.values).await?;
    let href = format!("/api/v1/assignments/{id}");
    call.made(tx, &id, href, "").await
}

pub async fn post_withdraw(State(app): State<App>, call: Call) -> Outcome {
    let mut tx = call.begin(&app).await?;
    unchanged(&mut tx, &call).await?;
    let id = call.at("id");
    assign::withdraw_request(&mut tx, id, &call.values).await?;
    call.made(tx, id, href(id), &version(id, false)).await
}

async fn unchanged(tx: &mut Tx, call: &Call) -> Result<(), Stop> {
    let one = waiting::one(tx, call.at("id")).await?;
    call.matches(&version(&one.id, one.open))
}

fn href(id: &str) -> String {
    format!("/api/v1/requests/{id}")
}

fn key(w: &Waiting) -> String {
    format!("{}~{}", day(w), w.id)
}

fn day(w: &Waiting) -> String {
    w.received_on.map(|d| d.to_string()).unwrap_or_default()
}

/// A request changes once: when it is decided or withdrawn.
fn version(id: &str, open: bool) -> String {
    format!("{id}-{}", if open { "open" } else { "over" })
}

shape! {
    /// 依頼. Nobody's name: as the desk that decides sees it.
    pub struct Asked {
        id: String = "依頼の番号", "0199f0c2-0000-7000-8000-000000000008";
        client: String = "利用者番号", "M-01275";
        age: String = "年齢のことば", "6歳5か月";
        area: String = "担当地区（コード表 area）", "east";
        cares: Vec<String> = "医療的ケア（コード表 care_kind）", ["suction"];
        needs: Vec<String> = "必要な得意分野（コード表 skill）", ["ventilator"];
        received_on: Day = "受け付けた日", "2026-11-19";
        received_from: String = "だれから", "母から電話";
        days: i64 = "待っている日数", 1;
        desk: String = "担当を決める窓口", "医療的ケア児支援センター";
        note: String = "決める人に伝えること", "";
        open: bool = "まだ決まっていない", true;
        href: String = "住所", "/api/v1/requests/0199f0c2-0000-7000-8000-000000000008";
    }
}

shape! {
    /// 理由.
    pub struct Why {
        text: String = "理由", "東地区を担当している";
        points: i64 = "点", 20;
    }
}

shape! {
    /// 候補.
    pub struct Proposed {
        account: String = "職員の番号", "0199f0c2-0000-7000-8000-000000000003";
        name: String = "氏名", "高橋 由美";
        organisation: String = "機関", "医療的ケア児支援センター";
        points: i64 = "点の合計", 30;
        cases: i64 = "いまの件数", 2;
        load: i64 = "いまの重み（100で1件分）", 250;
        limit: i64 = "目安（100で1件分）", 300;
        fors: Vec<Why> = "向いている理由";
        againsts: Vec<Why> = "向いていない理由";
        on_leave: bool = "休み（選べない）", false;
    }
}

shape! {
    /// 依頼と候補.
    pub struct Shown {
        request: Asked = "依頼";
        candidates: Vec<Proposed> = "候補（向いている順）";
    }
}

impl From<Waiting> for Asked {
    fn from(w: Waiting) -> Self {
        Self {
            received_on: Day(day(&w)),
            href: href(&w.id),
            id: w.id,
            client: w.number.to_string(),
            age: w.age,
            area: w.area,
            cares: w.facts.cares,
            needs: w.needs,
            received_from: w.received_from,
            days: w.days,
            desk: w.desk,
            note: w.note,
            open: w.open,
        }
    }
}

impl From<Reason> for Why {
    fn from(r: Reason) -> Self {
        Self { text: r.text, points: r.points }
    }
}

impl From<Candidate> for Proposed {
    fn from(c: Candidate) -> Self {
        Self {
            account: c.account_id,
            name: c.name,
            organisation: c.organisation,
            points: c.points,
            cases: c.cases,
            load: c.load,
            limit: c.limit,
            fors: c.fors.into_iter().map(Why::from).collect(),
            againsts: c.againsts.into_iter().map(Why::from).collect(),
            on_leave: c.on_leave,
        }
    }
}
