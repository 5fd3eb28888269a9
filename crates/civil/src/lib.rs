//! How Japanese offices count time, age and money, with no I/O and no clock.
//!
//! Read in this order: [`format_era`] and [`parse_date`] (和暦), [`FiscalYear`] (年度),
//! [`Instant`] (a moment, seen from Asia/Tokyo), [`legal_age_on`] and [`SchoolGrade`] (年齢, 学年),
//! [`Yen`], [`Minutes`], [`Share`] and [`Percent`] (amounts that add up exactly).
//!
//! ```
//! let date = civil::parse_date("令和6年4月1日").unwrap();
//! assert_eq!(civil::FiscalYear::of(date).label(), "令和6年度");
//! ```

mod era;
mod parse;

mod error;
mod scan;
mod serial;

mod age;
mod fiscal;
mod instant;

mod amount;
mod percent;
mod share;

pub use jiff::Span;
pub use jiff::civil::{Date, DateTime, Time};

pub use age::{
    SchoolGrade, age_on, age_text, enters_elementary_on, legal_age_on, months_on, school_grade_on,
};
pub use amount::{Minutes, Yen};
pub use era::{
    Era, EraDate, era_of, format_both, format_era, format_month, format_short, format_with_weekday,
    weekday_ja,
};
pub use error::{DateError, DateErrorKind};
pub use fiscal::{FiscalYear, Quarter};
pub use instant::Instant;
pub use parse::{parse_date, parse_datetime, parse_era_parts};
pub use percent::{Percent, half_up, largest_remainder};
pub use serial::{SerialBase, from_serial};
pub use share::Share;

#[cfg(test)]
mod testing;
