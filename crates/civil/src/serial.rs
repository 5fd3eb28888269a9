//! Days as spreadsheets store them: a count since 1900 or 1904, the time of day as the fraction.

use jiff::{ToSpan, civil::date};

use crate::era::LAST_YEAR;
use crate::{Date, DateError, DateErrorKind, parse_date};

/// Where a workbook counts from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SerialBase {
    /// 1 is 1900-01-01, and 60 a 29 February 1900 that never was.
    #[default]
    From1900,
    /// 0 is 1904-01-01: workbooks begun on an old Macintosh.
    From1904,
}

/// Reads a spreadsheet serial as a day and the whole minutes since midnight (0 to 1439).
///
/// A number that is really a typed date (20240401) is refused with that day as proposal.
pub fn from_serial(serial: f64, base: SerialBase) -> Result<(Date, u16), DateError> {
    let last = f64::from(days_to(date(LAST_YEAR, 12, 31)));
    if !serial.is_finite() || serial < 0.0 || serial >= last + 3.0 {
        return Err(no_serial(serial));
    }
    // A time of day is rarely exact in binary: 9:05 is stored as a hair under 9:05:00.
    let seconds = (serial * 86_400.0).round() as i64;
    let (days, minutes) = (seconds / 86_400, (seconds % 86_400 / 60) as u16);
    let date = match (base, days) {
        (SerialBase::From1904, _) => date(1904, 1, 1).checked_add(days.days()),
        (SerialBase::From1900, 0) => {
            let message = "時刻だけで、日付がありません。日付も入力してください。";
            return Err(DateError::new(DateErrorKind::TimeOfDay, message));
        }
        (SerialBase::From1900, 60) => {
            let message = "1900年2月は28日までです。日を確かめてください。";
            return Err(DateError::new(DateErrorKind::Impossible, message));
        }
        (SerialBase::From1900, ..60) => date(1899, 12, 31).checked_add(days.days()),
        (SerialBase::From1900, _) => date(1899, 12, 30).checked_add(days.days()),
    };
    match date {
        Ok(date) if date.year() <= LAST_YEAR => Ok((date, minutes)),
        _ => Err(no_serial(serial)),
    }
}

fn days_to(date_: Date) -> i32 {
    date_.duration_since(date(1900, 1, 1)).as_hours() as i32 / 24
}

fn no_serial(serial: f64) -> DateError {
    let message = "表計算の日付として読み取れない数です。セルを日付として入力し直してください。";
    let error = DateError::new(DateErrorKind::OutOfRange, message);
    match parse_date(&serial.to_string()) {
        Ok(date) => error.proposing(date),
        Err(_) => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use SerialBase::*;

    #[test]
    fn serials_count_past_the_day_that_never_was() {
        for (serial, day) in [
            (1.0, date(1900, 1, 1)),
            (59.0, date(1900, 2, 28)),
            (61.0, date(1900, 3, 1)),
            (43586.0, date(2019, 5, 1)),
            (45383.0, date(2024, 4, 1)),
            (109574.0, date(2199, 12, 31)),
        ] {
            assert_eq!(from_serial(serial, From1900), Ok((day, 0)));
        }
        let refused = from_serial(60.0, From1900).unwrap_err();
        assert_eq!(refused.kind, DateErrorKind::Impossible);
    }

    #[test]
    fn the_old_macintosh_counts_from_1904() {
        assert_eq!(from_serial(0.0, From1904), Ok((date(1904, 1, 1), 0)));
        assert_eq!(from_serial(45383.0 - 1462.0, From1904), Ok((date(2024, 4, 1), 0)));
        assert!(from_serial(109574.0, From1904).is_err());
    }

    #[test]
    fn every_minute_of_a_day_is_exact() {
        for minute in 0..1440_u16 {
            let serial = 45383.0 + f64::from(minute) / 1440.0;
            assert_eq!(from_serial(serial, From1900), Ok((date(2024, 4, 1), minute)));
        }
        assert_eq!(from_serial(45_383.999_999, From1900), Ok((date(2024, 4, 2), 0)));
    }

    #[test]
    fn numbers_that_are_no_day_are_refused() {
        for serial in [f64::NAN, f64::INFINITY, -1.0, 0.0, 0.5, 109575.0, 1e300] {
            assert!(from_serial(serial, From1900).is_err(), "{serial}");
        }
        let typed = from_serial(20240401.0, From1900).unwrap_err();
        assert_eq!(typed.proposal, Some(date(2024, 4, 1)));
    }

    #[test]
    fn each_serial_is_one_day_after_the_last() {
        let mut day = date(1900, 3, 1);
        for serial in 61..=109574 {
            assert_eq!(from_serial(f64::from(serial), From1900), Ok((day, 0)));
            day = day.tomorrow().unwrap();
        }
    }
}
