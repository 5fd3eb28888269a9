//! 残り. What bookings and uses took from each cap in each period, added up from the rows.

use std::collections::BTreeSet;

use ::programmes::{Per, Period, Take, Unit, Version};
use civil::Date;

use super::Award;
use crate::store::{FromRow, Read};
use crate::web::Result;
use crate::{args, visible};

/// 上限の一期間から引いた量. Caps belong to the person and the programme, whichever award it was.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Taken {
    pub client_id: String,
    pub programme: String,
    pub cap: String,
    /// Whose part it is, of a cap that counts each by itself.
    pub share_of: Option<String>,
    pub period_from: String,
    pub period_until: Option<String>,
    pub booked: i64,
    pub used: i64,
}

macro_rules! sums {
    ($($who:tt)+) => {
        concat!(
            "select d.client_id, d.programme, t.cap, t.share_of, t.period_from, t.period_until,
               cast(sum(case when coalesce(r.kind, e.kind) = 'booking' then t.amount else 0 end)
                 as bigint) as booked,
               cast(sum(case when coalesce(r.kind, e.kind) = 'usage' then t.amount else 0 end)
                 as bigint) as used
             from decisions d join ledger_entries e on e.decision_id = d.id
               join ledger_takes t on t.entry_id = e.id
               left join ledger_entries r on r.id = e.reverses_id
             where ",
            $($who)+,
            " group by d.client_id, d.programme, t.cap, t.share_of, t.period_from, t.period_until
              having sum(t.amount) <> 0
              order by d.client_id, d.programme, t.cap, t.share_of, t.period_from"
        )
    };
}

/// Of one person and one programme: whoever may see the award may see what is left of it.
pub async fn taken(read: &mut Read, award: &Award) -> Result<Vec<Taken>> {
    let sql = sums!("d.client_id = $1 and d.programme = $2");
    Ok(read.all(sql, args![award.client_id, award.programme]).await?)
}

/// Of everybody, in periods that reach into `[from, until)`.
pub async fn taken_between(read: &mut Read, from: Date, until: Date) -> Result<Vec<Taken>> {
    let sql = sums!(concat!(
        "t.period_from < $7 and (t.period_until is null or t.period_until > $6) and ",
        visible!("d.client_id", "plan")
    ));
    Ok(read.see_all(sql, args![from, until]).await?)
}

/// (cap, whose part, period, amount) of one entry.
pub type Takes = Vec<(String, Option<String>, String, i64)>;

pub async fn of_entry(read: &mut Read, entry: &str) -> Result<Takes> {
    let sql = "select cap, share_of, period_from, amount from ledger_takes where entry_id = $1";
    Ok(read.all(sql, args![entry]).await?)
}

/// What would be taken without a booking. A period that only it had opened is none.
pub fn without(taken: &mut Vec<Taken>, takes: &Takes) {
    for (cap, of, from, amount) in takes {
        let same = |r: &&mut Taken| r.cap == *cap && r.share_of == *of && r.period_from == *from;
        for row in taken.iter_mut().filter(same) {
            row.booked -= amount;
        }
    }
    taken.retain(|row| row.booked + row.used != 0);
}

/// 引く量: what an entry takes of a cap, in the period it falls in, and what is gone already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub cap: String,
    pub of: Option<String>,
    pub from: String,
    pub until: Option<String>,
    pub amount: i64,
    pub limit: i64,
    pub gone: i64,
}

/// Each take in its period. A useful life that has begun takes the next use in, also one less than
/// a life before it: so lives of one cap never overlap.
pub fn places(takes: &[Take], taken: &[Taken]) -> Vec<Place> {
    let mut out: Vec<Place> = vec![];
    for take in takes {
        let found = period_of((&take.cap, take.of.as_deref()), take.period, taken);
        let (from, until) = match found {
            Some(row) => (row.period_from.clone(), row.period_until.clone()),
            None => text(take.period),
        };
        let gone = found.map_or(0, |row| row.booked + row.used);
        let same = |p: &&mut Place| p.cap == take.cap && p.of == take.of && p.from == from;
        match out.iter_mut().find(same) {
            Some(place) => place.amount += take.amount,
            None => {
                let (cap, of) = (take.cap.clone(), take.of.clone());
                let (amount, limit) = (take.amount, take.limit);
                out.push(Place { cap, of, from, until, amount, limit, gone });
            }
        }
    }
    out
}

fn text(period: Period) -> (String, Option<String>) {
    (period.from().to_string(), period.until().map(|day| day.to_string()))
}

/// What was taken of a cap in a period. Dates as the database keeps them compare as text.
fn period_of<'a>(
    (cap, of): (&str, Option<&str>),
    period: Period,
    taken: &'a [Taken],
) -> Option<&'a Taken> {
    let (from, until) = text(period);
    let same = |row: &&Taken| match period {
        Period::Fixed { .. } => row.period_from == from,
        Period::Life { .. } => {
            let ends_later = row.period_until.as_ref().is_none_or(|ends| *ends > from);
            until.as_ref().is_none_or(|until| row.period_from < *until) && ends_later
        }
    };
    let whose = |row: &&Taken| row.cap == cap && row.share_of.as_deref() == of;
    taken.iter().filter(whose).filter(same).min_by_key(|row| &row.period_from)
}

/// 「第１回」 and 「第1回」 are one, or each would have the whole cap.
pub fn same_share(a: &str, b: &str) -> bool {
    let (key, other) = (kana::search_key(a), kana::search_key(b));
    a == b || !key.is_empty() && key == other
}

/// Whose part is meant, as it was written before.
pub fn known_share(typed: &str, taken: &[Taken]) -> String {
    let mut known = taken.iter().filter_map(|row| row.share_of.as_ref());
    let found = known.find(|of| same_share(of, typed));
    found.map_or_else(|| typed.to_owned(), String::clone)
}

/// 残りの棒: one cap today: used, booked, left.
#[derive(Clone, Debug)]
pub struct Bar {
    pub cap: String,
    pub title: String,
    /// Of a cap that counts each by itself: whose part, or what it counts (「児童ごと」).
    pub of: Option<String>,
    pub clause: String,
    /// 「／年度」.
    pub per: &'static str,
    pub limit: Option<i64>,
    pub used: i64,
    pub booked: i64,
    /// Hundredths of the period that have passed.
    pub passed: Option<i64>,
    unit: Unit,
    counter: String,
}

/// The caps of an award on the day of it that is nearest to `today`.
pub fn bars(
    award: &Award,
    version: &Version,
    known: &::programmes::Known,
    taken: &[Taken],
    today: Date,
) -> Vec<Bar> {
    let day = award.nearest(today);
    let of = |on: ::programmes::CapOn<'_>| -> Vec<Bar> {
        let one = |of: Option<&str>| {
            let row = period_of((&on.cap.id, of), on.period, taken);
            bar(&on, row, passed(on.period, today))
        };
        let parts = taken.iter().filter(|row| row.cap == on.cap.id);
        let parts: BTreeSet<&str> = parts.filter_map(|row| row.share_of.as_deref()).collect();
        let mut bars: Vec<Bar> = parts.into_iter().map(|of| one(Some(of))).collect();
        // A part of which nothing is gone in this period is as if nobody had named it.
        bars.retain(|bar| bar.gone() != 0);
        if bars.is_empty() { vec![one(None)] } else { bars }
    };
    version.caps_on(known, day, award.from()).into_iter().flat_map(of).collect()
}

fn bar(on: &::programmes::CapOn<'_>, row: Option<&Taken>, passed: Option<i64>) -> Bar {
    let (cap, limit) = (on.cap, on.limit);
    let each = cap.each.as_ref().map(|what| format!("{what}ごと"));
    Bar {
        cap: cap.id.clone(),
        title: cap.text.clone(),
        of: row.and_then(|row| row.share_of.clone()).or(each),
        clause: cap.clause.clone(),
        per: match cap.per {
            Per::Use => "／回",
            Per::Day => "／日",
            Per::Month => "／月",
            Per::FiscalYear => "／年度",
            Per::Lifetime => "／通算",
            Per::UsefulLife => "／耐用年数",
        },
        limit,
        used: row.map_or(0, |r| r.used),
        booked: row.map_or(0, |r| r.booked),
        passed: passed.filter(|_| matches!(cap.per, Per::Month | Per::FiscalYear)),
        unit: cap.unit,
        counter: cap.counter.clone(),
    }
}

fn passed(period: Period, today: Date) -> Option<i64> {
    let days = |from: Date, to: Date| from.until(to).map_or(0, |span| i64::from(span.get_days()));
    let (from, until) = (period.from(), period.until()?);
    let whole = days(from, until).max(1);
    (from <= today && today < until).then(|| days(from, today) * 100 / whole)
}

impl Bar {
    pub fn say(&self, amount: i64) -> String {
        self.unit.say(amount, &self.counter)
    }

    pub fn used_text(&self) -> String {
        self.say(self.used)
    }

    pub fn booked_text(&self) -> String {
        self.say(self.booked)
    }

    pub fn limit_text(&self) -> Option<String> {
        self.limit.map(|limit| format!("{}{}", self.say(limit), self.per))
    }

    pub fn left_text(&self) -> Option<String> {
        self.left().map(|left| self.say(left))
    }

    pub fn left(&self) -> Option<i64> {
        self.limit.map(|limit| limit - self.used - self.booked)
    }

    /// Four fifths are gone.
    pub fn is_high(&self) -> bool {
        self.limit.is_some_and(|limit| limit > 0 && self.gone() * 5 >= limit * 4)
    }

    pub fn gone(&self) -> i64 {
        self.used + self.booked
    }

    /// The place of the tick on a bar as wide as the limit.
    pub fn tick(&self) -> Option<i64> {
        Some(self.limit? * self.passed? / 100)
    }

    /// The width of the drawing.
    pub fn width(&self) -> Option<i64> {
        self.limit.filter(|limit| *limit > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap_or(Date::ZERO)
    }

    fn life(from: &str, amount: i64) -> Take {
        let first = day(from);
        let until = first.checked_add(civil::Span::new().years(6)).unwrap_or(Date::MAX);
        let period = Period::Life { first, until };
        Take { cap: "device".into(), of: None, period, day: first, amount, limit: 10 }
    }

    fn row(from: &str, until: &str, used: i64) -> Taken {
        Taken {
            client_id: String::new(),
            programme: String::new(),
            cap: "device".into(),
            share_of: None,
            period_from: from.into(),
            period_until: Some(until.into()),
            booked: 0,
            used,
        }
    }

    #[test]
    fn a_useful_life_takes_in_what_lies_within_it_on_both_sides() {
        let taken = [row("2020-06-01", "2026-06-01", 3)];
        let at = |from: &str| {
            let places = places(&[life(from, 2)], &taken);
            (places[0].from.clone(), places[0].gone)
        };
        assert_eq!(at("2026-05-31"), ("2020-06-01".into(), 3), "its last day");
        assert_eq!(at("2026-06-01"), ("2026-06-01".into(), 0), "a new life");
        assert_eq!(at("2014-06-02"), ("2020-06-01".into(), 3), "a life would reach into it");
        assert_eq!(at("2014-06-01"), ("2014-06-01".into(), 0), "it ends as the other begins");
    }

    #[test]
    fn two_days_of_one_use_in_one_period_are_taken_together() {
        let places = places(&[life("2026-06-01", 2), life("2026-06-02", 3)], &[]);
        assert_eq!(places.len(), 2, "two lives before anything was taken are two");
        let taken = [row("2026-05-01", "2032-05-01", 4)];
        let places = super::places(&[life("2026-06-01", 2), life("2026-06-02", 3)], &taken);
        assert_eq!((places.len(), places[0].amount, places[0].gone), (1, 5, 4));
    }

    #[test]
    fn a_life_that_only_the_booking_had_begun_begins_with_the_use() {
        let mut taken = vec![row("2026-06-01", "2032-06-01", 0)];
        taken[0].booked = 1;
        without(&mut taken, &vec![("device".into(), None, "2026-06-01".into(), 1)]);
        let places = places(&[life("2026-06-05", 1)], &taken);
        assert_eq!((places[0].from.as_str(), places[0].gone), ("2026-06-05", 0));
    }

    #[test]
    fn each_has_a_part_of_its_own_however_it_is_written() {
        let part = |of: &str| Take { of: Some(of.into()), ..life("2026-06-01", 2) };
        let mut taken = vec![row("2026-06-01", "2032-06-01", 9)];
        taken[0].share_of = Some("第1回".into());
        let gone = |of: &str| places(&[part(of)], &taken)[0].gone;
        assert_eq!((gone("第1回"), gone("第2回")), (9, 0));
        assert_eq!(known_share("第１回", &taken), "第1回");
        assert_eq!(known_share("第2回", &taken), "第2回");
        assert!(!same_share("＋", "－") && same_share("－", "－"), "signs have no key");
        without(&mut taken, &vec![("device".into(), Some("第2回".into()), "2026-06-01".into(), 9)]);
        assert_eq!(taken.len(), 1, "another's part stays");
    }

    #[test]
    fn four_fifths_are_high() {
        let bar = |used, booked, limit| Bar {
            cap: String::new(),
            title: String::new(),
            of: None,
            clause: String::new(),
            per: "",
            limit,
            used,
            booked,
            passed: None,
            unit: Unit::Minutes,
            counter: String::new(),
        };
        assert!(!bar(79, 0, Some(100)).is_high());
        assert!(bar(70, 10, Some(100)).is_high());
        assert!(!bar(70, 10, None).is_high(), "no limit was entered");
        assert_eq!(bar(70, 10, Some(100)).left(), Some(20));
    }
}
