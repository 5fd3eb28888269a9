//! 上限. Which caps a use draws on, in which period, and how much each of them holds.

use std::collections::BTreeMap;

use civil::{Date, FiscalYear};

use crate::amounts::not_stated;
use crate::programme::{Cap, Count, Item, Per, Version};
use crate::quantity::MonthDay;
use crate::usage::{Counted, Refusal, Use};
use crate::verdict::Known;

/// The time over which a cap adds up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Period {
    /// From a day, until a day that is no longer in it; `None`: for ever.
    Fixed { from: Date, until: Option<Date> },
    /// From the first use on, for some years; then again.
    Life { first: Date, until: Date },
}

impl Period {
    pub fn from(self) -> Date {
        match self {
            Self::Fixed { from, .. } => from,
            Self::Life { first, .. } => first,
        }
    }

    pub fn until(self) -> Option<Date> {
        match self {
            Self::Fixed { until, .. } => until,
            Self::Life { until, .. } => Some(until),
        }
    }

    pub fn holds(from: Date, until: Option<Date>, day: Date) -> bool {
        from <= day && until.is_none_or(|until| day < until)
    }
}

/// What a use takes from a cap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Take {
    pub cap: String,
    /// Whose share of the cap it is, where the file counts each by itself.
    pub of: Option<String>,
    pub period: Period,
    /// A day of the use that lies in the period.
    pub day: Date,
    pub amount: i64,
    pub limit: i64,
}

/// A cap on a day: the period it is in and how much that holds, where the office has said so.
#[derive(Clone, Copy, Debug)]
pub struct CapOn<'a> {
    pub cap: &'a Cap,
    pub period: Period,
    pub limit: Option<i64>,
}

impl Version {
    /// The caps that add up over time and may apply on a day, for a balance.
    pub fn caps_on(&self, known: &Known, day: Date, award: Date) -> Vec<CapOn<'_>> {
        let trace = self.rules.trace(&known.values);
        let applies = |cap: &&Cap| {
            let out = cap.when.is_some_and(|when| trace.value(when) == Some(0));
            !out && cap.per != Per::Use && cap.valid_on(day)
        };
        let on = |cap| {
            let cap: &Cap = cap;
            CapOn { cap, period: cap.period(day), limit: cap.limit_for(known, day, award) }
        };
        self.caps.iter().filter(applies).map(on).collect()
    }

    /// All that a use takes. `award` is the day from which the award holds.
    pub(crate) fn takes(
        &self,
        known: &Known,
        item: &Item,
        wanted: &Use,
        counted: &Counted,
        public_yen: i64,
        award: Date,
    ) -> Result<Vec<Take>, Refusal> {
        let mut takes: BTreeMap<(usize, Period), Take> = BTreeMap::new();
        let trace = self.rules.trace(&known.values);
        for (n, (day, quantity)) in counted.days.iter().enumerate() {
            let covering = |cap: &&Cap| cap.covers(&item.id, wanted.venue.as_deref());
            let mut closed = None;
            let mut open = false;
            for (at, cap) in self.caps.iter().enumerate().filter(|(_, cap)| covering(cap)) {
                match cap.when.map(|when| trace.value(when)) {
                    Some(Some(0)) => continue,
                    Some(None) => {
                        return Err(not_stated(&format!(
                            "「{}」が当てはまるかどうかを決める事実が、まだ確かめられていません。",
                            cap.text
                        )));
                    }
                    _ => {}
                }
                if !cap.valid_on(*day) {
                    closed = closed.or(Some(cap));
                    continue;
                }
                open |= cap.valid.is_some();
                let amount = match (cap.counts, n) {
                    (Count::Quantity, _) => *quantity,
                    (Count::Uses, 0) => 1,
                    (Count::Yen, 0) => public_yen,
                    _ => continue,
                };
                let Some(limit) = cap.limit_for(known, *day, award) else {
                    return Err(not_stated(&format!(
                        "「{}」の上限がまだ設定されていません。担当者が設定してください。",
                        cap.text
                    )));
                };
                let (period, id) = (cap.period(*day), cap.id.clone());
                let of = cap.shared_by(wanted)?;
                let take = Take { cap: id, of, period, day: *day, amount: 0, limit };
                let take = takes.entry((at, period)).or_insert(take);
                take.amount += amount;
                if cap.per == Per::Use && take.amount > limit {
                    return Err(cap.refusal(limit, take.amount));
                }
            }
            if let (Some(cap), false) = (closed, open) {
                let text = format!("{}は、この日には使えません。", cap.text);
                return Err(Refusal {
                    rule: cap.id.clone(),
                    message: text,
                    clause: cap.clause.clone(),
                });
            }
        }
        let lasting = |((at, _), take): ((usize, Period), Take)| {
            (self.caps[at].per != Per::Use).then_some(take)
        };
        Ok(takes.into_iter().filter_map(lasting).collect())
    }
}

impl Cap {
    pub fn covers(&self, item: &str, venue: Option<&str>) -> bool {
        let named = |list: &[String], id: &str| list.is_empty() || list.iter().any(|l| l == id);
        named(&self.items, item)
            && (self.venues.is_empty() || venue.is_some_and(|v| named(&self.venues, v)))
    }

    /// Whom a use counts for; a cap for each needs a name.
    fn shared_by(&self, wanted: &Use) -> Result<Option<String>, Refusal> {
        match (&self.each, &wanted.of) {
            (None, _) => Ok(None),
            (Some(_), Some(of)) => Ok(Some(of.clone())),
            (Some(what), None) => {
                let text = format!("{}の上限です。{what}を選んでください。", self.text);
                Err(Refusal::new("of", text))
            }
        }
    }

    fn valid_on(&self, day: Date) -> bool {
        self.valid.is_none_or(|(from, until)| MonthDay::between(from, until, day))
    }

    /// The period of this cap a day lies in.
    pub fn period(&self, day: Date) -> Period {
        let fixed = |from, until| Period::Fixed { from, until: Some(until) };
        let next = |day: Date| day.tomorrow().unwrap_or(day);
        match self.per {
            Per::Use | Per::Day => fixed(day, next(day)),
            Per::Month => fixed(day.first_of_month(), next(day.last_of_month())),
            Per::FiscalYear => {
                let range = FiscalYear::of(day).range();
                fixed(range.start, range.end)
            }
            Per::Lifetime => Period::Fixed { from: Date::ZERO, until: None },
            Per::UsefulLife => {
                let years = civil::Span::new().years(self.years);
                Period::Life { first: day, until: day.checked_add(years).unwrap_or(Date::MAX) }
            }
        }
    }

    /// The limit in the period of a day; nothing when the office has not entered it.
    pub fn limit_for(&self, known: &Known, day: Date, award: Date) -> Option<i64> {
        let limit = self.limit.of(known)?;
        let year = FiscalYear::of(day);
        if !self.by_months_left || !year.contains(award) {
            return Some(limit);
        }
        let months = i64::from((15 - i32::from(award.month())) % 12 + 1);
        let left = limit * months / 12;
        Some(left - left % self.step)
    }

    /// 「年間288時間まで」 is full: what is left, what was wanted, the clause.
    pub fn refusal(&self, left: i64, wanted: i64) -> Refusal {
        let say = |n| self.unit.say(n, &self.counter);
        let message = match left {
            ..=0 => format!("{}を使い切っています（{}は入りません）。", self.text, say(wanted)),
            _ => {
                let (left, wanted) = (say(left), say(wanted));
                format!("{}を超えます（残り{left}、今回{wanted}）。", self.text)
            }
        };
        Refusal { rule: self.id.clone(), message, clause: self.clause.clone() }
    }
}
