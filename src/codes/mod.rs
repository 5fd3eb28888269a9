//! Code lists: the choices of the screens, in the order they are counted in. One TOML file a list
//! under `codes/`; a municipality replaces or adds files without a programmer.

mod changes;

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

pub use changes::{Change, Lists};

/// コード表. Lists by id.
#[derive(Clone, Debug, Default)]
pub struct Codes(BTreeMap<String, List>);

/// 一つのコード表.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct List {
    pub title: String,
    #[serde(default)]
    pub source: String,
    /// Whether the office may add choices: no rule and no count depends on which there are.
    #[serde(default)]
    pub grows: bool,
    #[serde(rename = "code")]
    pub codes: Vec<Code>,
}

/// 選択肢.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Code {
    pub id: String,
    pub label: String,
    /// A shorter word for charts.
    #[serde(default)]
    pub short: String,
    #[serde(default)]
    pub note: String,
    /// Other spellings an import accepts.
    #[serde(default)]
    pub also: Vec<String>,
    /// No longer offered, still understood.
    #[serde(default)]
    pub retired: bool,
}

include!(concat!(env!("OUT_DIR"), "/code_lists.rs"));

impl Codes {
    /// The lists that come with the program.
    pub fn official() -> Result<Self, String> {
        let mut out = Self::default();
        for (id, text) in FILES {
            out.add(id, text)?;
        }
        Ok(out)
    }

    /// Replaces or adds lists from `DIR/codes/*.toml`.
    pub fn overlay(&mut self, dir: &Path) -> Result<(), String> {
        let Ok(files) = std::fs::read_dir(dir.join("codes")) else { return Ok(()) };
        for file in files.flatten() {
            let path = file.path();
            let Some(id) = path.file_stem().and_then(|s| s.to_str()) else { continue };
            if path.extension().is_some_and(|e| e == "toml") {
                let text = std::fs::read_to_string(&path).map_err(|e| e.to_string())?;
                self.add(id, &text)?;
            }
        }
        Ok(())
    }

    fn add(&mut self, id: &str, text: &str) -> Result<(), String> {
        let list: List = toml::from_str(text).map_err(|e| format!("codes/{id}.toml: {e}"))?;
        let mut seen = std::collections::BTreeSet::new();
        if let Some(twice) = list.codes.iter().find(|c| !seen.insert(c.id.as_str())) {
            return Err(format!("codes/{id}.toml: '{}' stands twice", twice.id));
        }
        self.0.insert(id.to_owned(), list);
        Ok(())
    }

    pub fn list(&self, list: &str) -> &[Code] {
        self.0.get(list).map_or(&[], |l| &l.codes)
    }

    pub fn title<'a>(&'a self, list: &'a str) -> &'a str {
        self.0.get(list).map_or(list, |l| &l.title)
    }

    pub fn grows(&self, list: &str) -> bool {
        self.0.get(list).is_some_and(|l| l.grows)
    }

    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub fn has(&self, list: &str, code: &str) -> bool {
        self.list(list).iter().any(|c| c.id == code)
    }

    /// The words for a code; the code itself where the list has lost it.
    pub fn label<'a>(&'a self, list: &str, code: &'a str) -> &'a str {
        self.list(list).iter().find(|c| c.id == code).map_or(code, |c| &c.label)
    }

    /// (code, words) of what is offered today.
    pub fn pairs(&self, list: &str) -> Vec<(String, String)> {
        let open = self.list(list).iter().filter(|c| !c.retired);
        open.map(|c| (c.id.clone(), c.label.clone())).collect()
    }

    /// The code that a cell of an imported file means: id, words, or another spelling.
    pub fn understand(&self, list: &str, words: &str) -> Option<&str> {
        let key = kana::search_key(words);
        let same = |s: &str| !key.is_empty() && kana::search_key(s) == key;
        let mut codes = self.list(list).iter();
        codes
            .find(|c| {
                c.id == words || same(&c.label) || same(&c.short) || c.also.iter().any(|a| same(a))
            })
            .map(|c| c.id.as_str())
    }
}
