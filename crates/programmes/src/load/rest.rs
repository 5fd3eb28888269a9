//! Words, indicators and examples: what is held against the rules once they are read.

use std::collections::BTreeMap;

use toml::Spanned;

use super::Load;
use crate::problem::Problem;
use crate::programme::{Indicator, Version};
use crate::raw::{RawExample, RawIndicator};

/// What an indicator may count.
const COUNTS: &[&str] = &[
    "awards_open",
    "awards",
    "uses",
    "quantity",
    "people",
    "households",
    "visitors",
    "offices",
    "contracts",
    "capacity",
    "coordinators",
    "grants",
    "budget",
    "entered",
];
/// Those that need to know the kind of facility or operator.
const OF_A_KIND: &[&str] = &["offices", "contracts"];
const OVER: &[&str] = &["day", "fiscal_year"];

impl Load<'_> {
    /// An id that pages show needs its word in `names`.
    pub(super) fn named(&self, at: usize, key: &str, id: &str) -> Result<(), Problem> {
        if self.names.contains_key(id) {
            return Ok(());
        }
        let known: Vec<&str> = self.names.keys().map(String::as_str).collect();
        let mut problem = self.unknown(at, key, "names に", id, &known);
        problem.message += "names に読み方を書いてください。";
        Err(problem)
    }

    /// Who runs it pays what nobody else does.
    pub(super) fn body(&self, run_by: &str) -> Result<(), Problem> {
        self.named(self.text.find("run_by").unwrap_or_default(), "run_by", run_by)
    }

    pub(super) fn indicators(
        &self,
        raw: Vec<Spanned<RawIndicator>>,
        versions: &[Version],
    ) -> Result<Vec<Indicator>, Problem> {
        let items: Vec<&str> =
            versions.iter().flat_map(|v| &v.items).map(|i| i.id.as_str()).collect();
        let mut all: Vec<Indicator> = Vec::new();
        for spanned in raw {
            let at = spanned.span().start;
            let RawIndicator { id, what, unit, counts, item, kind, over, note } =
                spanned.into_inner();
            let key = format!("indicator {id}");
            let known = |what: &str, word: &str, list: &[&str]| match list.contains(&word) {
                true => Ok(()),
                false => Err(self.unknown(at, &key, what, word, list)),
            };
            known("counts の", &counts, COUNTS)?;
            known("over の", &over, OVER)?;
            item.as_ref().map_or(Ok(()), |item| known("item ", item, &items))?;
            if all.iter().any(|other| other.id == id) {
                return Err(self.problem(at, &key, "同じ名前の指標が二つあります。"));
            }
            if OF_A_KIND.contains(&counts.as_str()) != kind.is_some() {
                let text = "kind は counts が offices か contracts のときに書きます。";
                return Err(self.problem(at, &key, text));
            }
            all.push(Indicator { id, what, unit, counts, item, kind, over, note });
        }
        Ok(all)
    }

    /// An example is a person with what is different of it.
    pub(super) fn examples(
        &self,
        raw: Vec<Spanned<RawExample>>,
        people: &BTreeMap<String, BTreeMap<String, toml::Value>>,
    ) -> Result<Vec<(usize, RawExample)>, Problem> {
        let facts: Vec<&str> = self.facts.iter().map(|f| f.fact.name.as_str()).collect();
        let mut examples = Vec::new();
        for spanned in raw {
            let (at, line) = (spanned.span().start, self.line(&spanned));
            let mut example = spanned.into_inner();
            if let Some(name) = &example.person {
                let Some(person) = people.get(name) else {
                    let known: Vec<&str> = people.keys().map(String::as_str).collect();
                    return Err(self.unknown(at, "example", "人", name, &known));
                };
                for (fact, value) in person {
                    example.facts.entry(fact.clone()).or_insert_with(|| value.clone());
                }
            }
            for name in example.facts.keys().chain(&example.unknown) {
                if !facts.contains(&name.as_str()) {
                    return Err(self.unknown(at, "example", "事実", name, &facts));
                }
            }
            example.facts.retain(|fact, _| !example.unknown.contains(fact));
            examples.push((line, example));
        }
        Ok(examples)
    }
}
