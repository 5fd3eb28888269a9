//! Layouts: one file `imports/*.toml` says what a kind of file is called, which headers its columns
//! have in the field, what each cell must hold, and shows one bad cell with its message.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;

use super::target::{Shape, Target};
use crate::codes::Codes;
use crate::web::{App, Error, Kind, Result};

/// 取り込みの様式.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layout {
    #[serde(skip)]
    pub id: String,
    pub title: String,
    pub about: String,
    pub target: Target,
    /// Answers that no column gives: `"physician.role" = "hospital"`.
    #[serde(default)]
    pub fill: BTreeMap<String, String>,
    #[serde(rename = "column")]
    pub columns: Vec<Column>,
}

/// 列. `key` is a field of the form the target's operation takes (`part.field` for a part of a
/// folder, `field_t` for the time of day of a field), or a word of the target's own.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    pub key: String,
    /// Spellings; the first is the one of the template.
    pub headers: Vec<String>,
    /// Without this column the sheet is refused.
    #[serde(default)]
    pub required: bool,
    /// Several answers in one cell, each a row of its own.
    #[serde(default)]
    pub many: bool,
    /// There may also be a column for each choice, with ○ in it.
    #[serde(default)]
    pub marks: bool,
    #[serde(default)]
    pub help: String,
    #[serde(default)]
    pub sample: String,
    /// A cell that must be refused, and in which words: the tests send it.
    pub bad: String,
    pub message: String,
}

include!(concat!(env!("OUT_DIR"), "/imports.rs"));

/// The layouts of this installation, the municipality's own in place of ours.
pub fn layouts(app: &App) -> Result<Vec<Layout>> {
    load(app.config.city.as_deref(), &app.codes).map_err(|why| Error::refused("", why))
}

pub fn find(app: &App, id: &str) -> Result<Layout> {
    layouts(app)?.into_iter().find(|l| l.id == id).ok_or(Error::NotFound)
}

fn load(city: Option<&Path>, codes: &Codes) -> Result<Vec<Layout>, String> {
    let mut texts: BTreeMap<String, String> =
        FILES.iter().map(|(id, text)| ((*id).to_owned(), (*text).to_owned())).collect();
    let own = city.and_then(|dir| std::fs::read_dir(dir.join("imports")).ok());
    for file in own.into_iter().flatten().flatten() {
        let path = file.path();
        let Some(id) = path.file_stem().and_then(|s| s.to_str()) else { continue };
        if path.extension().is_some_and(|e| e == "toml") {
            let text = std::fs::read_to_string(&path).map_err(|e| e.to_string())?;
            texts.insert(id.to_owned(), text);
        }
    }
    texts.iter().map(|(id, text)| read(id, text, codes)).collect()
}

/// A layout that names what does not exist is refused with file and key.
fn read(id: &str, text: &str, codes: &Codes) -> Result<Layout, String> {
    let mut layout: Layout = toml::from_str(text).map_err(|e| format!("imports/{id}.toml: {e}"))?;
    layout.id = id.to_owned();
    let shape = Shape::of(layout.target);
    let wrong = |key: &str, why: &str| Err(format!("imports/{id}.toml: {key}: {why}"));
    let mut headers = BTreeSet::new();
    for column in &layout.columns {
        if !shape.knows(&column.key) {
            return wrong(&column.key, "the form has no such field");
        }
        if column.headers.is_empty() || column.message.is_empty() {
            return wrong(&column.key, "headers or message is missing");
        }
        if column.marks && shape.list(&column.key).is_none() {
            return wrong(&column.key, "marks need a code list");
        }
        for header in &column.headers {
            if !headers.insert(sheets::normalise_header(header)) {
                return wrong(&column.key, &format!("the header {header} stands twice"));
            }
        }
    }
    for (key, value) in &layout.fill {
        match shape.field(key).map(|f| f.kind) {
            None => return wrong(key, "the form has no such field"),
            Some(Kind::Code(l) | Kind::Select(l)) if !codes.has(l, value) => {
                return wrong(key, "no such code");
            }
            Some(_) => {}
        }
    }
    Ok(layout)
}

impl Layout {
    pub fn column(&self, key: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.key == key)
    }

    /// What a sheet is searched for: the columns, and one more for each choice that may be marked.
    pub fn specs(&self, codes: &Codes) -> Vec<(String, Vec<String>, bool)> {
        let shape = Shape::of(self.target);
        let mut out = vec![];
        for c in &self.columns {
            out.push((c.key.clone(), c.headers.clone(), c.required && !c.marks));
        }
        for c in self.columns.iter().filter(|c| c.marks) {
            for code in codes.list(shape.list(&c.key).unwrap_or_default()) {
                let words = [&code.label, &code.short].into_iter().chain(&code.also);
                // A column called just その他 says nothing about what it is another of.
                let words = words.filter(|w| !w.is_empty() && *w != "その他");
                let group = c.headers.first().map(String::as_str).unwrap_or_default();
                let words: Vec<String> =
                    words.flat_map(|w| [w.clone(), format!("{group}{w}")]).collect();
                out.push((format!("{}={}", c.key, code.id), words, false));
            }
        }
        out
    }

    /// The header row that people fill in.
    pub fn template(&self) -> Vec<&str> {
        self.columns.iter().filter_map(|c| c.headers.first()).map(String::as_str).collect()
    }
}

impl Column {
    pub fn label(&self) -> &str {
        self.headers.first().map_or(&self.key, String::as_str)
    }
}

/// 見出しの一覧: the section of the README, from the files. The test of the README compares it.
pub fn headers_markdown() -> String {
    let codes = Codes::official().unwrap_or_default();
    let mut out = String::new();
    for layout in load(None, &codes).unwrap_or_default() {
        let shape = Shape::of(layout.target);
        out += &format!("\n### {}（`{}`）\n\n{}\n\n", layout.title, layout.id, layout.about);
        out += "| 見出し | ほかの書き方 | 入れるもの | 例 |\n|---|---|---|---|\n";
        for c in &layout.columns {
            let others = c.headers.iter().skip(1).cloned().collect::<Vec<_>>().join("、");
            let must = if c.required { "（必須）" } else { "" };
            let what = shape.describe(c, &codes);
            out += &format!("| {}{must} | {others} | {what} | {} |\n", c.label(), c.sample);
        }
    }
    out
}

/// The layouts that come with the program.
#[cfg(test)]
pub(super) fn official() -> Vec<Layout> {
    load(None, &Codes::official().unwrap()).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes() -> Codes {
        Codes::official().unwrap()
    }

    #[test]
    fn every_layout_loads_and_no_header_means_two_columns() {
        let all = load(None, &codes()).unwrap();
        assert!(all.len() >= 2);
        for layout in all {
            let mut seen = BTreeMap::new();
            for (key, headers, _) in layout.specs(&codes()) {
                for header in headers.iter().map(|h| sheets::normalise_header(h)) {
                    if let Some(other) = seen.insert(header.clone(), key.clone()) {
                        assert_eq!(other, key, "{header} in {}", layout.id);
                    }
                }
            }
        }
    }

    #[test]
    fn a_layout_that_names_what_does_not_exist_is_refused() {
        let text = "title='a'\nabout='b'\ntarget='consultation'\n[[column]]\nkey='nothing'\n\
                    headers=['a']\nbad='x'\nmessage='y'\n";
        assert!(read("x", text, &codes()).unwrap_err().contains("nothing"));
        let twice = text.replace("nothing", "text")
            + "[[column]]\nkey='answer'\n\
                    headers=['Ａ']\nbad='x'\nmessage='y'\n";
        assert!(read("x", &twice, &codes()).unwrap_err().contains("twice"));
        let unknown = text.replace("about='b'", "about='b'\nabuot='c'");
        assert!(read("x", &unknown, &codes()).is_err());
    }

    #[test]
    fn the_headers_for_the_readme_come_from_the_files() {
        let text = headers_markdown();
        for layout in load(None, &codes()).unwrap() {
            for column in &layout.columns {
                assert!(text.contains(column.label()), "{}", column.label());
            }
        }
    }
}
