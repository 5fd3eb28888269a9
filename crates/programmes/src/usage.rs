//! 利用. One use of an item: is it allowed, and how much of it counts on which day?

use civil::{Date, DateTime};

use crate::programme::{Item, Midnight, Programme, Rounding, Unit, Version};
use crate::verdict::Known;

/// What is to be booked or was used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Use {
    pub item: String,
    /// The day on which it begins.
    pub on: Date,
    pub times: Option<(DateTime, DateTime)>,
    pub quantity: i64,
    pub venue: Option<String>,
    pub by: Option<String>,
    pub purpose: Option<String>,
    /// The child or the menu a use of a municipality or an operator is for.
    pub of: Option<String>,
    /// Yen on the invoice.
    pub invoiced: Option<i64>,
    /// The day on which the claim comes in.
    pub claimed: Option<Date>,
}

/// Why a use cannot be booked or paid. `rule` is the id of a cap or the name of a limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub rule: String,
    pub message: String,
    /// The clause in the words of the file; empty where the file gives none.
    pub clause: String,
}

impl Refusal {
    pub(crate) fn new(rule: &str, message: String) -> Self {
        Self { rule: rule.to_owned(), message, clause: String::new() }
    }
}

/// A use that is allowed: what counts, day by day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    pub quantity: i64,
    pub days: Vec<(Date, i64)>,
}

impl Version {
    /// Holds a use against step, least, most, venues and professions.
    pub fn count(
        &self,
        programme: &Programme,
        known: &Known,
        wanted: &Use,
    ) -> Result<Counted, Refusal> {
        let Some(item) = self.item(&wanted.item) else {
            return Err(Refusal::new(
                "item",
                "この事業にない種類です。選び直してください。".into(),
            ));
        };
        let quantity = rounded(item, measured(item, wanted)?)?;
        let say = |n| item.unit.say(n, &item.counter);
        if let Some(min) = item.min.filter(|min| quantity < *min) {
            let text = format!("1回は{}以上です（{}）。", say(min), say(quantity));
            return Err(Refusal::new("min", text));
        }
        if let Some(max) = item.max.filter(|max| quantity > *max) {
            let text = format!("1回は{}までです（{}）。", say(max), say(quantity));
            return Err(Refusal::new("max", text));
        }
        self.allowed(programme, item, known, wanted)?;
        self.in_time(wanted)?;
        Ok(Counted { quantity, days: by_day(item, wanted, quantity) })
    }

    fn allowed(
        &self,
        programme: &Programme,
        item: &Item,
        known: &Known,
        wanted: &Use,
    ) -> Result<(), Refusal> {
        if item.allow.is_empty() {
            return Ok(());
        }
        let trace = self.rules.trace(&known.values);
        let fits = |allowed: &Option<String>, given: &Option<String>| {
            allowed.as_ref().is_none_or(|a| given.as_ref() == Some(a))
        };
        let mut undecided = false;
        for allow in &item.allow {
            let named = fits(&allow.venue, &wanted.venue)
                && fits(&allow.by, &wanted.by)
                && fits(&allow.purpose, &wanted.purpose);
            match allow.when.map(|when| trace.value(when)) {
                None | Some(Some(1)) if named => return Ok(()),
                Some(None) => undecided |= named,
                _ => {}
            }
        }
        if undecided {
            let text = "使えるかどうかを決める事実がまだ確かめられていません。".into();
            return Err(Refusal::new("not_stated", text));
        }
        let given: Vec<&str> = [&wanted.venue, &wanted.by, &wanted.purpose]
            .into_iter()
            .flatten()
            .map(|id| programme.word(id))
            .collect();
        let text = match given.as_slice() {
            [] => "場所・職種・目的を選んでください。".to_owned(),
            given => format!("この組み合わせでは使えません（{}）。", given.join("・")),
        };
        Err(Refusal::new("allow", text))
    }

    fn in_time(&self, wanted: &Use) -> Result<(), Refusal> {
        let (Some(days), Some(claimed)) = (self.claim_within_days, wanted.claimed) else {
            return Ok(());
        };
        let late = crate::facts::days(claimed) - crate::facts::days(wanted.on);
        if late > days {
            let text = format!("請求は使った日から{days}日以内です（{late}日たっています）。");
            return Err(Refusal::new("late", text));
        }
        Ok(())
    }
}

/// The quantity from the times, where they are given; both must agree.
fn measured(item: &Item, wanted: &Use) -> Result<i64, Refusal> {
    let Some((from, to)) = wanted.times.filter(|_| item.unit == Unit::Minutes) else {
        return Ok(wanted.quantity);
    };
    let minutes = minutes_between(from, to);
    if minutes <= 0 {
        let text = "終わりは始まりより後にしてください。".into();
        return Err(Refusal::new("times", text));
    }
    Ok(minutes)
}

fn rounded(item: &Item, quantity: i64) -> Result<i64, Refusal> {
    if quantity <= 0 {
        return Err(Refusal::new("min", "使った量を入力してください。".into()));
    }
    let over = quantity % item.step;
    match (over, item.rounding) {
        (0, _) => Ok(quantity),
        (_, Rounding::Up) => Ok(quantity - over + item.step),
        (_, Rounding::Down) => Ok(quantity - over),
        (_, Rounding::Refuse) => {
            let say = |n| item.unit.say(n, &item.counter);
            let text = format!("{}単位で入力してください（{}）。", say(item.step), say(quantity));
            Err(Refusal::new("step", text))
        }
    }
}

/// The days a use counts on. What rounding added or took away belongs to the first.
fn by_day(item: &Item, wanted: &Use, quantity: i64) -> Vec<(Date, i64)> {
    let whole = vec![(wanted.on, quantity)];
    let (Some((from, to)), Midnight::Split) = (wanted.times, item.over_midnight) else {
        return whole;
    };
    let mut days: Vec<(Date, i64)> = Vec::new();
    let mut at = from;
    while at.date() < to.date() {
        let Ok(next) = at.date().tomorrow() else { return whole };
        let midnight = next.at(0, 0, 0, 0);
        days.push((at.date(), minutes_between(at, midnight)));
        at = midnight;
    }
    if at < to {
        days.push((at.date(), minutes_between(at, to)));
    }
    let measured: i64 = days.iter().map(|(_, n)| n).sum();
    match days.first_mut() {
        Some(first) if first.1 + quantity - measured >= 0 => first.1 += quantity - measured,
        _ => return whole,
    }
    days.retain(|(_, n)| *n > 0);
    days
}

fn minutes_between(from: DateTime, to: DateTime) -> i64 {
    let days = i64::from(crate::facts::days(to.date()) - crate::facts::days(from.date()));
    let minutes = |t: DateTime| i64::from(t.hour()) * 60 + i64::from(t.minute());
    days * 24 * 60 + minutes(to) - minutes(from)
}
