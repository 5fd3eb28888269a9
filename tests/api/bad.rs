//! One bad value for every field of a body and of an address.

use kakehashi::api::operation::Effect;
use kakehashi::web::form::bad_entry;
use kakehashi::web::{Entry, Field, Kind};
use serde_json::{Value, json};

use super::stage::{Scene, Stage};
use super::{Ask, send_file};
use crate::support::{Answer, escape};

/// (field, what was answered), for every field and for one that does not exist.
pub async fn answers(stage: &Stage, s: &Scene) -> Vec<(String, Answer)> {
    let form = (s.op.form)(s.part, &stage.w.app.codes);
    let mut out = vec![];
    for field in &form.fields {
        let all = if s.op.is_query() { queries(field) } else { vec![] };
        for text in all {
            out.push((field.name.to_owned(), by_address(stage, s, field.name, &text).await));
        }
        if !s.op.is_query() {
            for body in bodies(s, field) {
                let said = stage.send("POST", &s.here, &body, &s.seen).await;
                out.push((field.name.to_owned(), said));
            }
        }
    }
    let unknown = match s.op.is_query() {
        true => by_address(stage, s, "no_such_field", "1").await,
        false => stage.send("POST", &s.here, &json!({"no_such_field": 1}), &s.seen).await,
    };
    out.push(("no_such_field".into(), unknown));
    out
}

async fn by_address(stage: &Stage, s: &Scene, name: &str, text: &str) -> Answer {
    let layout = if s.op.file && name != "layout" { "layout=consultations&" } else { "" };
    let path = format!("{}?{layout}{name}={}", s.here, escape(text));
    if !s.op.file {
        return stage.get(&path).await;
    }
    let key = stage.key();
    let ask = Ask { token: &stage.token, key: &key, seen: "" };
    send_file(&stage.w, &ask, &path, "text/csv", &stage.csv()).await
}

/// Texts of an address that are not of the field's kind.
fn queries(field: &Field) -> Vec<String> {
    match field.kind {
        Kind::Record => vec!["x".repeat(65)],
        Kind::Yes => vec!["perhaps".into()],
        Kind::Number { max, .. } => vec!["x".into(), (max + 1).to_string()],
        _ => bad_entry(field, &Entry::default())
            .map(|bad| vec![bad.get(field.name).to_owned()])
            .unwrap_or_default(),
    }
}

/// The scene's body with something else in the field: another kind of JSON, and what the form
/// itself must refuse.
fn bodies(s: &Scene, field: &Field) -> Vec<Value> {
    let with = |value: Value| {
        let mut body = s.body.clone();
        body[field.name] = value;
        body
    };
    let mut out = vec![with(json!({"a": [1]}))];
    if let Some(bad) = bad_entry(field, &Entry::default()) {
        let text = bad.get(field.name);
        out.push(match field.kind {
            Kind::Number { .. } => with(text.parse::<i64>().unwrap().into()),
            Kind::Codes(_) => with(json!([text])),
            // Who is not known is found nowhere, which is no mistake.
            Kind::Record if s.op.effect == Effect::Reads => with("x".repeat(65).into()),
            _ => with(text.into()),
        });
    }
    out
}
