//! Days since 1970-01-01 and the civil calendar, in arithmetic that also runs in columns.

/// From year 0, March, to 1970-01-01.
const SHIFT: i32 = 719_468;
const DAYS_OF_ERA: u32 = 146_097;

/// Days since 1970-01-01.
pub fn days_of(year: i32, month: i32, day: i32) -> i32 {
    let y = year - i32::from(month <= 2);
    let era = y.div_euclid(400);
    let of_era = y.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - SHIFT
}

/// Year, month, day. Exact from the year 0 on.
pub fn civil_of(days: i32) -> (i32, i32, i32) {
    let months = months(days);
    (months / 12, months % 12 + 1, day(days))
}

/// Months since January of year 0.
#[inline(always)]
pub(crate) fn months(days: i32) -> i32 {
    let (year, month, _) = parts(days);
    (year * 12 + month + 2) as i32
}

#[inline(always)]
pub(crate) fn day(days: i32) -> i32 {
    let (_, month, of_year) = parts(days);
    (of_year - (153 * month + 2) / 5 + 1) as i32
}

/// Years that begin in March, so that the leap day is the last: year, month (0 is March), day of
/// the year.
#[inline(always)]
fn parts(days: i32) -> (u32, u32, u32) {
    let z = (days + SHIFT) as u32;
    let era = z / DAYS_OF_ERA;
    let of_era = z % DAYS_OF_ERA;
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    (year + era * 400, (5 * of_year + 2) / 153, of_year)
}

/// Days of a text `2025-04-01`, if it is a date.
pub(crate) fn parse(text: &str) -> Option<i32> {
    let mut parts = text.split('-');
    let mut next = |width: usize| {
        let part = parts.next().filter(|p| p.len() == width)?;
        part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse::<i32>().ok())?
    };
    let (year, month, day) = (next(4)?, next(2)?, next(2)?);
    let days = days_of(year, month, day);
    (parts.next().is_none() && civil_of(days) == (year, month, day)).then_some(days)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_four_centuries_comes_back() {
        let mut before = (1799, 12, 31);
        for days in days_of(1800, 1, 1)..=days_of(2199, 12, 31) {
            let (y, m, d) = civil_of(days);
            assert_eq!(days_of(y, m, d), days);
            assert!((y, m, d) > before, "{before:?} then {y} {m} {d}");
            before = (y, m, d);
        }
        assert_eq!(civil_of(0), (1970, 1, 1));
        assert_eq!(civil_of(19_782), (2024, 2, 29));
    }

    #[test]
    fn only_dates_are_dates() {
        assert_eq!(parse("1970-01-02"), Some(1));
        for text in ["2023-02-29", "2023-2-01", "2023-02-01-", "", "2023-13-01", "+023-01-01"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
