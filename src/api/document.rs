//! OpenAPI 3.1, and the same as a page: both made from the table of operations.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::imports::KINDS;
use super::operation::{Effect, OPERATIONS, Operation};
use super::shape;
use crate::access::Actor;
use crate::clients::parts::{self, Part};
use crate::codes::Codes;
use crate::web::{App, Page, Result, page};

pub async fn get(State(app): State<App>) -> Response {
    let text = document(&app.codes).to_string();
    ([("content-type", "application/json")], text).into_response()
}

/// `GET /help/api`: what a person who connects a program reads.
pub async fn get_page(State(app): State<App>, actor: Actor) -> Result<Response> {
    let lines = concrete().into_iter().map(|(op, part, path)| Line::of(op, part, path, &app.codes));
    page(Guide { page: app.page(&actor, "連携の手引き", ""), lines: lines.collect() })
}

/// Every operation at each path it has: those about a part once for each part.
pub fn concrete() -> Vec<(&'static Operation, &'static Part, String)> {
    let mut out = vec![];
    for op in OPERATIONS {
        let of_part = op.path.contains("{part}");
        for part in parts::all().iter().take(if of_part { usize::MAX } else { 1 }) {
            out.push((op, part, op.path.replace("{part}", part.id)));
        }
    }
    out
}

pub fn document(codes: &Codes) -> Value {
    let mut paths = Map::new();
    for (op, part, path) in concrete() {
        let at = paths.entry(path).or_insert_with(|| json!({}));
        at[op.method.to_lowercase()] = operation(op, part, codes);
    }
    json!({
        "openapi": "3.1.0",
        "info": {"title": "架け橋 連携", "version": "1", "description":
            "画面と同じ規則・同じ見える範囲で、記録を読み書きします。日付は西暦の ISO 8601、時間は分の整数です。"},
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "paths": paths,
    })
}

/// 「住まいを読む」; what is not about one part says it all itself.
fn title(op: &Operation, part: &Part) -> String {
    let of = if op.path.contains("{part}") { part.title } else { "" };
    format!("{of}{}", op.title)
}

fn operation(op: &Operation, part: &'static Part, codes: &Codes) -> Value {
    let of_part = op.path.contains("{part}");
    let id = if of_part { format!("{}_{}", op.id, part.id) } else { op.id.to_owned() };
    let mut out = json!({
        "operationId": id,
        "summary": title(op, part),
        "parameters": parameters(op, part, codes),
        "responses": responses(op, part, codes),
    });
    if !op.scope.is_empty() {
        out["description"] = format!("鍵に {} が要ります。", op.scope).into();
    }
    if op.file {
        let binary = || json!({"schema": {"type": "string", "format": "binary"}});
        let kinds = KINDS.iter().map(|(kind, _)| ((*kind).to_owned(), binary()));
        let content: Map<_, _> = kinds.collect();
        out["requestBody"] = json!({"required": true, "content": content});
    } else if !op.is_query() {
        out["requestBody"] = json!({"required": true, "content": {"application/json": {
            "schema": shape::of_form(&(op.form)(part, codes), codes),
            "example": request(op, part, codes),
        }}});
    }
    out
}

/// A request that the document shows, and that is saved.
pub fn request(op: &Operation, part: &'static Part, codes: &Codes) -> Value {
    if !op.request.is_empty() {
        return serde_json::from_str(op.request).unwrap_or(Value::Null);
    }
    let form = (op.form)(part, codes);
    // Who somebody else is, only the program that asks can know.
    let known = form.fields.iter().filter(|f| f.kind != crate::web::Kind::Client);
    known.map(|f| (f.name.to_owned(), shape::sample(f, codes))).collect::<Map<_, _>>().into()
}

fn parameters(op: &Operation, part: &'static Part, codes: &Codes) -> Vec<Value> {
    let mut out = vec![];
    for name in op.path.split(['{', '}']).skip(1).step_by(2).filter(|n| *n != "part") {
        out.push(json!({"name": name, "in": "path", "required": true,
            "schema": {"type": "string", "minLength": 1}}));
    }
    if op.is_query() {
        for f in (op.form)(part, codes).fields {
            out.push(json!({"name": f.name, "in": "query", "required": f.required,
                "schema": shape::of_field(&crate::web::Field { required: true, ..f }, codes)}));
        }
    }
    if op.effect != Effect::Reads {
        out.push(json!({"name": "Idempotency-Key", "in": "header", "required": true,
            "description": "依頼ごとに新しい値。同じ値で送り直しても二重には登録されません（24時間）。",
            "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{8,64}$"}}));
    }
    if op.effect == Effect::Changes {
        out.push(json!({"name": "If-Match", "in": "header", "required": true,
            "description": "先に読んだときの ETag。", "schema": {"type": "string"}}));
    }
    if op.method == "GET" {
        out.push(json!({"name": "If-None-Match", "in": "header", "required": false,
            "description": "先に読んだときの ETag。変わっていなければ 304。",
            "schema": {"type": "string"}}));
    }
    out
}

/// The statuses an operation may answer besides its success.
const ALWAYS: &[(&str, &str)] = &[
    ("401", "鍵がない、止めた、期限を過ぎた"),
    ("403", "鍵にこの操作が含まれない"),
    ("404", "ないか、この鍵では見えない"),
    ("406", "Accept が application/json を含まない"),
    ("422", "項目に直すところがある"),
    ("429", "依頼が多すぎる。Retry-After の秒数だけ待つ"),
];
const SENDING: &[(&str, &str)] = &[
    ("400", "JSON として読めない、または Idempotency-Key がない"),
    ("409", "ほかの人が先に変えた、または同じ依頼を処理している"),
    ("413", "256KBを超える（ファイルは20MB）"),
    ("415", "application/json でない（ファイルは CSV か Excel）"),
];
const CHANGING: &[(&str, &str)] = &[("412", "If-Match が今の版と違う"), ("428", "If-Match がない")];

fn responses(op: &Operation, part: &'static Part, codes: &Codes) -> Value {
    let (status, headers) = match op.effect {
        Effect::Reads => (
            "200",
            json!({"ETag": {"schema": {"type": "string"}},
            "Link": {"description": "次の頁（rel=next）", "schema": {"type": "string"}}}),
        ),
        Effect::Makes => ("201", json!({"Location": {"schema": {"type": "string"}}})),
        Effect::Changes => ("200", json!({"ETag": {"schema": {"type": "string"}}})),
    };
    let mut out = json!({ status: {"description": "できた", "headers": headers,
        "content": {"application/json": {
            "schema": (op.answer)(part, codes), "example": (op.example)(part, codes)}}}});
    if op.method == "GET" {
        out["304"] = json!({"description": "If-None-Match の版から変わっていない"});
    }
    let sending = if op.method == "GET" { &[][..] } else { SENDING };
    let changing = if op.effect == Effect::Changes { CHANGING } else { &[] };
    for (status, why) in ALWAYS.iter().chain(sending).chain(changing) {
        out[*status] = json!({"description": why,
            "content": {"application/problem+json": {"schema": problem()}}});
    }
    out
}

fn problem() -> Value {
    let text = || json!({"type": "string"});
    json!({"type": "object", "required": ["type", "title", "status", "detail"], "properties": {
        "type": text(), "title": text(), "status": {"type": "integer"}, "detail": text(),
        "errors": {"type": "array", "items":
            shape::object(vec![("pointer", text()), ("detail", text())])}}})
}

/// 手引きの一節.
struct Line {
    method: &'static str,
    path: String,
    title: String,
    scope: &'static str,
    fields: Vec<(&'static str, &'static str, bool)>,
    request: String,
    answer: String,
    curl: String,
}

impl Line {
    fn of(op: &Operation, part: &'static Part, path: String, codes: &Codes) -> Self {
        let pretty = |v: &Value| serde_json::to_string_pretty(v).unwrap_or_default();
        let fields =
            (op.form)(part, codes).fields.into_iter().map(|f| (f.name, f.label, f.required));
        Self {
            method: op.method,
            title: title(op, part),
            scope: op.scope,
            curl: curl(op, part, &path, codes),
            path,
            fields: fields.collect(),
            request: if op.is_query() { String::new() } else { pretty(&request(op, part, codes)) },
            answer: pretty(&(op.example)(part, codes)),
        }
    }
}

/// The same request from a command line: HOST, TOKEN and ETAG are the reader's.
fn curl(op: &Operation, part: &'static Part, path: &str, codes: &Codes) -> String {
    let mut path = path.to_owned();
    for (name, example) in IN_PATHS {
        path = path.replace(&format!("{{{name}}}"), example);
    }
    let query = if op.file { "?layout=consultations" } else { "" };
    let mut out = vec![format!("curl \"$HOST{path}{query}\" -H \"Authorization: Bearer $TOKEN\"")];
    if op.effect != Effect::Reads {
        out.push("-H \"Idempotency-Key: $(uuidgen)\"".into());
    }
    if op.effect == Effect::Changes {
        out.push("-H \"If-Match: $ETAG\"".into());
    }
    if op.file {
        out.push("-H 'Content-Type: text/csv' --data-binary @相談.csv".into());
    } else if op.method == "POST" {
        let body = request(op, part, codes).to_string().replace('\'', "");
        out.push(format!("-H 'Content-Type: application/json' -d '{body}'"));
    }
    out.join(" \\\n  ")
}

/// What the examples put in place of what an address names.
const IN_PATHS: &[(&str, &str)] = &[
    ("number", "M-01275"),
    ("id", "0199f0c2-0000-7000-8000-000000000002"),
    ("row", "0199f0c2-0000-7000-8000-000000000001"),
    ("member", "0199f0c2-0000-7000-8000-000000000005"),
    ("account", "0199f0c2-0000-7000-8000-000000000003"),
    ("edition", "1"),
];

#[derive(Template)]
#[template(path = "api/guide.html")]
struct Guide {
    page: Page,
    lines: Vec<Line>,
}
