//! From the file as written to a programme that can be used: names, units and conditions checked.

use std::collections::BTreeMap;

use eligibility::{Fact, Facts, NodeId, Rules};
use toml::Spanned;

use crate::charge::FAMILY;
use crate::facts::{FactInfo, FactList, RawFact};
use crate::problem::Problem;
use crate::programme::{Programme, Term, Unit, Version, Window};
use crate::quantity::Amount;
use crate::raw::{RawFile, RawSetting, RawVersion};

mod parts;
mod rest;

/// The most a formula may be told, so that it is known beforehand that no sum overflows: more
/// minutes than a month has or that many yen of vouchers, else a thousand pieces; 100 million yen.
const MOST: i32 = 50_000;
const MOST_PIECES: i32 = 1_000;
const MOST_YEN: i32 = 100_000_000;

/// Reads one file; the id is its name without the ending.
pub fn programme(id: &str, text: &str, shared: &FactList) -> Result<Programme, Problem> {
    let file = format!("{id}.toml");
    let raw: RawFile = toml::from_str(text).map_err(|e| Problem::toml(&file, text, &e))?;
    let (facts, settings, names) = (Vec::new(), Vec::new(), raw.names);
    let mut load = Load { file: &file, text, shared, facts, settings, names };
    let questions = load.questions(raw.question)?;
    load.settings = load.read_settings(raw.setting)?;
    load.facts = load.all_facts(&questions, most(&raw.version));
    load.names.entry(FAMILY.into()).or_insert_with(|| "家族".into());
    load.body(&raw.run_by)?;
    let sources = raw.source;
    let known: Vec<&str> = sources.iter().map(|s| s.id.as_str()).collect();
    let versions = load.versions(raw.version, &known)?;
    let programme = Programme {
        id: id.to_owned(),
        short: raw.short.unwrap_or_else(|| raw.name.clone()),
        name: raw.name,
        summary: raw.summary,
        holder: raw.holder,
        run_by: raw.run_by,
        office: raw.office,
        statutory: raw.statutory,
        words: raw.words,
        not_stated: raw.not_stated,
        settings: load.settings.clone(),
        questions,
        indicators: load.indicators(raw.indicator, &versions)?,
        versions,
        examples: load.examples(raw.example, &raw.person)?,
        names: load.names,
        sources,
        text: text.to_owned(),
    };
    Ok(programme)
}

/// The largest quantity of one use.
fn most(versions: &[Spanned<RawVersion>]) -> i32 {
    let mut items = versions.iter().flat_map(|v| v.get_ref().item.iter().flatten());
    let fine = items.any(|item| matches!(item.get_ref().unit, Unit::Minutes | Unit::Yen));
    if fine { MOST } else { MOST_PIECES }
}

pub(crate) struct Load<'a> {
    file: &'a str,
    text: &'a str,
    shared: &'a FactList,
    facts: Vec<FactInfo>,
    settings: Vec<FactInfo>,
    /// Words for the ids of venues, professions, purposes and payers.
    names: BTreeMap<String, String>,
}

impl Load<'_> {
    fn line<T>(&self, at: &Spanned<T>) -> usize {
        1 + self.text.bytes().take(at.span().start).filter(|b| *b == b'\n').count()
    }

    fn problem(&self, at: usize, key: &str, message: impl Into<String>) -> Problem {
        Problem::new(self.file, self.text, at, key, message)
    }

    fn questions(&self, raw: Vec<Spanned<RawFact>>) -> Result<Vec<FactInfo>, Problem> {
        let mut questions: Vec<FactInfo> = Vec::new();
        for question in raw {
            let at = question.span().start;
            let info = question.into_inner().info().map_err(|m| self.problem(at, "question", m))?;
            let name = &info.fact.name;
            if self.shared.find(name).is_some() || questions.iter().any(|q| q.fact.name == *name) {
                let text = format!("「{name}」はすでにある事実の名前です。");
                return Err(self.problem(at, "question", text));
            }
            questions.push(info);
        }
        Ok(questions)
    }

    fn read_settings(&self, raw: Vec<Spanned<RawSetting>>) -> Result<Vec<FactInfo>, Problem> {
        let mut settings: Vec<FactInfo> = Vec::new();
        for setting in raw {
            let at = setting.span().start;
            let s = setting.into_inner();
            if s.low > s.high || settings.iter().any(|other| other.fact.name == s.name) {
                let text = format!("設定「{}」の low と high、名前を確かめてください。", s.name);
                return Err(self.problem(at, "setting", text));
            }
            settings.push(FactInfo {
                fact: Fact::int(&s.name, s.low, s.high),
                label: s.label,
                ask: s.ask,
                paper: None,
                unit: s.unit,
                words: Vec::new(),
                from: Some("setting".into()),
                plan: false,
            });
        }
        Ok(settings)
    }

    fn all_facts(&self, questions: &[FactInfo], most: i32) -> Vec<FactInfo> {
        let inner = |fact, label: &str| FactInfo {
            fact,
            label: label.into(),
            ask: String::new(),
            paper: None,
            unit: String::new(),
            words: Vec::new(),
            from: Some("use".into()),
            plan: false,
        };
        let mut all = self.shared.list.clone();
        all.extend_from_slice(questions);
        all.extend_from_slice(&self.settings);
        all.push(inner(Fact::int("quantity", 0, most), "使う量"));
        all.push(inner(Fact::int("price", 0, MOST_YEN), "金額"));
        all
    }

    fn versions(
        &self,
        raw: Vec<Spanned<RawVersion>>,
        sources: &[&str],
    ) -> Result<Vec<Version>, Problem> {
        let mut written: Vec<RawVersion> = Vec::new();
        let mut versions: Vec<Version> = Vec::new();
        for version in raw {
            let at = version.span().start;
            let version = self.completed(version.into_inner(), &written)?;
            let key = format!("version {}", version.from.0);
            if versions.last().is_some_and(|before| before.from >= version.from.0) {
                let text = "前の版より後の日付にしてください。過去の版は書き換えずに残します。";
                return Err(self.problem(at, &key, text));
            }
            if version.until.is_some_and(|until| until <= version.from) {
                return Err(self.problem(at, &key, "until は from より後にしてください。"));
            }
            versions.push(self.version(at, &version, sources)?);
            written.push(version);
        }
        Ok(versions)
    }

    /// What a block does not say is taken from the one it names.
    fn completed(
        &self,
        mut version: RawVersion,
        before: &[RawVersion],
    ) -> Result<RawVersion, Problem> {
        let Some(like) = &version.like else { return Ok(version) };
        let Some(base) = before.iter().find(|v| v.from == *like.get_ref()) else {
            let dates: Vec<String> = before.iter().map(|v| v.from.0.to_string()).collect();
            let text = format!("そこで始まる版はありません。前の版は {} です。", dates.join("、"));
            return Err(self.problem(like.span().start, "like", text));
        };
        version.requirement = version.requirement.or_else(|| base.requirement.clone());
        version.item = version.item.or_else(|| base.item.clone());
        version.cap = version.cap.or_else(|| base.cap.clone());
        version.application = version.application.or_else(|| base.application.clone());
        version.award = version.award.or_else(|| base.award.clone());
        Ok(version)
    }

    fn version(&self, at: usize, raw: &RawVersion, sources: &[&str]) -> Result<Version, Problem> {
        let facts = Facts::new(self.facts.iter().map(|info| info.fact.clone()).collect());
        let mut rules = Rules::new(facts);
        let requirements = self.requirements(raw, &mut rules, sources)?;
        if requirements.is_empty() {
            let text = "requirement（対象要件）が一つも書かれていません。";
            return Err(self.problem(at, &format!("version {}", raw.from.0), text));
        }
        let items = self.items(raw, &mut rules)?;
        let caps = self.caps(raw, &items, &mut rules, sources)?;
        let application = raw.application.clone().unwrap_or_default();
        let award = raw.award.clone().unwrap_or_default();
        let window = |w: &crate::raw::RawWindow| Window {
            name: w.name.clone(),
            from: w.from,
            until: w.until,
        };
        Ok(Version {
            from: raw.from.0,
            until: raw.until.map(|day| day.0),
            label: raw.label.clone(),
            note: raw.note.clone(),
            requirements,
            items,
            caps,
            windows: application.window.iter().map(window).collect(),
            before_purchase: application.before_purchase,
            papers: application.papers,
            claim_within_days: application.claim_within_days,
            term: Term {
                lasts: award.lasts,
                months: award.months.unwrap_or_default(),
                until_age: award.until_age,
                renew_from: award.renew_from,
                income_on: award.income_on,
                places: award.places,
            },
            rules,
            facts: self.facts.clone(),
        })
    }

    /// A condition in CEL; its mistakes are told with the line of the file.
    fn condition(
        &self,
        rules: &mut Rules,
        key: &str,
        text: &Spanned<String>,
    ) -> Result<NodeId, Problem> {
        rules.add(text.get_ref()).map_err(|e| self.cel(key, text, &e))
    }

    fn formula(
        &self,
        rules: &mut Rules,
        key: &str,
        text: &Spanned<String>,
    ) -> Result<NodeId, Problem> {
        rules.add_amount(text.get_ref()).map_err(|e| self.cel(key, text, &e))
    }

    fn cel(&self, key: &str, text: &Spanned<String>, error: &eligibility::Error) -> Problem {
        let mut problem =
            self.problem(text.span().start, key, format!("「{}」{error}", text.get_ref()));
        problem.line += error.line.saturating_sub(1);
        problem
    }

    fn setting(&self, at: usize, key: &str, name: &str) -> Result<Amount, Problem> {
        let found = self.settings.iter().position(|s| s.fact.name == name);
        found.map(Amount::Setting).ok_or_else(|| {
            let known = self.settings.iter().map(|s| s.fact.name.as_str());
            self.unknown(at, key, "設定", name, &known.collect::<Vec<_>>())
        })
    }

    fn fact(&self, at: usize, key: &str, name: &str) -> Result<Amount, Problem> {
        let found = self.facts.iter().position(|f| f.fact.name == name);
        found.map(Amount::Fact).ok_or_else(|| {
            let known = self.facts.iter().map(|f| f.fact.name.as_str());
            self.unknown(at, key, "事実", name, &known.collect::<Vec<_>>())
        })
    }

    fn unknown(&self, at: usize, key: &str, what: &str, name: &str, known: &[&str]) -> Problem {
        let nearest = eligibility::nearest(name, known.iter().copied());
        let nearest = nearest.map_or_else(String::new, |n| format!("「{n}」ではありませんか。"));
        self.problem(at, key, format!("{what}「{name}」はありません。{nearest}"))
    }
}
