//! 年度: the fiscal year, 1 April to 31 March.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use crate::era::{FIRST_YEAR, LAST_YEAR, number};
use crate::scan::{Reckoning, Scan, normalise};
use crate::{Date, DateError, DateErrorKind, era_of};

/// 年度. The fiscal year, named after the calendar year of its 1 April.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FiscalYear(i16);

impl FiscalYear {
    /// The fiscal year that begins on 1 April of `year`; `None` outside 1872 (whose last months
    /// are the first of the solar calendar) to 2199.
    pub fn new(year: i16) -> Option<Self> {
        (FIRST_YEAR - 1..=LAST_YEAR).contains(&year).then_some(Self(year))
    }

    /// The fiscal year a day belongs to.
    pub fn of(date: Date) -> Self {
        Self(if date.month() >= 4 { date.year() } else { date.year() - 1 })
    }

    /// The calendar year of its 1 April.
    pub fn year(self) -> i16 {
        self.0
    }

    /// 1 April to the next 1 April, the end excluded.
    pub fn range(self) -> Range<Date> {
        self.month_first(0)..self.month_first(12)
    }

    pub fn contains(self, date: Date) -> bool {
        Self::of(date) == self
    }

    /// 「令和6年度」. 2019 is 令和元年度 throughout, as the government decided for its budget.
    pub fn label(self) -> String {
        // A month into the year: the one era that began in between, 令和, names the whole year.
        let named = self.month_first(1);
        match era_of(named) {
            Ok(e) => format!("{}{}年度", e.era().name(), number(e.year())),
            Err(_) => format!("{}年度", self.0),
        }
    }

    /// The twelve months from April to March, each with its end excluded.
    pub fn months(self) -> [Range<Date>; 12] {
        std::array::from_fn(|n| self.month_first(n)..self.month_first(n + 1))
    }

    /// 四半期. April to June is the first.
    pub fn quarters(self) -> [Quarter; 4] {
        [1, 2, 3, 4].map(|number| Quarter { year: self, number })
    }

    /// The quarter a day lies in, whatever its fiscal year.
    pub fn quarter_of(date: Date) -> Quarter {
        let number = match date.month() {
            4..=6 => 1,
            7..=9 => 2,
            10..=12 => 3,
            _ => 4,
        };
        Quarter { year: Self::of(date), number }
    }

    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    pub fn previous(self) -> Self {
        Self(self.0.saturating_sub(1))
    }

    /// The first day of the nth month, counting April as 0.
    fn month_first(self, n: usize) -> Date {
        let (years, month) = ((n + 3) / 12, (n + 3) % 12 + 1);
        let year = self.0.saturating_add(years as i16);
        // Only years at the very ends of the calendar, which no record has, lie outside `Date`.
        let edge = if year < 0 { Date::MIN } else { Date::MAX };
        Date::new(year, month as i8, 1).unwrap_or(edge)
    }
}

/// 四半期. A quarter of a fiscal year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quarter {
    year: FiscalYear,
    number: u8,
}

impl Quarter {
    pub fn year(self) -> FiscalYear {
        self.year
    }

    /// 1 (April to June) to 4 (January to March).
    pub fn number(self) -> u8 {
        self.number
    }

    /// Three months, the end excluded.
    pub fn range(self) -> Range<Date> {
        let first = usize::from(self.number - 1) * 3;
        self.year.month_first(first)..self.year.month_first(first + 3)
    }

    /// 「令和6年度第1四半期」.
    pub fn label(self) -> String {
        format!("{}第{}四半期", self.year.label(), self.number)
    }
}

/// Reads "2024", 2024年度, 令和6年度, 平成31年度 (which is 令和元年度), R6.
impl FromStr for FiscalYear {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, DateError> {
        let text = normalise(text);
        let mut scan = Scan::new(&text);
        if scan.is_empty() {
            return Err(DateError::new(DateErrorKind::Empty, "年度を入力してください。"));
        }
        let reckoning = scan.reckoning();
        let number = scan.year().ok_or_else(unreadable)?;
        scan.word(&[("年度", ()), ("年", ())]);
        let value = i16::try_from(number.value).map_err(|_| unreadable())?;
        if !scan.is_empty() {
            return Err(unreadable());
        }
        let year = match reckoning {
            Reckoning::Western if value < 1000 => return Err(DateError::year_without_era()),
            Reckoning::Western => value,
            Reckoning::Era(_) if value < 1 => return Err(unreadable()),
            Reckoning::Era(era) => era.first_day().year().saturating_add(value - 1),
        };
        let fiscal = Self::new(year).ok_or_else(out_of_range)?;
        match reckoning {
            Reckoning::Era(era) if !fiscal.has_days_of(era) => Err(mismatch(fiscal)),
            _ => Ok(fiscal),
        }
    }
}

impl FiscalYear {
    fn has_days_of(self, era: crate::Era) -> bool {
        let days = self.range();
        era.first_day() < days.end && era.last_day().is_none_or(|last| days.start <= last)
    }
}

impl fmt::Display for FiscalYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.label())
    }
}

fn unreadable() -> DateError {
    DateError::new(
        DateErrorKind::Unreadable,
        "年度として読み取れません。令和6年度、R6、2024 のように入力してください。",
    )
}

fn out_of_range() -> DateError {
    DateError::new(
        DateErrorKind::OutOfRange,
        "扱えるのは1872年度から2199年度までです。年度を確かめてください。",
    )
}

fn mismatch(meant: FiscalYear) -> DateError {
    let message = format!("その元号にない年度です。{}ではありませんか。", meant.label());
    DateError::new(DateErrorKind::EraMismatch, message).proposing(meant.range().start)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_year_turns_on_1_april() {
        assert_eq!(FiscalYear::of(date(2024, 3, 31)).year(), 2023);
        assert_eq!(FiscalYear::of(date(2024, 4, 1)).year(), 2024);
        let range = FiscalYear::new(2024).unwrap().range();
        assert_eq!(range, date(2024, 4, 1)..date(2025, 4, 1));
    }

    #[test]
    fn labels_follow_the_era() {
        for (year, label) in [
            (1912, "明治45年度"),
            (1926, "大正15年度"),
            (1988, "昭和63年度"),
            (1989, "平成元年度"),
            (2018, "平成30年度"),
            (2019, "令和元年度"),
            (2020, "令和2年度"),
            (2024, "令和6年度"),
        ] {
            assert_eq!(FiscalYear::new(year).unwrap().label(), label);
        }
    }

    #[test]
    fn both_names_of_a_year_of_change_read() {
        let parsed = |text: &str| text.parse::<FiscalYear>().map(FiscalYear::year);
        for (text, year) in [
            ("2024", 2024),
            ("2024年度", 2024),
            ("令和6年度", 2024),
            ("Ｒ６", 2024),
            ("令和六年度", 2024),
            ("令和元年度", 2019),
            ("平成31年度", 2019),
            ("昭和63年度", 1988),
            ("平成元年度", 1989),
            ("昭和元年度", 1926),
        ] {
            assert_eq!(parsed(text), Ok(year), "{text}");
        }
        assert_eq!(parsed("昭和64年度").unwrap_err().proposal, Some(date(1989, 4, 1)));
        assert_eq!(parsed("平成32年度").unwrap_err().proposal, Some(date(2020, 4, 1)));
        for text in ["", "6", "令和0年度", "令和6年4月", "20244", "99999"] {
            assert!(parsed(text).is_err(), "{text}");
        }
    }

    #[test]
    fn quarters_start_in_april() {
        let quarter = FiscalYear::quarter_of(date(2025, 1, 15));
        assert_eq!(quarter.label(), "令和6年度第4四半期");
        assert_eq!(quarter.range(), date(2025, 1, 1)..date(2025, 4, 1));
        assert_eq!(FiscalYear::quarter_of(date(2024, 6, 30)).number(), 1);
        assert_eq!(FiscalYear::quarter_of(date(2024, 7, 1)).number(), 2);
    }

    #[test]
    fn the_ends_of_the_calendar_do_not_panic() {
        for day in [Date::MIN, Date::MAX] {
            let year = FiscalYear::of(day);
            assert!(year.range().start <= day && !year.label().is_empty());
        }
    }

    proptest! {
        #![proptest_config(crate::testing::config())]

        #[test]
        fn months_and_quarters_tile_the_year(day in crate::testing::any_day()) {
            let year = FiscalYear::of(day);
            prop_assert!(year.range().contains(&day));
            prop_assert!(FiscalYear::quarter_of(day).range().contains(&day));
            prop_assert_eq!(year.label().parse(), Ok(year));
            let months = year.months();
            prop_assert_eq!(months[0].start..months[11].end, year.range());
            prop_assert!(months.windows(2).all(|pair| pair[0].end == pair[1].start));
            for (n, quarter) in year.quarters().into_iter().enumerate() {
                let of_months = months[n * 3].start..months[n * 3 + 2].end;
                prop_assert_eq!(quarter.range(), of_months);
            }
        }
    }
}
