//! 通知書の型: one file a letter under `paperwork/`, its fields declared on top. A letter that
//! refuses without words about an appeal (教示) is not accepted.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::web::{App, Error, Result};

include!(concat!(env!("OUT_DIR"), "/paperwork.rs"));

/// What a letter may say.
pub const FIELDS: &[&str] = &[
    "number",
    "date",
    "addressee",
    "person",
    "place",
    "office",
    "programme",
    "application",
    "award",
    "rejection",
    "term",
    "reason",
    "clauses",
];

/// 通知書の型.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paper {
    /// The kind of decision it tells: award, rejection.
    #[serde(rename = "for")]
    pub kind: String,
    /// Of one programme alone; otherwise of all.
    #[serde(default)]
    pub programme: Option<String>,
    pub fields: Vec<String>,
    pub title: String,
    pub body: Vec<String>,
    #[serde(default)]
    pub notice: String,
    #[serde(default)]
    pub ask: String,
}

/// 通知書. All letters: those of the program, and on top those of the municipality.
#[derive(Clone, Debug)]
pub struct Papers {
    all: BTreeMap<String, Paper>,
}

impl Papers {
    pub fn of(app: &App) -> Result<Self> {
        let mut texts: BTreeMap<String, String> =
            FILES.iter().map(|(id, text)| ((*id).to_owned(), (*text).to_owned())).collect();
        let dir = app.config.city.as_ref().map(|city| city.join("paperwork"));
        let own = dir.and_then(|dir| std::fs::read_dir(dir).ok());
        for path in own.into_iter().flatten().flatten().map(|f| f.path()) {
            let id = path.file_stem().and_then(|s| s.to_str()).unwrap_or_default().to_owned();
            if path.extension().is_some_and(|e| e == "toml")
                && let Ok(text) = std::fs::read_to_string(&path)
            {
                texts.insert(id, text);
            }
        }
        let read = |(id, text): (String, String)| Ok((id.clone(), Paper::read(&id, &text)?));
        let all: std::result::Result<_, String> = texts.into_iter().map(read).collect();
        Ok(Self { all: all.map_err(|why| Error::refused("", why))? })
    }

    /// The letter for a kind of decision: the programme's own, or the one for all.
    pub fn find(&self, kind: &str, programme: &str) -> Result<&Paper> {
        let of = |own: Option<&str>| {
            self.all.values().find(|p| p.kind == kind && p.programme.as_deref() == own)
        };
        of(Some(programme)).or_else(|| of(None)).ok_or_else(|| {
            Error::refused("", "この決定の通知書の型がありません。paperwork に置いてください")
        })
    }
}

impl Paper {
    pub fn read(id: &str, text: &str) -> std::result::Result<Self, String> {
        let paper: Self = toml::from_str(text).map_err(|e| format!("{id}.toml: {e}"))?;
        if paper.kind == "rejection" && paper.notice.trim().is_empty() {
            return Err(format!("{id}.toml: 不承認の通知には教示（notice）が要ります。"));
        }
        for field in &paper.fields {
            if !FIELDS.contains(&field.as_str()) {
                let near = ::programmes::nearest(field, FIELDS.iter().copied());
                let near = near.map_or_else(String::new, |n| format!("「{n}」ではありませんか。"));
                return Err(format!("{id}.toml: 「{field}」という欄はありません。{near}"));
            }
        }
        for line in paper.body.iter().chain([&paper.title]) {
            if let Some(field) = named(line).find(|f| !paper.fields.iter().any(|p| p == f)) {
                return Err(format!("{id}.toml: 欄「{field}」を fields に書いてください。"));
            }
        }
        Ok(paper)
    }

    pub fn fill(&self, line: &str, values: &BTreeMap<&str, String>) -> String {
        values.iter().fold(line.to_owned(), |line, (field, value)| {
            line.replace(&format!("{{{field}}}"), value)
        })
    }
}

/// The fields a line names in braces.
fn named(line: &str) -> impl Iterator<Item = &str> {
    line.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(field, _)| field))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_load_and_a_refusal_without_an_appeal_does_not() {
        for (id, text) in FILES {
            let paper = Paper::read(id, text).unwrap();
            if paper.kind == "rejection" {
                let at = text.find("\nnotice").unwrap();
                assert!(Paper::read(id, &text[..at]).unwrap_err().contains("教示"));
            }
        }
        assert!(FILES.iter().any(|(_, text)| text.contains("for = \"rejection\"")));
    }

    #[test]
    fn a_field_that_is_not_known_is_named_with_the_nearest() {
        let text = "for = \"award\"\nfields = [\"numbr\"]\ntitle = \"a\"\nbody = []";
        assert!(Paper::read("x", text).unwrap_err().contains("「number」"));
        let text = "for = \"award\"\nfields = []\ntitle = \"{number}\"\nbody = []";
        assert!(Paper::read("x", text).unwrap_err().contains("fields"));
    }
}
