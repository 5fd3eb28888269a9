//! All reports: those that come with the program, and the municipality's own from `DIR/reports`.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::check;
use super::coded::{self, Coded};
use super::front::{Front, split};
use super::statement::Statement;
use crate::access::Role;
use crate::codes::Codes;

include!(concat!(env!("OUT_DIR"), "/reports.rs"));

/// 統計. One file: what it says about itself, and the statement.
#[derive(Clone, Debug)]
pub struct Report {
    pub id: String,
    pub front: Front,
    pub statement: Statement,
    /// The coded columns it counts by, where that gives the same numbers as the statement.
    pub plan: Option<Vec<usize>>,
}

/// 統計の一覧. A server does not start while `mistakes` has a line.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    reports: BTreeMap<String, Arc<Report>>,
    pub mistakes: Vec<String>,
    /// The consultations in memory, for the pages of a server.
    pub coded: Coded,
}

impl Catalogue {
    /// The program's reports, and on top those under `city/reports`.
    pub fn load(codes: &Codes, city: Option<&Path>) -> Self {
        let mut out = Self::default();
        for (id, text) in FILES {
            out.add(id, text, codes);
        }
        let folder = city.map(|c| c.join("reports"));
        let files = folder.and_then(|f| std::fs::read_dir(f).ok()).into_iter().flatten();
        let mut paths: Vec<_> = files.flatten().map(|f| f.path()).collect();
        paths.sort();
        for path in paths.iter().filter(|p| p.extension().is_some_and(|e| e == "sql")) {
            let Some(id) = path.file_stem().and_then(|s| s.to_str()) else { continue };
            match std::fs::read_to_string(path) {
                Ok(text) => out.add(id, &text, codes),
                Err(e) => out.mistakes.push(format!("{}: {e}", path.display())),
            }
        }
        out
    }

    fn add(&mut self, id: &str, text: &str, codes: &Codes) {
        match read(id, text, codes) {
            Ok(report) => {
                self.reports.insert(id.to_owned(), Arc::new(report));
            }
            Err(mistakes) => self.mistakes.extend(mistakes),
        }
    }

    /// Refuses when a file is wrong, with every mistake.
    pub fn checked(self) -> Result<Self, String> {
        if self.mistakes.is_empty() { Ok(self) } else { Err(self.mistakes.join("\n")) }
    }

    pub fn all(&self) -> impl Iterator<Item = &Arc<Report>> {
        self.reports.values()
    }

    /// The report, if the role may open it.
    pub fn find(&self, id: &str, role: Role) -> Option<Arc<Report>> {
        self.reports.get(id).filter(|r| r.front.allows(role)).cloned()
    }

    /// What a page with this tag offers to the role.
    pub fn shown_on(&self, tag: &str, role: Role) -> Vec<Arc<Report>> {
        let mine = self.all().filter(|r| r.front.allows(role));
        mine.filter(|r| r.front.shown_on.iter().any(|t| t == tag)).cloned().collect()
    }
}

/// One file, or its mistakes with file, line and words.
pub fn read(id: &str, text: &str, codes: &Codes) -> Result<Report, Vec<String>> {
    let say = |line: usize, what: &str| format!("reports/{id}.sql:{line}: {what}");
    let (front, sql) = split(text).map_err(|(line, what)| vec![say(line, &what)])?;
    let mut mistakes: Vec<String> = check::front(&front, sql, codes)
        .into_iter()
        .map(|(word, what)| say(check::line_of(text, &word), &what))
        .collect();
    if !id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_') {
        mistakes.push(say(1, "ファイル名は小文字の英数字と _ にしてください"));
    }
    match Statement::of(&front, sql) {
        Ok(statement) if mistakes.is_empty() => {
            let plan = coded::plan(&front, sql);
            Ok(Report { id: id.to_owned(), front, statement, plan })
        }
        Ok(_) => Err(mistakes),
        Err(what) => {
            mistakes.push(say(check::line_of(text, "---*/"), &what));
            Err(mistakes)
        }
    }
}
