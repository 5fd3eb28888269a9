//! `parts.toml` becomes parts; a mistake in it stops the program at the start, in words.

use std::sync::OnceLock;

use serde::Deserialize;

use super::Part;
use crate::access::CATEGORIES;
use crate::codes::Codes;
use crate::web::{Field, Form, Kind};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    part: Vec<RawPart>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPart {
    id: String,
    title: String,
    table: String,
    category: String,
    #[serde(default)]
    single: bool,
    #[serde(default)]
    searched: bool,
    #[serde(default)]
    lasting: bool,
    #[serde(default)]
    past: Vec<String>,
    #[serde(default)]
    one_of: Vec<String>,
    hidden_by: Option<String>,
    shown: Vec<String>,
    fields: Vec<RawField>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawField {
    name: String,
    label: String,
    kind: String,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    help: String,
    max: Option<i64>,
    min: Option<i64>,
    #[serde(default)]
    unit: String,
    list: Option<String>,
    #[serde(default)]
    hidden: bool,
}

static PARTS: OnceLock<Result<Vec<Part>, String>> = OnceLock::new();

/// Every part, in the order of the file.
pub fn all() -> &'static [Part] {
    match PARTS.get_or_init(|| load(include_str!("../parts.toml"))) {
        Ok(parts) => parts,
        Err(_) => &[],
    }
}

pub fn find(id: &str) -> Option<&'static Part> {
    all().iter().find(|p| p.id == id)
}

fn load(text: &str) -> Result<Vec<Part>, String> {
    let file: File = toml::from_str(text).map_err(|e| format!("parts.toml: {e}"))?;
    let codes = Codes::official()?;
    let mut out: Vec<Part> = vec![];
    for raw in file.part {
        let id = raw.id.clone();
        let part = part(raw, &codes).map_err(|why| format!("parts.toml: {id}: {why}"))?;
        if out.iter().any(|p| p.id == part.id || p.table == part.table) {
            return Err(format!("parts.toml: '{id}' stands twice"));
        }
        out.push(part);
    }
    Ok(out)
}

/// The words of the file live as long as the program: they are read once.
fn keep(s: String) -> &'static str {
    Box::leak(s.into_boxed_str())
}

fn part(raw: RawPart, codes: &Codes) -> Result<Part, String> {
    if !CATEGORIES.iter().any(|(id, _)| *id == raw.category) {
        return Err(format!("unknown category '{}'", raw.category));
    }
    let hidden: Vec<String> =
        raw.fields.iter().filter(|f| f.hidden).map(|f| f.name.clone()).collect();
    let fields: Vec<Field> =
        raw.fields.into_iter().map(|f| field(f, codes)).collect::<Result<_, _>>()?;
    let shown = names("shown", raw.shown, &fields)?;
    let past = names("past", raw.past, &fields)?;
    let one_of = names("one_of", raw.one_of, &fields)?;
    let title = keep(raw.title);
    let id = keep(raw.id);
    Ok(Part {
        id,
        title,
        table: keep(raw.table),
        category: keep(raw.category),
        single: raw.single,
        searched: raw.searched,
        lasting: raw.lasting,
        past,
        one_of,
        hidden_by: raw.hidden_by.map(keep),
        hidden: hidden.into_iter().map(keep).collect(),
        shown,
        form: Form::new(keep(format!("part-{id}")), title, fields),
    })
}

fn names(
    what: &str,
    named: Vec<String>,
    fields: &[Field],
) -> Result<&'static [&'static str], String> {
    if let Some(odd) = named.iter().find(|n| !fields.iter().any(|f| f.name == **n)) {
        return Err(format!("{what} names no field: '{odd}'"));
    }
    Ok(Vec::leak(named.into_iter().map(keep).collect()))
}

fn field(raw: RawField, codes: &Codes) -> Result<Field, String> {
    let list = |what: &str| -> Result<&'static str, String> {
        let list = raw.list.clone().ok_or(format!("{what} '{}' names no list", raw.name))?;
        if codes.list(&list).is_empty() {
            return Err(format!("unknown code list '{list}'"));
        }
        Ok(keep(list))
    };
    let max = || -> Result<usize, String> {
        let max = raw.max.and_then(|m| usize::try_from(m).ok());
        max.ok_or(format!("'{}' has no max", raw.name))
    };
    let kind = match raw.kind.as_str() {
        "text" => Kind::Text(max()?),
        "long" => Kind::Long(max()?),
        "kana" => Kind::Kana(max()?),
        "phone" => Kind::Phone,
        "date" => Kind::Date,
        "time" => Kind::Time,
        "number" => Kind::Number {
            min: raw.min.ok_or(format!("'{}' has no min", raw.name))?,
            max: raw.max.ok_or(format!("'{}' has no max", raw.name))?,
            unit: keep(raw.unit.clone()),
        },
        "code" => Kind::Code(list("code")?),
        "select" => Kind::Select(list("select")?),
        "codes" => Kind::Codes(list("codes")?),
        "yes" => Kind::Yes,
        "client" => Kind::Client,
        odd => return Err(format!("unknown kind '{odd}' of '{}'", raw.name)),
    };
    let (name, label, help) = (keep(raw.name), keep(raw.label), keep(raw.help));
    Ok(Field { name, label, kind, required: raw.required, help })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"[[part]]
id = "x"
title = "試し"
table = "client_x"
category = "care"
shown = ["a"]
fields = [{ name = "a", label = "あ", kind = "text", max = 9 }]
"#;

    #[test]
    fn the_official_file_loads() {
        assert_eq!(load(include_str!("../parts.toml")).unwrap().len(), all().len());
        assert!(find("residence").unwrap().single);
        assert!(find("nonsense").is_none());
    }

    #[test]
    fn mistakes_are_named() {
        load(GOOD).unwrap();
        for (from, to, say) in [
            ("\"care\"", "\"cares\"", "unknown category 'cares'"),
            ("[\"a\"]", "[\"b\"]", "shown names no field: 'b'"),
            ("shown", "past = [\"z\"]\nshown", "past names no field: 'z'"),
            ("\"text\"", "\"tekst\"", "unknown kind 'tekst'"),
            (", max = 9", "", "'a' has no max"),
            ("kind = \"text\"", "kind = \"code\", list = \"no\"", "unknown code list 'no'"),
            ("max = 9", "max = 9, mxa = 1", "mxa"),
        ] {
            let said = load(&GOOD.replace(from, to)).unwrap_err();
            assert!(said.contains(say), "{said}");
        }
        assert!(load(&format!("{GOOD}{GOOD}")).unwrap_err().contains("twice"));
    }
}
