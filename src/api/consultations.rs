//! 相談 as JSON: listed, searched, logged, shown, corrected, withdrawn.

use axum::extract::State;

use super::call::{Call, Outcome};
use super::operation::{Operation, example, schema};
use super::paging::{self, COUNTED, Listed};
use super::shape::Moment;
use crate::audit::Event;
use crate::consultations::{self as noun, Consultation, correct, list, log, withdraw};
use crate::shape;
use crate::web::{App, Field};

const ALL: &str = "/api/v1/consultations";
const READ: &str = "read:consultations";
const WRITE: &str = "write:consultations";

pub const LIST: Operation = Operation {
    form: |_, _| paging::form(filters(false)),
    ..Operation::reads(ALL, "listConsultations", "相談を新しい順に読む", READ)
        .answers(schema::<Listed<Line>>, example::<Listed<Line>>)
};

pub const SEARCH: Operation = Operation {
    form: |_, _| paging::form(filters(true)),
    request: r#"{"q": "短期入所", "from": "2026-04-01", "limit": 20}"#,
    method: "POST",
    path: "/api/v1/consultations/search",
    id: "searchConsultations",
    title: "相談をことばでさがす（ことばは URL に残さない）",
    ..LIST
};

pub const LOG: Operation = Operation {
    form: |_, _| log::form(),
    request: r#"{"scope": "community", "inquirer_kind": "family", "channel": "phone",
        "text": "短期入所を探している", "occurred_at": "2026-11-19T10:00:00+09:00",
        "minutes": 20}"#,
    ..Operation::makes(ALL, "logConsultation", "相談を記録する", WRITE)
};

pub const SHOW: Operation =
    Operation::reads("/api/v1/consultations/{id}", "showConsultation", "相談を読む", READ)
        .answers(schema::<Shown>, example::<Shown>);

pub const CORRECT: Operation = Operation {
    form: |_, _| correct::form(),
    request: r#"{"scope": "community", "inquirer_kind": "family", "channel": "phone",
        "text": "短期入所と送迎を探している", "occurred_at": "2026-11-19T10:00:00+09:00",
        "why": "書きもらし"}"#,
    ..Operation::changes(
        "/api/v1/consultations/{id}/correct",
        "correctConsultation",
        "相談を訂正する（前の記録も残る）",
        WRITE,
    )
};

pub const WITHDRAW: Operation = Operation {
    form: |_, _| withdraw::form(),
    request: r#"{"why": "同じ相談を二度登録した"}"#,
    ..Operation::changes(
        "/api/v1/consultations/{id}/withdraw",
        "withdrawConsultation",
        "相談を取り消す（記録は残る）",
        WRITE,
    )
};

/// `GET`, and `POST .../search`.
pub async fn get_list(State(app): State<App>, call: Call) -> Outcome {
    let (mut read, asked) = (app.read(&call.actor).await?, call.values.clone());
    let limits = (paging::limit(&call) + 1, COUNTED + 1);
    let found = list::page_of(&mut read, asked, paging::key(&call)?, limits).await?;
    drop(read);
    let event = Event::new("view", "consultations", "").client(found.client_id);
    app.viewed(&call.actor, event).await?;
    call.page(&paging::of_page(&call, found.rows, found.total, key, Line::from))
}

pub async fn get(State(app): State<App>, call: Call) -> Outcome {
    let mut read = app.read(&call.actor).await?;
    let (k, topics) = noun::see(&mut read, call.at("id")).await?;
    drop(read);
    let event = Event::new("view", "consultation", &k.id).client(k.client_id.clone());
    app.viewed(&call.actor, event).await?;
    call.answer(&version(&k), &shown(k, topics))
}

pub async fn post(State(app): State<App>, call: Call) -> Outcome {
    let mut tx = call.begin(&app).await?;
    let id = log::log(&mut tx, &call.values).await?;
    call.made(tx, &id, href(&id), &id).await
}

pub async fn post_correct(State(app): State<App>, call: Call) -> Outcome {
    let mut tx = call.begin(&app).await?;
    let (old, _) = noun::see(&mut tx, call.at("id")).await?;
    call.matches(&version(&old))?;
    let id = correct::correct(&mut tx, call.at("id"), &call.values).await?;
    call.made(tx, &id, href(&id), &id).await
}

pub async fn post_withdraw(State(app): State<App>, call: Call) -> Outcome {
    let mut tx = call.begin(&app).await?;
    let (old, _) = noun::see(&mut tx, call.at("id")).await?;
    call.matches(&version(&old))?;
    withdraw::withdraw(&mut tx, call.at("id"), call.values.text("why")).await?;
    let version = format!("{}-void", old.id);
    call.made(tx, &old.id, href(&old.id), &version).await
}

/// The questions of the page's list; what was said stands in no address.
fn filters(words: bool) -> Vec<Field> {
    let all = list::filter_form().fields.into_iter();
    all.filter(|f| words || f.name != "q").collect()
}

fn key(k: &Consultation) -> String {
    format!("{}~{}", k.occurred_at, k.id)
}

fn href(id: &str) -> String {
    format!("/api/v1/consultations/{id}")
}

/// A row never changes but for being voided.
fn version(k: &Consultation) -> String {
    if k.voided_at.is_some() { format!("{}-void", k.id) } else { k.id.clone() }
}

shape! {
    /// 相談の見出し.
    pub struct Line {
        id: String = "相談の番号", "0199f0c2-0000-7000-8000-000000000002";
        client: Option<String> = "利用者番号", "M-01275";
        occurred_at: Moment = "相談を受けた時点";
        channel: String = "方法（コード表 channel）", "phone";
        inquirer_kind: String = "相談した人（コード表 inquirer_kind）", "family";
        scope: String = "支援の種別（コード表 scope）", "individual";
        text: String = "相談の内容", "短期入所を探している";
        handler: String = "受けた人", "高橋 由美";
        organisation: String = "受けた機関", "医療的ケア児支援センター";
        href: String = "住所", "/api/v1/consultations/0199f0c2-0000-7000-8000-000000000002";
    }
}

impl From<Consultation> for Line {
    fn from(k: Consultation) -> Self {
        Self {
            client: k.client_number().map(|n| n.to_string()),
            href: href(&k.id),
            id: k.id,
            occurred_at: Moment(k.occurred_at),
            channel: k.channel,
            inquirer_kind: k.inquirer_kind,
            scope: k.scope,
            text: k.text,
            handler: k.handler,
            organisation: k.organisation,
        }
    }
}

shape! {
    /// 相談.
    pub struct Shown {
        id: String = "相談の番号", "0199f0c2-0000-7000-8000-000000000002";
        client: Option<String> = "利用者番号", "M-01275";
        standing: String = "相談の本人（コード表 standing）", "named";
        occurred_at: Moment = "相談を受けた時点";
        minutes: Option<i64> = "かかった時間（分）", 20;
        channel: String = "方法（コード表 channel）", "phone";
        inquirer_kind: String = "相談した人（コード表 inquirer_kind）", "family";
        inquirer_name: String = "相談した人の名前・所属", "母";
        inquirer_place: String = "ほかの区市町村・都道府県", "";
        scope: String = "支援の種別（コード表 scope）", "individual";
        series: String = "新規・継続（コード表 series）", "new";
        previous: Option<String> = "前の相談", serde_json::Value::Null;
        region: String = "地域（コード表 region）", "ku";
        text: String = "相談の内容", "短期入所を探している";
        answer: String = "答えたこと", "空きのある事業所を伝えた";
        topics: Vec<String> = "内容の分類（コード表 topic）", ["respite"];
        handler: String = "受けた人", "高橋 由美";
        organisation: String = "受けた機関", "医療的ケア児支援センター";
        recorded_at: Moment = "登録した時点";
        replaces: Option<String> = "訂正前の相談", serde_json::Value::Null;
        voided_at: Option<Moment> = "訂正・取り消しの時点", serde_json::Value::Null;
        void_reason: Option<String> = "訂正・取り消しの理由", serde_json::Value::Null;
    }
}

fn shown(k: Consultation, topics: Vec<String>) -> Shown {
    Shown {
        client: k.client_number().map(|n| n.to_string()),
        id: k.id,
        standing: k.standing,
        occurred_at: Moment(k.occurred_at),
        minutes: k.minutes,
        channel: k.channel,
        inquirer_kind: k.inquirer_kind,
        inquirer_name: k.inquirer_name,
        inquirer_place: k.inquirer_place,
        scope: k.scope,
        series: k.series,
        previous: k.previous_id,
        region: k.region,
        text: k.text,
        answer: k.answer,
        topics,
        handler: k.handler,
        organisation: k.organisation,
        recorded_at: Moment(k.recorded_at),
        replaces: k.replaces_id,
        voided_at: k.voided_at.map(Moment),
        void_reason: k.void_reason,
    }
}
