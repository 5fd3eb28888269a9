//! When one may apply, how long an award holds, when it is renewed.

use civil::{Date, FiscalYear};

use crate::programme::{Version, Window};
use crate::quantity::MonthDay;
use crate::raw::Lasts;

impl Version {
    /// Can one apply on this day? Without windows, on every day.
    pub fn open_on(&self, on: Date) -> bool {
        self.windows.is_empty() || self.window_on(on).is_some()
    }

    pub fn window_on(&self, on: Date) -> Option<&Window> {
        self.windows.iter().find(|w| MonthDay::between(w.from, w.until, on))
    }

    /// The next day on which applications are taken, today included.
    pub fn opens_next(&self, on: Date) -> Option<Date> {
        if self.open_on(on) {
            return Some(on);
        }
        self.windows.iter().map(|w| w.from.on_or_after(on)).min()
    }

    /// 定員: how many awards may be open at the same time; nothing where the file sets no limit.
    pub fn places(&self) -> Option<i64> {
        self.term.places
    }

    /// The first day after an award that begins on a day; nothing when it stays open.
    pub fn award_until(&self, from: Date, born: Option<Date>) -> Option<Date> {
        let year_end = FiscalYear::of(from).range().end;
        let by_term = match self.term.lasts {
            Lasts::Open => None,
            Lasts::FiscalYear => Some(year_end),
            Lasts::Months => Some(add_months(from, self.term.months)),
            Lasts::Once => Some(from.tomorrow().unwrap_or(from)),
        };
        let by_age = self.term.until_age.zip(born).map(|(age, born)| end_of_age(born, age));
        [by_term, by_age].into_iter().flatten().min()
    }

    /// The day from which next year's application is prepared, for an award that ends.
    pub fn renew_from(&self, until: Date) -> Option<Date> {
        let last = until.yesterday().unwrap_or(until);
        self.term.renew_from.map(|day| day.on_or_before(last))
    }

    /// The day on which income is determined again for an award that begins on a day.
    pub fn income_on(&self, from: Date) -> Option<Date> {
        self.term.income_on.map(|day| day.on_or_before(from))
    }
}

/// 1 April after the fiscal year in which an age is reached by law.
fn end_of_age(born: Date, age: i32) -> Date {
    let reached = born.checked_add(civil_years(age)).unwrap_or(Date::MAX);
    let reached = reached.yesterday().unwrap_or(reached);
    FiscalYear::of(reached).range().end
}

fn civil_years(years: i32) -> civil::Span {
    civil::Span::new().years(years)
}

fn add_months(from: Date, months: i32) -> Date {
    from.checked_add(civil::Span::new().months(months)).unwrap_or(Date::MAX)
}
