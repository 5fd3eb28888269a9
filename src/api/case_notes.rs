//! 支援経過 as JSON: listed, written, shown, corrected, withdrawn.

use axum::extract::State;

use super::call::{Call, Outcome};
use super::operation::{Operation, example, schema};
use super::paging::{self, COUNTED, Listed, Order};
use super::shape::Moment;
use crate::audit::Event;
use crate::case_notes::{self as noun, CaseNote, correct, list, withdraw, write};
use crate::clients;
use crate::shape;
use crate::web::{App, Field, Form, Kind};

pub const LIST: Operation = Operation {
    form: |_, _| list_form(),
    ..Operation::reads(
        "/api/v1/case-notes",
        "listCaseNotes",
        "支援経過を新しい順に読む（mine で自分の分だけ）",
        "read:case_notes",
    )
    .answers(schema::<Listed<Line>>, example::<Listed<Line>>)
};

const OF: &str = "/api/v1/clients/{number}/case-notes";

pub const OF_CLIENT: Operation = Operation {
    form: |_, _| paging::form(list::filter_form().fields),
    path: OF,
    id: "listCaseNotesOfClient",
    title: "一人の支援経過を新しい順に読む",
    ..LIST
};

pub const WRITE: Operation = Operation {
    form: |_, codes| write::form(codes),
    request: r#"{"kind": "call", "text": "母と電話で話した", "occurred_at":
        "2026-11-19T10:00:00+09:00", "with_whom": "母"}"#,
    ..Operation::makes(OF, "writeCaseNote", "支援経過を記録する", "write:case_notes")
};

pub const SHOW: Operation = Operation::reads(
    "/api/v1/case-notes/{id}",
    "showCaseNote",
    "支援経過を読む",
    "read:case_notes",
)
.answers(schema::<Shown>, example::<Shown>);

pub const CORRECT: Operation = Operation {
    form: |_, codes| correct::form(codes),
    request: r#"{"kind": "call", "text": "父と電話で話した", "occurred_at":
        "2026-11-19T10:00:00+09:00", "with_whom": "父", "why": "相手の書きまちがい"}"#,
    ..Operation::changes(
        "/api/v1/case-notes/{id}/correct",
        "correctCaseNote",
        "支援経過を訂正する（前の記録も残る）",
        "write:case_notes",
    )
};

pub const WITHDRAW: Operation = Operation {
    form: |_, _| withdraw::form(),
    request: r#"{"why": "同じことを二度書いた"}"#,
    path: "/api/v1/case-notes/{id}/withdraw",
    id: "withdrawCaseNote",
    title: "支援経過を取り消す（記録は残る）",
    ..CORRECT
};

pub async fn get_list(State(app): State<App>, call: Call) -> Outcome {
    let (mut read, mut asked) = (app.read(&call.actor).await?, call.values.clone());
    if call.values.yes("mine") {
        asked.put_text("author", &call.actor.account_id);
    }
    let limits = (paging::limit(&call) + 1, COUNTED + 1);
    let (rows, total) = list::page_of(&mut read, asked, paging::key(&call)?, limits).await?;
    drop(read);
    app.viewed(&call.actor, Event::new("view", "case_notes", "")).await?;
    call.page(&paging::of_page(&call, rows, total, key, Line::from))
}

pub async fn get_of_client(State(app): State<App>, call: Call) -> Outcome {
    let mut read = app.read(&call.actor).await?;
    let client = clients::see(&mut read, call.at("number")).await?;
    let rows = list::of_client(&mut read, &client.id, call.values.clone()).await?;
    drop(read);
    app.viewed(&call.actor, Event::new("view", "case_notes", "").about(&client.id)).await?;
    call.page(&paging::of_all(&call, rows, Order::Down, key, Line::from))
}

pub async fn post(State(app): State<App>, call: Call) -> Outcome {
    let mut tx = call.begin(&app).await?;
    let client = clients::see(&mut tx, call.at("number")).await?;
    let id = noun::write(&mut tx, &client.id, &call.values).await?;
    call.made(tx, &id, href(&id), &id).await
}

pub async fn get(State(app): State<App>, call: Call) -> Outcome {
    let mut read = app.read(&call.actor).await?;
    let (e, minutes) = noun::see_with_minutes(&mut read, call.at("id")).await?;
    drop(read);
    app.viewed(&call.actor, Event::new("view", "case_note", &e.id).about(&e.client_id)).await?;
    call.answer(&version(&e), &shown(e, minutes))
}

pub async fn post_correct(State(app): State<App>, call: Call) -> Outcome {
    let mut tx = call.begin(&app).await?;
    let (old, _) = noun::see_with_minutes(&mut tx, call.at("id")).await?;
    call.matches(&version(&old))?;
    let id = correct::correct(&mut tx, &old.id, &call.values).await?;
    call.made(tx, &id, href(&id), &id).await
}

pub async fn post_withdraw(State(app): State<App>, call: Call) -> Outcome {
    let mut tx = call.begin(&app).await?;
    let (old, _) = noun::see_with_minutes(&mut tx, call.at("id")).await?;
    call.matches(&version(&old))?;
    withdraw::withdraw(&mut tx, &old.id, call.values.text("why")).await?;
    let version = format!("{}-void", old.id);
    call.made(tx, &old.id, href(&old.id), &version).await
}

fn list_form() -> Form {
    let mut fields = list::filter_form().fields;
    fields.push(Field::new("mine", "自分が記録したものだけ", Kind::Yes));
    paging::form(fields)
}

fn href(id: &str) -> String {
    format!("/api/v1/case-notes/{id}")
}

fn key(e: &CaseNote) -> String {
    format!("{}~{}", e.occurred_at, e.id)
}

/// A row never changes but for being voided.
fn version(e: &CaseNote) -> String {
    if e.voided_at.is_some() { format!("{}-void", e.id) } else { e.id.clone() }
}

shape! {
    /// 支援経過の見出し.
    pub struct Line {
        id: String = "支援経過の番号", "0199f0c2-0000-7000-8000-000000000006";
        client: String = "利用者番号", "M-01275";
        occurred_at: Moment = "行った時点";
        kind: String = "支援の方法（コード表 note_kind）", "call";
        text: String = "したこと・聞いたこと", "母と電話で話した";
        author: String = "記録した人", "高橋 由美";
        minutes: i64 = "時間（分）", 30;
        href: String = "住所", "/api/v1/case-notes/0199f0c2-0000-7000-8000-000000000006";
    }
}

shape! {
    /// 活動ごとの時間.
    pub struct Spent {
        activity: String = "活動（コード表 activity）", "talk";
        minutes: i64 = "時間（分）", 30;
    }
}

shape! {
    /// 支援経過.
    pub struct Shown {
        id: String = "支援経過の番号", "0199f0c2-0000-7000-8000-000000000006";
        client: String = "利用者番号", "M-01275";
        occurred_at: Moment = "行った時点";
        kind: String = "支援の方法（コード表 note_kind）", "call";
        with_whom: String = "相手の人", "母";
        partner: Option<String> = "相手の機関", serde_json::Value::Null;
        text: String = "したこと・聞いたこと", "母と電話で話した";
        agreed: String = "決まったこと", "訪問看護に伝える";
        minutes: Vec<Spent> = "活動ごとの時間";
        author: String = "記録した人", "高橋 由美";
        organisation: String = "記録した機関", "医療的ケア児支援センター";
        recorded_at: Moment = "登録した時点";
        replaces: Option<String> = "訂正前の支援経過", serde_json::Value::Null;
        voided_at: Option<Moment> = "訂正・取り消しの時点", serde_json::Value::Null;
        void_reason: Option<String> = "訂正・取り消しの理由", serde_json::Value::Null;
    }
}

impl From<CaseNote> for Line {
    fn from(e: CaseNote) -> Self {
        Self {
            client: e.client_number().to_string(),
            href: href(&e.id),
            id: e.id,
            occurred_at: Moment(e.occurred_at),
            kind: e.kind,
            text: e.text,
            author: e.author,
            minutes: e.minutes,
        }
    }
}

fn shown(e: CaseNote, minutes: Vec<(String, i64)>) -> Shown {
    let spent = |(activity, minutes)| Spent { activity, minutes };
    Shown {
        client: e.client_number().to_string(),
        id: e.id,
        occurred_at: Moment(e.occurred_at),
        kind: e.kind,
        with_whom: e.with_whom,
        partner: e.partner,
        text: e.text,
        agreed: e.agreed,
        minutes: minutes.into_iter().map(spent).collect(),
        author: e.author,
        organisation: e.organisation,
        recorded_at: Moment(e.recorded_at),
        replaces: e.replaces_id,
        voided_at: e.voided_at.map(Moment),
        void_reason: e.void_reason,
    }
}
