//! All programmes of a place: those that come with the product and those of its own directory.

use crate::facts::{FactList, Sheet};
use crate::load;
use crate::problem::Problem;
use crate::programme::Programme;
use crate::settings::Settings;

#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    pub facts: FactList,
    /// In the order of their ids.
    pub programmes: Vec<Programme>,
    pub settings: Settings,
}

impl Catalogue {
    /// Reads the list of facts, the programmes (id and text) and what the office has entered.
    /// Of two files with one id the later counts: a place may replace what comes with the product.
    pub fn read(
        facts: &str,
        files: &[(String, String)],
        settings: &str,
    ) -> Result<Self, Vec<Problem>> {
        let mut last: Vec<&(String, String)> = Vec::new();
        for file in files {
            last.retain(|other| other.0 != file.0);
            last.push(file);
        }
        last.sort_by(|a, b| a.0.cmp(&b.0));
        let names: Vec<(String, String)> =
            last.iter().map(|(id, text)| (id.clone(), short_name(text))).collect();
        let facts = FactList::read("facts.toml", facts, &names).map_err(|p| vec![p])?;
        let settings = Settings::read("settings.toml", settings).map_err(|p| vec![p])?;
        let mut programmes = Vec::new();
        let mut problems = Vec::new();
        for (id, text) in last {
            match load::programme(id, text, &facts) {
                Ok(programme) => programmes.push(programme),
                Err(problem) => problems.push(problem),
            }
        }
        let catalogue = Self { facts, programmes, settings };
        problems.extend(catalogue.strange_settings());
        if problems.is_empty() { Ok(catalogue) } else { Err(problems) }
    }

    pub fn find(&self, id: &str) -> Option<&Programme> {
        self.programmes.iter().find(|p| p.id == id)
    }

    /// The programme as another text would have it: a draft, or a mutant of a test.
    pub fn draft(&self, id: &str, text: &str) -> Result<Programme, Problem> {
        load::programme(id, text, &self.facts)
    }

    pub fn sheet(&self) -> Sheet {
        self.facts.sheet()
    }

    /// Settings that no programme asks for, or outside what it allows.
    fn strange_settings(&self) -> Vec<Problem> {
        let problem = |key: String, message: &str| Problem {
            file: "settings.toml".into(),
            line: 0,
            key,
            message: message.to_owned(),
        };
        let strange = |(id, name): (&str, &str)| {
            let programme = self.find(id);
            let setting = programme.and_then(|p| p.settings.iter().find(|s| s.fact.name == name));
            let Some(setting) = setting else {
                return Some(problem(format!("{id}.{name}"), "この設定を使う事業はありません。"));
            };
            let (low, high) = setting.fact.kind.range();
            let value = self.settings.get(id, name)?;
            let fits = (i64::from(low)..=i64::from(high)).contains(&value);
            (!fits).then(|| problem(format!("{id}.{name}"), "許される範囲の外の値です。"))
        };
        self.settings.names().filter_map(strange).collect()
    }
}

/// The name in the first lines, before the file is read as a whole.
fn short_name(text: &str) -> String {
    let value = |key: &str| {
        let line = text.lines().find(|line| line.starts_with(key))?;
        line.split('"').nth(1).map(str::to_owned)
    };
    value("short =").or_else(|| value("name =")).unwrap_or_default()
}
