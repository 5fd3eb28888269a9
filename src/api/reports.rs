//! 統計 as JSON: what there is, a table as the caller may see it, editions as they were published.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use serde_json::{Value, json};

use super::call::{Call, Outcome, Stop};
use super::operation::{Operation, example, schema};
use super::paging::{self, Listed, Order};
use super::shape::{Day, Moment, Shape, nullable, object, titled};
use crate::audit::Event;
use crate::clients::parts::Part;
use crate::codes::Codes;
use crate::reports::edition::{self, EditionLine, Kept};
use crate::reports::{Ask, Catalogue, Figures, Report, ask, draw, files};
use crate::shape;
use crate::web::{App, Error, Field, Form, Kind, Problems};

const READ: &str = "read:reports";

pub const LIST: Operation = Operation {
    form: |_, _| paging::form(vec![]),
    ..Operation::reads("/api/v1/reports", "listReports", "この鍵で読める統計", READ)
        .answers(schema::<Listed<Line>>, example::<Listed<Line>>)
};

pub const RUN: Operation = Operation {
    form: |_, _| run_form(),
    ..Operation::reads("/api/v1/reports/{id}", "runReport", "統計を集計した表", READ)
        .answers(table_schema, table_example)
};

pub const EDITIONS: Operation = Operation {
    form: |_, _| paging::form(vec![]),
    ..Operation::reads("/api/v1/reports/{id}/editions", "listEditions", "確定した版", READ)
        .answers(schema::<Listed<EditionOf>>, example::<Listed<EditionOf>>)
};

pub const EDITION: Operation = Operation::reads(
    "/api/v1/reports/{id}/editions/{edition}",
    "showEdition",
    "確定した版の表",
    READ,
)
.answers(edition_schema, edition_example);

type All = Extension<Arc<Catalogue>>;

pub async fn get_list(Extension(all): All, call: Call) -> Outcome {
    let role = call.actor.role;
    let mine: Vec<_> = all.all().filter(|r| r.front.allows(role)).map(|r| line(r)).collect();
    call.page(&paging::of_all(&call, mine, Order::Up, |l| l.id.clone(), |l| l))
}

pub async fn get(State(app): State<App>, Extension(all): All, call: Call) -> Outcome {
    let report = find(&all, &call)?;
    let ask = asked(&app, &report, &call)?;
    let figures = draw(&mut app.read(&call.actor).await?, &report, ask, &app.codes).await?;
    given(&app, &call, &report.id, &figures).await
}

pub async fn get_editions(State(app): State<App>, Extension(all): All, call: Call) -> Outcome {
    let report = find(&all, &call)?;
    let rows = edition::editions(&mut app.read(&call.actor).await?, &report.id).await?;
    let key = |e: &EditionLine| format!("{:09}", e.number);
    let make = |e| EditionOf::of(&report.id, e);
    call.page(&paging::of_all(&call, rows, Order::Down, key, make))
}

pub async fn get_edition(State(app): State<App>, Extension(all): All, call: Call) -> Outcome {
    let report = find(&all, &call)?;
    let number = call.at("edition").parse().map_err(|_| Error::NotFound)?;
    let kept = edition::kept(&mut app.read(&call.actor).await?, &report.id, number).await?;
    let body = said(number, &kept)?;
    let event = Event::new("export", "report", &kept.id).fields("json");
    app.viewed(&call.actor, event.content(body.to_string().as_bytes())).await?;
    call.answer("", &body)
}

fn said(number: i64, kept: &Kept) -> Result<Value, Error> {
    Ok(json!({
        "edition": number,
        "published_at": kept.published_at,
        "published_by": kept.name,
        "note": kept.note,
        "table": files::value_of(&kept.figures()?),
    }))
}

fn find(all: &Catalogue, call: &Call) -> Result<Arc<Report>, Error> {
    all.find(call.at("id"), call.actor.role).ok_or(Error::NotFound)
}

/// What this report can be asked is less than what all can: the rest is refused by name.
fn asked(app: &App, report: &Report, call: &Call) -> Result<Ask, Error> {
    let narrow = report.front.hides_below(call.actor.role).is_some();
    let period = report.front.period;
    let (form, mut bad) = (ask::form(period, narrow), Problems::default());
    for (name, _) in &call.entry.0 {
        if form.field(name).is_none() {
            bad.add(name, "この統計では、この条件は使えません");
        }
    }
    match bad.is_empty() {
        true => Ok(Ask::read(&call.entry, period, narrow, &call.actor, &app.codes)?),
        false => Err(Error::Refused(bad)),
    }
}

/// Who took which figures is recorded before they leave.
async fn given(
    app: &App,
    call: &Call,
    id: &str,
    figures: &Figures,
) -> Result<axum::response::Response, Stop> {
    let body = files::value_of(figures);
    let event = Event::new("export", "report", id).fields("json");
    app.viewed(&call.actor, event.content(body.to_string().as_bytes())).await?;
    call.answer("", &body)
}

/// Every condition any report knows.
fn run_form() -> Form {
    Form::new(
        "api-report",
        "集計の条件",
        vec![
            Field::new("fy", "年度（西暦）", Kind::Text(20)),
            Field::new("from", "期間の始まり", Kind::Date),
            Field::new("until", "期間の終わり（この日まで）", Kind::Date),
            Field::new("on", "いつの状態か", Kind::Date),
            Field::new("as_of", "いつの時点の記録で数えるか", Kind::Date),
        ],
    )
}

shape! {
    /// 統計の見出し.
    pub struct Line {
        id: String = "統計の名前", "counts";
        title: String = "題", "相談の件数";
        description: String = "内容", "受けた相談を、相談した人と支援の種別で数える。";
        counted: String = "単位", "件（延べ）";
        period: String = "期間で数える（span）か、ある日を数える（day）か", "span";
        href: String = "住所", "/api/v1/reports/counts";
    }
}

shape! {
    /// 版の見出し.
    pub struct EditionOf {
        edition: i64 = "版", 1;
        period: String = "期間", "令和8年度";
        published: String = "確定した日のことば", "令和8年（2026年）11月20日";
        note: String = "どこで公表したか", "令和8年度第1回協議会";
        href: String = "住所", "/api/v1/reports/counts/editions/1";
    }
}

impl EditionOf {
    fn of(report: &str, e: EditionLine) -> Self {
        Self {
            href: format!("/api/v1/reports/{report}/editions/{}", e.number),
            edition: e.number,
            period: e.period,
            published: e.published,
            note: e.note,
        }
    }
}

fn line(r: &Report) -> Line {
    let period = if r.front.period == ask::Period::Day { "day" } else { "span" };
    Line {
        id: r.id.clone(),
        title: r.front.title.clone(),
        description: r.front.description.clone(),
        counted: r.front.counted(),
        period: period.into(),
        href: format!("/api/v1/reports/{}", r.id),
    }
}

/// The table as every file of a report says it (`reports/files.rs`).
fn table_schema(_: &'static Part, _: &Codes) -> Value {
    let text = String::schema;
    let keys = || json!({"type": "object"});
    let number = || nullable(json!({"type": "number"}));
    let cell = object(vec![
        ("value", titled(number(), "数（隠したときは null）")),
        ("hidden", titled(bool::schema(), "少ないので隠した")),
        ("percent", titled(number(), "割合（％）")),
    ]);
    let column = object(vec![
        ("labels", Vec::<String>::schema()),
        ("keys", keys()),
        ("unit", text()),
        ("total", bool::schema()),
        ("period", i64::schema()),
    ]);
    let row = object(vec![
        ("labels", Vec::<String>::schema()),
        ("keys", keys()),
        ("total", bool::schema()),
        ("cells", json!({"type": "array", "items": cell})),
    ]);
    object(vec![
        ("report", text()),
        ("title", text()),
        ("description", text()),
        ("unit", text()),
        (
            "period",
            object(vec![("from", Day::schema()), ("until", Day::schema()), ("words", text())]),
        ),
        ("known_at", Moment::schema()),
        ("sight", text()),
        ("columns", json!({"type": "array", "items": column})),
        ("rows", json!({"type": "array", "items": row})),
        ("notes", Vec::<String>::schema()),
        ("source", text()),
    ])
}

fn table_example(_: &'static Part, _: &Codes) -> Value {
    json!({
        "report": "counts", "title": "相談の件数", "description": "受けた相談の件数",
        "unit": "件（延べ）",
        "period": {"from": "2026-04-01", "until": "2027-03-31", "words": "令和8年度"},
        "known_at": "2026-11-20T01:00:00.000Z",
        "sight": "この自治体・センターの記録すべてから数えました。",
        "columns": [{"labels": ["件数"], "keys": {}, "unit": "件", "total": false, "period": 0}],
        "rows": [{"labels": ["本人・家族"], "keys": {"inquirer_kind": "family"}, "total": false,
            "cells": [{"value": 12, "hidden": false, "percent": null}]}],
        "notes": [], "source": "",
    })
}

fn edition_schema(part: &'static Part, codes: &Codes) -> Value {
    object(vec![
        ("edition", i64::schema()),
        ("published_at", Moment::schema()),
        ("published_by", String::schema()),
        ("note", String::schema()),
        ("table", table_schema(part, codes)),
    ])
}

fn edition_example(part: &'static Part, codes: &Codes) -> Value {
    json!({"edition": 1, "published_at": "2026-11-20T01:00:00.000Z", "published_by": "高橋 由美",
        "note": "令和8年度第1回協議会", "table": table_example(part, codes)})
}
