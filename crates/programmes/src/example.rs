//! Examples are tests a clerk can read: a person, a day, the verdict, and what some uses cost.

use std::collections::BTreeMap;
use std::fmt;

use civil::Date;
use toml::Value;

use crate::catalogue::Catalogue;
use crate::charge::Held;
use crate::facts::{FactInfo, Sheet, days};
use crate::programme::{Programme, Unit};
use crate::quantity::Written;
use crate::raw::{RawExample, RawUse};
use crate::settings::Settings;
use crate::tally::Tally;
use crate::usage::{Refusal, Use};
use crate::verdict::{Known, Outcome, State, Verdict};

/// An example that does not come out as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub programme: String,
    pub line: usize,
    pub what: String,
    pub message: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { programme, line, what, message } = self;
        write!(f, "{programme}.toml {line}行 例「{what}」: {message}")
    }
}

/// Plays every example of a programme.
pub fn run(catalogue: &Catalogue, programme: &Programme) -> Vec<Failure> {
    let mut failures = Vec::new();
    for (line, example) in &programme.examples {
        let play = Play { catalogue, programme, example };
        if let Err(message) = play.all() {
            let (programme, what) = (programme.id.clone(), example.what.clone());
            failures.push(Failure { programme, line: *line, what, message });
        }
    }
    failures
}

struct Play<'a> {
    catalogue: &'a Catalogue,
    programme: &'a Programme,
    example: &'a RawExample,
}

impl Play<'_> {
    fn all(&self) -> Result<(), String> {
        self.verdict()?;
        self.dates()?;
        self.uses()
    }

    fn verdict(&self) -> Result<(), String> {
        let on = self.example.on.0;
        let known = self.known(on)?;
        let verdict = self.programme.assess(&known, on);
        if let Some(expected) = &self.example.verdict {
            let found = match verdict.outcome {
                Outcome::Eligible => "eligible",
                Outcome::Ineligible => "ineligible",
                Outcome::Undetermined => "undetermined",
                Outcome::NotInForce => "not_in_force",
            };
            if found != expected {
                return Err(format!("判定は {expected} のはずが {found}（{}）", said(&verdict)));
            }
        }
        let Some(expected) = &self.example.because else { return Ok(()) };
        let found = deciding(&verdict);
        if found != *expected {
            return Err(format!("理由は {expected:?} のはずが {found:?}"));
        }
        Ok(())
    }

    /// Whether applications are taken, and until when the award holds.
    fn dates(&self) -> Result<(), String> {
        let on = self.example.on.0;
        let version = self.programme.version_on(on);
        if let Some(expected) = self.example.open {
            let found = version.is_some_and(|v| v.open_on(on));
            if found != expected {
                return Err(format!("申請の受付は {expected} のはずが {found}"));
            }
        }
        let until = version.and_then(|v| v.award_until(self.awarded(), self.born()));
        let renewal = version.zip(until).and_then(|(v, until)| v.renew_from(until));
        let income = version.and_then(|v| v.income_on(self.awarded()));
        let days = [
            ("更新の準備", self.example.renew_from, renewal),
            ("所得を見る日", self.example.income_on, income),
        ];
        for (what, expected, found) in days {
            if expected.is_some_and(|day| Some(day.0) != found) {
                return Err(format!("{what}が {expected:?} のはずが {found:?}"));
            }
        }
        let places = version.and_then(crate::programme::Version::places);
        if self.example.places.is_some() && self.example.places != places {
            return Err(format!("定員は {:?} のはずが {places:?}", self.example.places));
        }
        let Some(expected) = &self.example.until else { return Ok(()) };
        let found = until.map_or("open".to_owned(), |day| day.to_string());
        let expected = match expected {
            Value::Datetime(day) => day.to_string(),
            other => other.as_str().unwrap_or_default().to_owned(),
        };
        if found == expected {
            Ok(())
        } else {
            Err(format!("期間は {expected} のはずが {found}"))
        }
    }

    fn uses(&self) -> Result<(), String> {
        let mut tally = Tally::default();
        let mut total: BTreeMap<String, i64> = BTreeMap::new();
        let mut taken = self.example.taken.clone();
        for (n, written) in self.example.uses.iter().enumerate() {
            let at = |message: String| format!("{}つ目の利用: {message}", n + 1);
            let found = self.one_use(written, &mut tally, &mut taken).map_err(at)?;
            expect(written, &found).map_err(at)?;
            for (payer, yen) in found.into_iter().flat_map(|f| f.pays) {
                *total.entry(payer).or_default() += yen;
            }
        }
        if self.example.total.as_ref().is_some_and(|expected| *expected != total) {
            return Err(format!("合計は {:?} のはずが {total:?}", self.example.total));
        }
        match taken.keys().next() {
            Some(cap) => Err(format!("taken の「{cap}」は使われませんでした")),
            None => Ok(()),
        }
    }

    /// Prices a use and takes it; what was taken before is booked when its cap first appears.
    fn one_use(
        &self,
        written: &RawUse,
        tally: &mut Tally,
        taken: &mut BTreeMap<String, Written>,
    ) -> Result<Result<Counted, Refusal>, String> {
        let wanted = self.read_use(written)?;
        let known = self.known(wanted.on)?;
        let version = self.programme.version_on(wanted.on);
        let from = written.awarded.map_or_else(|| self.awarded(), |day| day.0);
        let start = self.programme.version_on(from);
        let until = start.and_then(|v| v.award_until(from, self.born()));
        let priced = match self.programme.price(&known, &wanted, Held { from, until }) {
            Ok(priced) => priced,
            Err(refusal) => return Ok(Err(refusal)),
        };
        for take in &priced.takes {
            let cap = version.and_then(|v| v.cap(&take.cap));
            let (Some(cap), Some(before)) = (cap, taken.remove(&take.cap)) else { continue };
            let amount = before.number(cap.unit, &cap.counter)?;
            let mut earlier = take.clone();
            (earlier.amount, earlier.limit) = (amount, i64::MAX);
            tally.take(&[earlier]).map_err(|(cap, _)| cap)?;
        }
        if let Err((id, left)) = tally.take(&priced.takes) {
            let cap = version.and_then(|v| v.cap(&id)).ok_or("上限がありません")?;
            let amount = priced.takes.iter().find(|t| t.cap == id).map_or(0, |t| t.amount);
            return Ok(Err(cap.refusal(left, amount)));
        }
        let item = version.and_then(|v| v.item(&wanted.item)).ok_or("種類がありません")?;
        let mut pays: BTreeMap<String, i64> = BTreeMap::new();
        for payment in priced.charge.payments.iter().filter(|p| p.yen != 0) {
            pays.insert(payment.payer.clone(), payment.yen);
        }
        let (unit, counter) = (item.unit, item.counter.clone());
        Ok(Ok(Counted { quantity: priced.counted.quantity, unit, counter, pays }))
    }

    fn read_use(&self, written: &RawUse) -> Result<Use, String> {
        let times = written.from.zip(written.to).map(|(from, to)| (from.0, to.0));
        let on = written.on.map(|d| d.0).or(times.map(|(from, _)| from.date()));
        let on = on.unwrap_or(self.example.on.0);
        let version = self.programme.version_on(on).or(self.programme.versions.last());
        let first = version.and_then(|v| v.items.first()).map(|item| item.id.clone());
        let id = written.item.clone().or(first).unwrap_or_default();
        let item = version.and_then(|v| v.item(&id));
        let (unit, counter) = item.map_or((Unit::Count, ""), |i| (i.unit, i.counter.as_str()));
        let quantity = written.quantity.as_ref().map(|q| q.number(unit, counter)).transpose()?;
        Ok(Use {
            item: id,
            on,
            times,
            quantity: quantity.unwrap_or(if times.is_some() { 0 } else { 1 }),
            venue: written.venue.clone(),
            by: written.by.clone(),
            purpose: written.purpose.clone(),
            of: written.of.clone(),
            invoiced: written.invoiced,
            claimed: written.claimed.map(|d| d.0),
        })
    }

    fn awarded(&self) -> Date {
        self.example.awarded.unwrap_or(self.example.on).0
    }

    fn born(&self) -> Option<Date> {
        match self.example.facts.get("born_on") {
            Some(Value::Datetime(day)) => day.to_string().parse().ok(),
            _ => None,
        }
    }

    fn known(&self, on: Date) -> Result<Known, String> {
        let mut sheet = self.catalogue.sheet();
        let mut answers: BTreeMap<&str, i32> = BTreeMap::new();
        for (name, value) in &self.example.facts {
            let question = self.programme.questions.iter().find(|q| q.fact.name == *name);
            match (question, self.catalogue.facts.find(name)) {
                (Some(question), _) => {
                    answers.insert(name, read_value(question, value)?);
                }
                (None, Some(at)) => {
                    let info = &self.catalogue.facts.list[at];
                    sheet.values[at] = Some(read_value(info, value)?);
                }
                (None, None) => return Err(format!("事実「{name}」はありません")),
            }
        }
        let given: Sheet = sheet.clone();
        sheet.derive(&self.catalogue.facts, on);
        for (at, value) in given.values.iter().enumerate().filter(|(_, v)| v.is_some()) {
            sheet.values[at] = *value;
        }
        let mut settings = Settings::default();
        for (name, value) in &self.example.settings {
            if !self.programme.settings.iter().any(|s| s.fact.name == *name) {
                return Err(format!("設定「{name}」はありません"));
            }
            settings.set(&self.programme.id, name, *value);
        }
        Ok(self.programme.known(&sheet, &|name| answers.get(name).copied(), &settings))
    }
}

struct Counted {
    quantity: i64,
    unit: Unit,
    counter: String,
    pays: BTreeMap<String, i64>,
}

fn expect(written: &RawUse, found: &Result<Counted, Refusal>) -> Result<(), String> {
    match (&written.refused, found) {
        (Some(rule), Err(refusal)) if *rule == refusal.rule => Ok(()),
        (Some(rule), Err(refusal)) => {
            let Refusal { rule: other, message, .. } = refusal;
            Err(format!("「{rule}」で断るはずが「{other}」で断られました（{message}）"))
        }
        (Some(rule), Ok(_)) => Err(format!("「{rule}」で断るはずが通りました")),
        (None, Err(refusal)) => Err(format!("断られました（{}）", refusal.message)),
        (None, Ok(found)) => {
            let counted = written.counted.as_ref();
            let counted = counted.map(|c| c.number(found.unit, &found.counter)).transpose()?;
            if let Some(counted) = counted.filter(|c| *c != found.quantity) {
                return Err(format!("数える量は {counted} のはずが {}", found.quantity));
            }
            let Some(expected) = &written.pays else { return Ok(()) };
            let wanted: BTreeMap<_, _> = expected.iter().filter(|(_, yen)| **yen != 0).collect();
            if wanted == found.pays.iter().collect() {
                return Ok(());
            }
            Err(format!("支払いは {wanted:?} のはずが {:?}", found.pays))
        }
    }
}

fn read_value(info: &FactInfo, value: &Value) -> Result<i32, String> {
    use eligibility::Kind;
    let wrong = || format!("「{}」に {value} は書けません", info.fact.name);
    match (&info.fact.kind, value) {
        (Kind::Yes, Value::Boolean(yes)) => Ok(i32::from(*yes)),
        (Kind::Int { low, high }, Value::Integer(number)) => {
            let number = i32::try_from(*number).map_err(|_| wrong())?;
            (*low..=*high).contains(&number).then_some(number).ok_or_else(wrong)
        }
        (Kind::Date { .. }, Value::Datetime(day)) => {
            let read: Result<Date, _> = day.to_string().parse();
            read.map(days).map_err(|_| wrong())
        }
        (Kind::Word(words), Value::String(word)) => {
            let at = words.iter().position(|w| w == word);
            at.and_then(|at| i32::try_from(at).ok()).ok_or_else(wrong)
        }
        _ => Err(wrong()),
    }
}

/// The ids of the requirements that decided.
fn deciding(verdict: &Verdict<'_>) -> Vec<String> {
    let state = match verdict.outcome {
        Outcome::Ineligible => State::NotMet,
        Outcome::Undetermined => State::Unknown,
        _ => return Vec::new(),
    };
    let reasons = verdict.reasons.iter().filter(|r| r.state == state);
    reasons.map(|r| r.requirement.id.clone()).collect()
}

fn said(verdict: &Verdict<'_>) -> String {
    let open = verdict.reasons.iter().filter(|r| r.state != State::Met);
    open.map(|r| r.requirement.id.as_str()).collect::<Vec<_>>().join("、")
}
