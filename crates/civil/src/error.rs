//! The one error of this crate: what is wrong with a date, in words a clerk can act on.

use std::fmt;

use crate::Date;

/// Why a date was refused, with a sentence for the person who typed it.
///
/// The sentence and the proposal may repeat a date of birth: show them to whoever typed the date,
/// and log only [`DateError::kind`]. The typed text itself is never repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DateError {
    pub kind: DateErrorKind,
    /// In Japanese, one or two sentences: what is wrong and what to do.
    pub message: String,
    /// The day that was most probably meant; nothing is ever repaired without asking.
    pub proposal: Option<Date>,
}

/// What sort of mistake it is; safe to log and to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateErrorKind {
    /// Nothing was entered.
    Empty,
    /// Part of the date is missing: a year without an era, a month without a day.
    Incomplete,
    /// No notation we know.
    Unreadable,
    /// The day does not lie in the era named with it: 昭和65年.
    EraMismatch,
    /// No calendar has this day or time: 2月30日, 25時.
    Impossible,
    /// 曜日 or the second year given with the date says otherwise.
    Contradiction,
    /// A real day, but before 1873 (no solar calendar yet) or after 2199 (a slip of the keyboard).
    OutOfRange,
    /// A time of day where only a date is wanted, or the other way round.
    TimeOfDay,
}

impl DateError {
    pub(crate) fn new(kind: DateErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), proposal: None }
    }

    pub(crate) fn proposing(mut self, date: Date) -> Self {
        self.proposal = Some(date);
        self
    }

    pub(crate) fn unreadable() -> Self {
        Self::new(
            DateErrorKind::Unreadable,
            "日付として読み取れません。令和6年4月1日、R6.4.1、2024-04-01 のように入力してください。",
        )
    }

    pub(crate) fn incomplete() -> Self {
        Self::new(DateErrorKind::Incomplete, "年・月・日をすべて入力してください。")
    }

    pub(crate) fn year_without_era() -> Self {
        Self::new(
            DateErrorKind::Incomplete,
            "年は西暦4けたで入力するか、元号（令和など）を付けてください。",
        )
    }
}

impl fmt::Display for DateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for DateError {}
