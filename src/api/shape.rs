//! What JSON looks like: the shapes of answers, of the fields of a form, and whether a value fits.
//! One description serves the OpenAPI document, the check of every request and the tests.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::codes::Codes;
use crate::web::{Field, Form, Kind};

/// 形. A type that can say which JSON it becomes.
pub trait Shape {
    fn schema() -> Value;
    fn example() -> Value;
}

/// Declares an answer: a struct, its schema and its example in one place, so that they are one.
/// `field: type = "言葉", example;`
#[macro_export]
macro_rules! shape {
    ($(#[$meta:meta])* pub struct $name:ident {
        $($field:ident: $t:ty = $label:literal $(, $example:expr)?;)*
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, serde::Serialize)]
        pub struct $name { $(pub $field: $t,)* }

        impl $crate::api::shape::Shape for $name {
            fn schema() -> serde_json::Value {
                $crate::api::shape::object(vec![$((
                    stringify!($field),
                    $crate::api::shape::titled(
                        <$t as $crate::api::shape::Shape>::schema(), $label),
                )),*])
            }

            fn example() -> serde_json::Value {
                let mut all = serde_json::Map::new();
                $(all.insert(stringify!($field).into(), $crate::shape!(@ $t $(, $example)?));)*
                all.into()
            }
        }
    };
    (@ $t:ty) => { <$t as $crate::api::shape::Shape>::example() };
    (@ $t:ty, $example:expr) => { serde_json::json!($example) };
}

macro_rules! plain {
    ($($t:ty: $schema:tt, $example:tt;)*) => { $(
        impl Shape for $t {
            fn schema() -> Value { json!($schema) }
            fn example() -> Value { json!($example) }
        }
    )* };
}

plain! {
    String: {"type": "string"}, "例";
    i64: {"type": "integer"}, 1;
    bool: {"type": "boolean"}, false;
    Day: {"type": "string", "format": "date"}, "2026-11-20";
    Moment: {"type": "string", "format": "date-time"}, "2026-11-20T01:00:00.000Z";
}

/// 日. As the database keeps it, `2026-11-20`.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Day(pub String);

/// 時点. As the database keeps it, in UTC.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Moment(pub String);

impl<T: Shape> Shape for Option<T> {
    fn schema() -> Value {
        nullable(T::schema())
    }

    fn example() -> Value {
        T::example()
    }
}

impl<T: Shape> Shape for Vec<T> {
    fn schema() -> Value {
        json!({"type": "array", "items": T::schema()})
    }

    fn example() -> Value {
        json!([T::example()])
    }
}

pub fn titled(mut schema: Value, title: &str) -> Value {
    schema["title"] = title.into();
    schema
}

/// An object with exactly these fields, all of them there.
pub fn object(fields: Vec<(&str, Value)>) -> Value {
    let names: Vec<_> = fields.iter().map(|(n, _)| *n).collect();
    let properties: Map<_, _> = fields.iter().map(|(n, s)| ((*n).to_owned(), s.clone())).collect();
    json!({"type": "object", "properties": properties, "required": names,
        "additionalProperties": false})
}

pub fn nullable(mut schema: Value) -> Value {
    schema["type"] = json!([schema["type"], "null"]);
    if let Some(choices) = schema.get_mut("enum").and_then(Value::as_array_mut) {
        choices.push(Value::Null);
    }
    schema
}

/// What a form accepts as JSON.
pub fn of_form(form: &Form, codes: &Codes) -> Value {
    let fields = form.fields.iter().map(|f| (f.name.to_owned(), of_field(f, codes)));
    let required: Vec<_> = form.fields.iter().filter(|f| f.required).map(|f| f.name).collect();
    json!({"type": "object", "title": form.title, "properties": fields.collect::<Map<_, _>>(),
        "required": required, "additionalProperties": false})
}

/// The hours and minutes of a day.
pub const TIME: &str = "^([01][0-9]|2[0-3]):[0-5][0-9]$";

pub fn of_field(f: &Field, codes: &Codes) -> Value {
    let choices = |list: &str| codes.list(list).iter().map(|c| c.id.clone()).collect::<Vec<_>>();
    let mut out = match f.kind {
        Kind::Text(max) | Kind::Long(max) | Kind::Kana(max) | Kind::Key(max) => {
            json!({"type": "string", "maxLength": max})
        }
        Kind::Phone => json!({"type": "string", "maxLength": 30}),
        Kind::Date => json!({"type": "string", "format": "date"}),
        Kind::DateTime => json!({"type": "string", "format": "date-time"}),
        Kind::Time => json!({"type": "string", "pattern": TIME}),
        Kind::Number { min, max, .. } => json!({"type": "integer", "minimum": min, "maximum": max}),
        Kind::Code(list) | Kind::Select(list) => json!({"type": "string", "enum": choices(list)}),
        Kind::Codes(list) => json!({"type": "array", "uniqueItems": true,
            "items": {"type": "string", "enum": choices(list)}}),
        Kind::Record | Kind::Client | Kind::Password => json!({"type": "string", "maxLength": 64}),
        Kind::Yes => json!({"type": "boolean"}),
    };
    out["title"] = f.label.into();
    if !f.help.is_empty() {
        out["description"] = f.help.into();
    }
    let text = out["type"] == "string" && out.get("enum").is_none();
    match (f.required, f.kind) {
        (true, Kind::Codes(_)) => out["minItems"] = 1.into(),
        (true, _) if text => out["minLength"] = 1.into(),
        (true, _) => {}
        (false, _) => out = nullable(out),
    }
    out
}

/// An answer to a field as a request of the document shows it.
pub fn sample(f: &Field, codes: &Codes) -> Value {
    let first = |list: &str| codes.list(list).first().map(|c| c.id.clone()).unwrap_or_default();
    match f.kind {
        Kind::Kana(_) => "れい".into(),
        Kind::Phone => "03-0000-0123".into(),
        Kind::Date => "2026-11-20".into(),
        Kind::DateTime => "2026-11-19T10:00:00+09:00".into(),
        Kind::Time if f.name == "ends" => "15:30".into(),
        Kind::Time => "09:30".into(),
        Kind::Number { min, max, .. } => 30.clamp(min, max).into(),
        Kind::Code(list) | Kind::Select(list) => first(list).into(),
        Kind::Codes(list) => json!([first(list)]),
        Kind::Client => "M-01275".into(),
        Kind::Record => "0199f0c2-0000-7000-8000-000000000003".into(),
        Kind::Yes => true.into(),
        Kind::Text(_) | Kind::Long(_) | Kind::Key(_) | Kind::Password => {
            f.label.chars().take(10).collect::<String>().into()
        }
    }
}

/// Where a value does not fit its schema: (JSON pointer, in words).
pub fn misfits(schema: &Value, value: &Value) -> Vec<(String, String)> {
    let mut out = vec![];
    look(schema, value, "", &mut out);
    out
}

type Misfits = Vec<(String, String)>;

fn look(schema: &Value, value: &Value, at: &str, out: &mut Misfits) {
    let name = schema["title"].as_str().unwrap_or("この項目");
    let mut say = |why: String| out.push((at.to_owned(), format!("{name}は{why}")));
    if !of_type(&schema["type"], value) {
        return say(format!("、{}にしてください", kind_words(&schema["type"])));
    }
    if let Some(choices) = schema["enum"].as_array()
        && !choices.contains(value)
    {
        return say("、決められたことばから選んでください（GET /api/v1/codes）".into());
    }
    match value {
        Value::String(text) => text_fits(schema, text, &mut say),
        Value::Number(n) => {
            let (min, max) = (schema["minimum"].as_i64(), schema["maximum"].as_i64());
            let n = n.as_i64().unwrap_or(i64::MAX);
            if min.is_some_and(|min| n < min) || max.is_some_and(|max| n > max) {
                let [min, max] = [min, max].map(|n| n.map_or(String::new(), |n| n.to_string()));
                say(format!("{min}から{max}までです"));
            }
        }
        Value::Array(items) => {
            let words: BTreeSet<_> = items.iter().map(Value::to_string).collect();
            if schema["uniqueItems"] == true && words.len() < items.len() {
                say("、同じものを二度入れられません".into());
            }
            if (items.len() as u64) < schema["minItems"].as_u64().unwrap_or(0) {
                say("一つは入れてください".into());
            }
            for (n, item) in items.iter().enumerate() {
                look(&schema["items"], item, &format!("{at}/{n}"), out);
            }
        }
        Value::Object(fields) => object_fits(schema, fields, at, out),
        _ => {}
    }
}

fn object_fits(schema: &Value, fields: &Map<String, Value>, at: &str, out: &mut Misfits) {
    let known = schema["properties"].as_object();
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !fields.contains_key(name) {
            let title = schema["properties"][name]["title"].as_str().unwrap_or(name);
            out.push((format!("{at}/{name}"), format!("{title}を入れてください")));
        }
    }
    for (name, value) in fields {
        let pointer = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
        match known.and_then(|k| k.get(name)) {
            Some(schema) => look(schema, value, &pointer, out),
            None if schema["additionalProperties"] == false => {
                out.push((pointer, "知らない項目です。名前を確かめてください".into()));
            }
            None => {}
        }
    }
}

fn text_fits(schema: &Value, text: &str, say: &mut impl FnMut(String)) {
    let n = text.chars().count() as u64;
    if let Some(max) = schema["maxLength"].as_u64().filter(|max| n > *max) {
        say(format!("{max}文字までです（いま{n}文字）"));
    }
    if schema["minLength"].as_u64().is_some_and(|min| n < min) {
        say("、空にできません".into());
    }
    match schema["format"].as_str() {
        Some("date") if !is_day(text) => say("、2026-11-20 の形の、実際にある日付です".into()),
        Some("date-time") if moment(text).is_none() => {
            say("、2026-11-20T10:00:00+09:00 の形の時点です".into());
        }
        _ => {}
    }
    if schema["pattern"] == TIME && !is_time(text) {
        say("、09:05 の形の時刻です".into());
    }
}

fn is_day(text: &str) -> bool {
    text.len() == 10 && text.parse::<civil::Date>().is_ok()
}

fn is_time(text: &str) -> bool {
    let digits = |t: &str| t.len() == 2 && t.bytes().all(|b| b.is_ascii_digit());
    text.split_once(':').is_some_and(|(h, m)| digits(h) && digits(m) && h < "24" && m < "60")
}

/// A moment with its zone, as RFC 3339 writes it.
pub fn moment(text: &str) -> Option<civil::Instant> {
    let at: jiff::Timestamp = text.parse().ok()?;
    civil::Instant::from_millis(at.as_millisecond()).filter(|_| text.contains(['T', 't']))
}

fn of_type(types: &Value, value: &Value) -> bool {
    let is = |t: &Value| match t.as_str().unwrap_or_default() {
        "string" => value.is_string(),
        "integer" => value.is_i64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        _ => false,
    };
    types.as_array().map_or_else(|| is(types), |all| all.iter().any(is))
}

fn kind_words(types: &Value) -> &'static str {
    match types[0].as_str().or(types.as_str()).unwrap_or_default() {
        "string" => "文字列",
        "integer" => "整数",
        "number" => "数",
        "boolean" => "true か false",
        "array" => "配列",
        _ => "オブジェクト",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::shape! {
        /// 試し
        pub struct Tried {
            day: Day = "日";
            many: Vec<String> = "いくつか", ["あ"];
            n: Option<i64> = "数";
        }
    }

    fn at(value: Value) -> Vec<String> {
        misfits(&Tried::schema(), &value).into_iter().map(|(at, _)| at).collect()
    }

    #[test]
    fn an_example_fits_and_every_mistake_is_named_by_its_place() {
        assert!(at(Tried::example()).is_empty());
        assert!(at(json!({"day": "2026-02-28", "many": [], "n": null})).is_empty());
        assert_eq!(
            at(json!({"day": "2026-02-30", "many": ["a", 1], "n": 1.5})),
            ["/day", "/many/1", "/n"]
        );
        assert_eq!(at(json!({"day": "2026-02-28", "many": [], "n": 1, "x~/": 1})), ["/x~0~1"]);
        assert_eq!(at(json!({"many": [], "n": 1})), ["/day"]);
        assert_eq!(at(json!([])), [""]);
    }

    #[test]
    fn a_moment_needs_its_zone() {
        let nine = moment("2026-11-20T10:00:00+09:00").unwrap();
        assert_eq!(nine.to_string(), "2026-11-20T01:00:00.000Z");
        assert!(moment("2026-11-20T10:00:00").is_none() && moment("2026-11-20").is_none());
    }
}
