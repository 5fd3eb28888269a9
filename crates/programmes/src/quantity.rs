//! Numbers as a clerk writes them: 「288時間」, 「2時間30分」, 「4枚」, a date, 「04-01」, a setting.

use std::fmt;

use civil::Date;
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use crate::programme::Unit;

/// A number as written: still to be held against the unit of its item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    Number(i64),
    Text(String),
    Setting(String),
    /// What is granted to this person: the number of a fact.
    Fact(String),
}

/// A number that is known, or one that the office has to enter: sources do not state it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    Known(i64),
    /// The place of the setting in the programme's list.
    Setting(usize),
    /// The place of the fact in the list of what is known.
    Fact(usize),
}

impl Written {
    /// In the unit: minutes for time, pieces for the rest.
    pub fn number(&self, unit: Unit, counter: &str) -> Result<i64, String> {
        match self {
            Self::Number(_) if unit == Unit::Minutes => {
                Err("時間は「2時間」「30分」のように単位を付けて書いてください。".into())
            }
            Self::Number(number) => Ok(*number),
            Self::Text(text) if unit == Unit::Minutes => {
                minutes(text).ok_or_else(|| format!("「{text}」は時間として読めません。"))
            }
            Self::Text(text) => {
                let number = text.strip_suffix(counter).and_then(grouped);
                number.ok_or_else(|| format!("「{text}」は「4{counter}」の形で書いてください。"))
            }
            Self::Setting(name) | Self::Fact(name) => {
                Err(format!("「{name}」はここには書けません。数を書いてください。"))
            }
        }
    }
}

/// 「288時間」, 「2時間30分」, 「45分」.
fn minutes(text: &str) -> Option<i64> {
    let (hours, rest) = match text.split_once("時間") {
        Some((hours, rest)) => (grouped(hours)?, rest),
        None => (0, text),
    };
    let minutes = match rest.strip_suffix('分') {
        Some(minutes) => grouped(minutes)?,
        None if rest.is_empty() && text.ends_with("時間") => 0,
        None => return None,
    };
    hours.checked_mul(60)?.checked_add(minutes)
}

fn grouped(text: &str) -> Option<i64> {
    let digits = text.replace(',', "");
    digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())?
}

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Seen;
        impl<'de> Visitor<'de> for Seen {
            type Value = Written;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("数、「2時間30分」、{ setting = \"...\" } または { fact = \"...\" }")
            }
            fn visit_i64<E: Error>(self, number: i64) -> Result<Written, E> {
                if number < 0 {
                    return Err(E::custom("負の数は書けません"));
                }
                Ok(Written::Number(number))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Written, E> {
                Ok(Written::Text(text.to_owned()))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Written, A::Error> {
                match map.next_entry::<String, String>()? {
                    Some((key, name)) if key == "setting" => Ok(Written::Setting(name)),
                    Some((key, name)) if key == "fact" => Ok(Written::Fact(name)),
                    _ => Err(A::Error::custom("ここに書けるのは setting か fact です")),
                }
            }
        }
        from.deserialize_any(Seen)
    }
}

/// A date written without quotation marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub Date);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let written = toml::value::Datetime::deserialize(from)?;
        let read = written.to_string().parse();
        read.map(Day).map_err(|_| D::Error::custom("日付は 2025-04-01 の形で書いてください"))
    }
}

/// A day and a time written without quotation marks: 2026-03-31T23:00:00.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment(pub civil::DateTime);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let written = toml::value::Datetime::deserialize(from)?;
        let read = written.to_string().parse();
        read.map(Moment).map_err(|_| D::Error::custom("日時は 2026-03-31T23:00:00 と書きます"))
    }
}

/// 「04-01」. A day of every year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MonthDay {
    pub month: i8,
    pub day: i8,
}

impl MonthDay {
    /// The first such day on or after a date. 「02-29」 is the last of February in common years.
    pub fn on_or_after(self, date: Date) -> Date {
        let this = self.in_year(date.year());
        if this >= date { this } else { self.in_year(date.year() + 1) }
    }

    /// The last such day on or before a date.
    pub fn on_or_before(self, date: Date) -> Date {
        let this = self.in_year(date.year());
        if this <= date { this } else { self.in_year(date.year() - 1) }
    }

    fn in_year(self, year: i16) -> Date {
        let exact = Date::new(year, self.month, self.day);
        exact.or_else(|_| Date::new(year, self.month, 28)).unwrap_or(Date::MAX)
    }

    /// Is the date between two such days, both included, also over New Year?
    pub fn between(from: Self, until: Self, date: Date) -> bool {
        until.on_or_after(from.on_or_before(date)) >= date
    }
}

impl<'de> Deserialize<'de> for MonthDay {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let parts = text.split_once('-');
        let read = parts.and_then(|(m, d)| Some((m.parse().ok()?, d.parse().ok()?)));
        match read {
            Some((month, day)) if Date::new(2024, month, day).is_ok() => Ok(Self { month, day }),
            _ => Err(D::Error::custom("月日は \"04-01\" の形で書いてください")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_read_with_their_unit() {
        let text = |t: &str| Written::Text(t.into());
        assert_eq!(text("288時間").number(Unit::Minutes, ""), Ok(17_280));
        assert_eq!(text("2時間30分").number(Unit::Minutes, ""), Ok(150));
        assert_eq!(text("30分").number(Unit::Minutes, ""), Ok(30));
        assert_eq!(text("1,000枚").number(Unit::Tickets, "枚"), Ok(1_000));
        assert!(Written::Number(2).number(Unit::Minutes, "").is_err(), "hours or minutes?");
        for wrong in ["", "時間", "2時", "-1分", "2時間半", "3枚"] {
            assert!(text(wrong).number(Unit::Minutes, "").is_err(), "{wrong}");
        }
        assert!(text("3回").number(Unit::Tickets, "枚").is_err());
    }

    #[test]
    fn days_of_every_year_go_over_new_year() {
        let day = |month, day| MonthDay { month, day };
        let date = |m, d| Date::new(2025, m, d).unwrap_or(Date::MAX);
        let winter = (day(12, 1), day(3, 31));
        for (on, inside) in [(date(11, 30), false), (date(12, 1), true), (date(3, 31), true)] {
            assert_eq!(MonthDay::between(winter.0, winter.1, on), inside, "{on}");
        }
        assert!(!MonthDay::between(winter.0, winter.1, date(4, 1)));
        assert!(MonthDay::between(day(4, 1), day(3, 31), date(7, 7)));
    }
}
