//! 判定. What follows for one person, clause by clause: yes, no because, unknown: ask for this.

use civil::Date;

use crate::facts::{FactInfo, Sheet};
use crate::programme::{Programme, Requirement, Version};
use crate::settings::Settings;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    Eligible,
    /// Something must be asked first.
    Undetermined,
    Ineligible,
    /// No rules are in force on that day.
    NotInForce,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Met,
    NotMet,
    Unknown,
}

/// One requirement and what the facts say of it.
#[derive(Clone, Debug)]
pub struct Reason<'a> {
    pub requirement: &'a Requirement,
    pub state: State,
    /// The facts it asks, with what is known.
    pub facts: Vec<(&'a FactInfo, Option<i32>)>,
    /// What is still to be asked: only what could decide it.
    pub missing: Vec<&'a FactInfo>,
}

/// All requirements in the order of the file.
#[derive(Clone, Debug)]
pub struct Verdict<'a> {
    pub outcome: Outcome,
    pub version: Option<&'a Version>,
    pub reasons: Vec<Reason<'a>>,
}

/// Everything known for one programme: shared facts, its own questions, its settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    pub(crate) values: Vec<Option<i32>>,
    pub(crate) settings: Vec<Option<i32>>,
}

impl Programme {
    /// Puts together what is known. `answer` gives the answers to the programme's own questions.
    pub fn known(
        &self,
        sheet: &Sheet,
        answer: &dyn Fn(&str) -> Option<i32>,
        settings: &Settings,
    ) -> Known {
        let set = |info: &FactInfo| {
            settings.get(&self.id, &info.fact.name).and_then(|v| i32::try_from(v).ok())
        };
        let settings: Vec<Option<i32>> = self.settings.iter().map(set).collect();
        let mut values = Vec::with_capacity(sheet.values.len() + settings.len() + 8);
        values.extend_from_slice(&sheet.values);
        values.extend(self.questions.iter().map(|q| answer(&q.fact.name)));
        values.extend_from_slice(&settings);
        values.extend([None, None]);
        Known { values, settings }
    }

    /// The verdict on a day.
    pub fn assess(&self, known: &Known, on: Date) -> Verdict<'_> {
        match self.version_on(on) {
            Some(version) => version.assess(known),
            None => Verdict { outcome: Outcome::NotInForce, version: None, reasons: Vec::new() },
        }
    }
}

impl Version {
    pub fn assess(&self, known: &Known) -> Verdict<'_> {
        let trace = self.rules.trace(&known.values);
        let reason = |requirement| {
            let requirement: &Requirement = requirement;
            let when = requirement.when;
            let state = match trace.value(when) {
                Some(0) => State::NotMet,
                Some(_) => State::Met,
                None => State::Unknown,
            };
            let info = |at: usize| &self.facts[at];
            let facts = self.rules.asked(when);
            Reason {
                requirement,
                state,
                facts: facts.into_iter().map(|at| (info(at), known.values[at])).collect(),
                missing: self.rules.missing(when, &trace).into_iter().map(info).collect(),
            }
        };
        let reasons: Vec<Reason> = self.requirements.iter().map(reason).collect();
        let outcome = match () {
            () if reasons.iter().any(|r| r.state == State::NotMet) => Outcome::Ineligible,
            () if reasons.iter().any(|r| r.state == State::Unknown) => Outcome::Undetermined,
            () => Outcome::Eligible,
        };
        Verdict { outcome, version: Some(self), reasons }
    }

    /// The facts its requirements ask, by name.
    pub fn asked(&self) -> Vec<&str> {
        let all = self.requirements.iter().flat_map(|r| self.rules.asked(r.when));
        let mut names: Vec<&str> = all.map(|at| self.facts[at].fact.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The outcome alone, without reasons: for lists over many people.
    pub fn outcome(&self, known: &Known) -> Outcome {
        let trace = self.rules.trace(&known.values);
        let values = || self.requirements.iter().map(|r| trace.value(r.when));
        match () {
            () if values().any(|v| v == Some(0)) => Outcome::Ineligible,
            () if values().any(|v| v.is_none()) => Outcome::Undetermined,
            () => Outcome::Eligible,
        }
    }
}

impl Programme {
    /// What is known, by name: what a decision keeps.
    pub fn facts_of<'a>(&self, version: &'a Version, known: &Known) -> Vec<(&'a str, i32)> {
        let values = version.facts.iter().zip(&known.values);
        values.filter_map(|(info, value)| Some((info.fact.name.as_str(), (*value)?))).collect()
    }

    /// What was known when a decision was made, from what it kept.
    pub fn known_from(&self, version: &Version, facts: &[(String, i32)]) -> Known {
        let kept = |name: &str| facts.iter().find(|(kept, _)| kept == name).map(|(_, v)| *v);
        Known {
            values: version.facts.iter().map(|info| kept(&info.fact.name)).collect(),
            settings: self.settings.iter().map(|info| kept(&info.fact.name)).collect(),
        }
    }

    /// How a fact of a version is called and what a value of it says.
    pub fn say(&self, version: &Version, name: &str, value: i32) -> Option<(String, String)> {
        let info = version.facts.iter().find(|info| info.fact.name == name)?;
        Some((info.label.clone(), info.say(value)))
    }
}
