//! What conditions may ask about a person or a body, with the words to ask for it.

use eligibility::{Fact, Facts, Kind};
use serde::Deserialize;

use crate::problem::Problem;

/// One fact: how it is called, how it is asked, which paper shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactInfo {
    pub fact: Fact,
    pub label: String,
    pub ask: String,
    pub paper: Option<String>,
    /// 「回」, 「円」 after a number.
    pub unit: String,
    /// The Japanese words of the answers, in the order of [`Kind::Word`].
    pub words: Vec<String>,
    /// Derived from other facts and the day; never asked for itself but for what it comes from.
    pub from: Option<String>,
    /// It says that a plan for the person is there (計画): who has an award without it is listed.
    pub plan: bool,
}

impl FactInfo {
    /// 「はい」, 「3回」, 「非課税」, 「2020年5月1日」: for pages; nothing known is `None`.
    pub fn say(&self, value: i32) -> String {
        match &self.fact.kind {
            Kind::Yes => if value == 0 { "いいえ" } else { "はい" }.to_owned(),
            Kind::Int { .. } => format!("{value}{}", self.unit),
            Kind::Word(_) => {
                let word = usize::try_from(value).ok().and_then(|at| self.words.get(at));
                word.cloned().unwrap_or_default()
            }
            Kind::Date { .. } => {
                let (year, month, day) = eligibility::civil_of(value);
                format!("{year}年{month}月{day}日")
            }
        }
    }
}

/// The closed list, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FactList {
    pub list: Vec<FactInfo>,
}

/// What is known of one person on one day: a value or nothing for each fact of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    pub values: Vec<Option<i32>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawFact {
    name: String,
    kind: String,
    label: String,
    ask: String,
    paper: Option<String>,
    #[serde(default)]
    unit: String,
    low: Option<i32>,
    high: Option<i32>,
    #[serde(default)]
    words: Vec<Word>,
    from: Option<String>,
    #[serde(default)]
    plan: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Word {
    id: String,
    label: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFacts {
    fact: Vec<RawFact>,
}

impl RawFact {
    pub fn info(self) -> Result<FactInfo, String> {
        let ids: Vec<&str> = self.words.iter().map(|w| w.id.as_str()).collect();
        let fact = match (self.kind.as_str(), self.low, self.high) {
            ("yes", ..) => Fact::yes(&self.name),
            ("date", ..) => Fact::date(&self.name),
            ("word", ..) if !ids.is_empty() => Fact::word(&self.name, &ids),
            ("number", Some(low), Some(high)) => Fact::int(&self.name, low, high),
            ("word", ..) => return Err(format!("「{}」に words が要ります。", self.name)),
            ("number", ..) => return Err(format!("「{}」に low と high が要ります。", self.name)),
            (kind, ..) => {
                let known = ["yes", "number", "word", "date"];
                let nearest = eligibility::nearest(kind, known.into_iter());
                let nearest = nearest.unwrap_or_else(|| known.join("、"));
                return Err(format!("種類「{kind}」はありません。「{nearest}」ですか。"));
            }
        };
        if !self.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') {
            return Err(format!("「{}」: 名前は小文字の英字、数字、_ だけです。", self.name));
        }
        Ok(FactInfo {
            fact,
            label: self.label,
            ask: self.ask,
            paper: self.paper,
            unit: self.unit,
            words: self.words.into_iter().map(|w| w.label).collect(),
            from: self.from,
            plan: self.plan,
        })
    }
}

impl FactList {
    /// Reads the list of facts, and adds for every programme whether an award of it is held.
    pub fn read(file: &str, text: &str, programmes: &[(String, String)]) -> Result<Self, Problem> {
        let raw: RawFacts = toml::from_str(text).map_err(|e| Problem::toml(file, text, &e))?;
        let mut list = Vec::new();
        for fact in raw.fact {
            let at = text.find(&format!("\"{}\"", fact.name)).unwrap_or_default();
            let key = format!("fact {}", fact.name);
            list.push(fact.info().map_err(|m| Problem::new(file, text, at, &key, m))?);
        }
        for (id, name) in programmes {
            list.push(FactInfo {
                fact: Fact::yes(&format!("holds_{id}")),
                label: format!("「{name}」の決定を受けている"),
                ask: format!("「{name}」の決定を受けているか確かめてください。"),
                paper: None,
                unit: String::new(),
                words: Vec::new(),
                from: Some("awards".into()),
                plan: false,
            });
        }
        Ok(Self { list })
    }

    pub fn find(&self, name: &str) -> Option<usize> {
        self.list.iter().position(|info| info.fact.name == name)
    }

    pub fn facts(&self) -> Facts {
        Facts::new(self.list.iter().map(|info| info.fact.clone()).collect())
    }

    /// Nothing known.
    pub fn sheet(&self) -> Sheet {
        Sheet { values: vec![None; self.list.len()] }
    }
}

impl Sheet {
    pub fn set(&mut self, facts: &FactList, name: &str, value: Option<i32>) {
        if let Some(at) = facts.find(name) {
            self.values[at] = value;
        }
    }

    pub fn get(&self, facts: &FactList, name: &str) -> Option<i32> {
        facts.find(name).and_then(|at| self.values[at])
    }

    /// What follows from the date of birth and the day: age by law, months, the school year.
    pub fn derive(&mut self, facts: &FactList, on: civil::Date) {
        let year = civil::FiscalYear::of(on);
        self.set(facts, "today", Some(days(on)));
        self.set(facts, "fiscal_year", Some(i32::from(year.year())));
        let Some(born) = self.get(facts, "born_on").and_then(date) else { return };
        let age = civil::legal_age_on(born, on).map(i32::from);
        self.set(facts, "age", age);
        let months = civil::months_on(born, on).and_then(|m| i32::try_from(m).ok());
        self.set(facts, "age_months", months);
        self.set(
            facts,
            "age_at_year_start",
            civil::legal_age_on(born, year.range().start).map(i32::from),
        );
        let enters = civil::FiscalYear::of(civil::enters_elementary_on(born));
        let grade = i32::from(year.year()) - i32::from(enters.year()) + 1;
        self.set(facts, "school_year", Some(grade.clamp(-10, 20)));
    }
}

pub(crate) fn days(date: civil::Date) -> i32 {
    let (year, month, day) = (date.year(), date.month(), date.day());
    eligibility::days_of(i32::from(year), i32::from(month), i32::from(day))
}

pub(crate) fn date(days: i32) -> Option<civil::Date> {
    let (year, month, day) = eligibility::civil_of(days);
    civil::Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok()
}
