//! Who judged, and when: kept separately for 基本スコア and 見守りスコア.

use serde::{Deserialize, Serialize};
use std::fmt;

/// 判定: who judged one part of the score, and on which day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    pub judged_by: Judge,
    pub judged_on: Day,
    /// 判定者の氏名
    pub name: String,
}

/// 判定者
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judge {
    /// 医師
    Physician,
    /// 事業所: may judge 基本スコア after asking the guardian, the physician or the nurses.
    Facility,
}

/// 判定日: a calendar day, written `2026-11-20`.
///
/// A type of its own because the crate compares days and never computes with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day {
    year: i16,
    month: i8,
    day: i8,
}

impl Day {
    /// A day that exists in the calendar, from year 1 on.
    pub fn new(year: i16, month: i8, day: i8) -> Option<Day> {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let last = match month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        ((1..=9999).contains(&year) && (1..=last).contains(&day)).then_some(Day {
            year,
            month,
            day,
        })
    }

    /// Reads `2026-11-20`, and nothing looser.
    pub fn read(text: &str) -> Option<Day> {
        let mut parts = text.splitn(3, '-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        let read = Day::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)?;
        (read.to_string() == text).then_some(read)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl TryFrom<String> for Day {
    type Error = String;

    fn try_from(text: String) -> Result<Day, String> {
        Day::read(&text).ok_or_else(|| format!("「{text}」は日付ではありません（例 2026-11-20）"))
    }
}

impl From<Day> for String {
    fn from(day: Day) -> String {
        day.to_string()
    }
}
