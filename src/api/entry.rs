//! JSON and addresses become the same answers a page would have sent.

use serde_json::{Map, Value};

use super::shape::moment;
use crate::web::submitted::decode;
use crate::web::{Entry, Form, Kind};

/// The answers of an object that fits the form's schema.
pub fn of_object(form: &Form, object: &Map<String, Value>) -> Entry {
    let mut entry = Entry::default();
    for field in &form.fields {
        let mut put = |text: String| entry.0.push((field.name.to_owned(), text));
        match object.get(field.name) {
            Some(Value::String(text)) => {
                match moment(text).filter(|_| field.kind == Kind::DateTime) {
                    // Forms read what clocks in Japan show.
                    Some(at) => put(at.civil().to_string()),
                    None => put(text.clone()),
                }
            }
            Some(Value::Number(n)) => put(n.to_string()),
            Some(Value::Bool(true)) => put("1".into()),
            Some(Value::Array(all)) => {
                all.iter().filter_map(Value::as_str).for_each(|one| put(one.to_owned()));
            }
            _ => {}
        }
    }
    entry
}

/// The query of an address as the object it means: numbers, check marks and lists by their field.
/// What cannot be one stays text, and does not fit the schema.
pub fn of_query(form: &Form, query: &str) -> Map<String, Value> {
    let mut out = Map::new();
    for (name, text) in decode(query.as_bytes()) {
        let value = match form.field(&name).map(|f| f.kind) {
            Some(Kind::Number { .. }) => {
                text.parse::<i64>().map_or(Value::String(text), Value::from)
            }
            Some(Kind::Yes) => text.parse::<bool>().map_or(Value::String(text), Value::from),
            Some(Kind::Codes(_)) => {
                if let Some(Value::Array(all)) = out.get_mut(&name) {
                    all.push(text.into());
                    continue;
                }
                Value::Array(vec![text.into()])
            }
            _ => Value::String(text),
        };
        out.insert(name, value);
    }
    out
}
