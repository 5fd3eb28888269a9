//! 担当 as JSON: who was in charge and why, and handing a case over.

use axum::extract::State;

use super::call::{Call, Outcome};
use super::operation::{Operation, example, schema};
use super::paging::{self, Listed, Order};
use super::shape::Day;
use crate::audit::Event;
use crate::coordinators::hand_over::{self, Assignment};
use crate::coordinators::history::{self, Past};
use crate::web::{App, Field, Form, Kind};
use crate::{clients, shape};

pub const HISTORY: Operation = Operation {
    form: |_, _| paging::form(vec![]),
    ..Operation::reads(
        "/api/v1/clients/{number}/assignments",
        "listAssignments",
        "担当の履歴と、その理由・引き継いだこと",
        "read:assignments",
    )
    .answers(schema::<Listed<Line>>, example::<Listed<Line>>)
};

pub const SHOW: Operation = Operation::reads(
    "/api/v1/assignments/{id}",
    "showAssignment",
    "担当を読む",
    "read:assignments",
)
.answers(schema::<Shown>, example::<Shown>);

pub const HAND_OVER: Operation = Operation {
    form: |_, _| hand_over_form(),
    request: r#"{"to": "0199f0c2-0000-7000-8000-000000000003", "starts_on": "2026-11-20",
        "weight": 100, "note": "週に一度、母に電話する約束", "follow_ups": true}"#,
    ..Operation::changes(
        "/api/v1/assignments/{id}/hand-over",
        "handOverCase",
        "担当を引き継ぐ",
        "write:assignments",
    )
};

pub async fn get_history(State(app): State<App>, call: Call) -> Outcome {
    let mut read = app.read(&call.actor).await?;
    let client = clients::see(&mut read, call.at("number")).await?;
    let rows = history::history(&mut read, &client.id, &app.codes).await?;
    drop(read);
    app.viewed(&call.actor, Event::new("view", "assignments", "").about(&client.id)).await?;
    let key = |p: &Past| format!("{}~{}", p.kept.2, p.id);
    call.page(&paging::of_all(&call, rows, Order::Down, key, Line::from))
}

pub async fn get(State(app): State<App>, call: Call) -> Outcome {
    let g = hand_over::see(&mut app.read(&call.actor).await?, call.at("id")).await?;
    app.viewed(&call.actor, Event::new("view", "assignment", &g.id).about(&g.client_id)).await?;
    call.answer(&version(&g), &Shown::from(g))
}

pub async fn post_hand_over(State(app): State<App>, call: Call) -> Outcome {
    let mut tx = call.begin(&app).await?;
    let old = hand_over::see(&mut tx, call.at("id")).await?;
    call.matches(&version(&old))?;
    let mut moved = vec![];
    if call.values.yes("follow_ups") {
        let waiting = hand_over::to_do(&mut tx, &old).await?;
        moved.extend(waiting.into_iter().map(|f| f.id));
    }
    let id = hand_over::hand_over(&mut tx, &old.id, &moved, &call.values).await?;
    let new = hand_over::see(&mut tx, &id).await?;
    call.made(tx, &id, format!("/api/v1/assignments/{id}"), &version(&new)).await
}

/// The form of the page; what is still to do goes along together or not at all.
fn hand_over_form() -> Form {
    let mut form = hand_over::form();
    form.fields.push(Field::new("follow_ups", "次にすることも、すべて引き継ぐ", Kind::Yes));
    form
}

fn version(g: &Assignment) -> String {
    format!("{}-{}", g.id, g.valid_until.as_deref().unwrap_or("open"))
}

shape! {
    /// 担当の履歴の一行.
    pub struct Line {
        id: String = "担当の番号", "0199f0c2-0000-7000-8000-000000000009";
        holder: String = "担当の人", "高橋 由美";
        organisation: String = "機関", "医療的ケア児支援センター";
        kind: String = "担当の種類（コード表 assignment_kind）", "main";
        weight: i64 = "重み（100で1件分）", 100;
        valid_from: Day = "いつから", "2026-04-01";
        valid_until: Option<Day> = "いつの前日まで", serde_json::Value::Null;
        reason: String = "決めた理由", "地区を担当しているため";
        decided_by: String = "決めた人", "高橋 由美";
        note: Option<String> = "引き継いだこと", serde_json::Value::Null;
        href: String = "住所", "/api/v1/assignments/0199f0c2-0000-7000-8000-000000000009";
    }
}

shape! {
    /// 担当.
    pub struct Shown {
        id: String = "担当の番号", "0199f0c2-0000-7000-8000-000000000009";
        account: String = "職員の番号", "0199f0c2-0000-7000-8000-000000000003";
        holder: String = "担当の人", "高橋 由美";
        kind: String = "担当の種類（コード表 assignment_kind）", "main";
        weight: i64 = "重み（100で1件分）", 100;
        valid_from: Day = "いつから", "2026-04-01";
        valid_until: Option<Day> = "いつの前日まで", serde_json::Value::Null;
    }
}

impl From<Past> for Line {
    fn from(p: Past) -> Self {
        let (kind, weight, from, until) = p.kept;
        Self {
            href: format!("/api/v1/assignments/{}", p.id),
            id: p.id,
            holder: p.holder,
            organisation: p.organisation,
            kind,
            weight,
            valid_from: Day(from),
            valid_until: until.map(Day),
            reason: p.reason,
            decided_by: p.by,
            note: p.note,
        }
    }
}

impl From<Assignment> for Shown {
    fn from(g: Assignment) -> Self {
        Self {
            id: g.id,
            account: g.account_id,
            holder: g.holder,
            kind: g.kind,
            weight: g.weight,
            valid_from: Day(g.valid_from),
            valid_until: g.valid_until.map(Day),
        }
    }
}
