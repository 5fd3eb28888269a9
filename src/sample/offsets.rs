//! Days of the sample ward, counted from the day of the demo.
//!
//! `-6y5m3d`, `+12d`, `0d`: so much before or after. `g0 06-03`: born on 3 June and now in grade 0
//! (年長; 1 is 小学1年, -1 年中), so that a child is in the same class whenever the demo runs.

use civil::{Date, FiscalYear};
use jiff::Span;

pub(super) fn day(text: &str, today: Date) -> Result<Date, String> {
    let found = match text.strip_prefix('g') {
        Some(grade) => born_in_grade(grade, today),
        None => moved(text, today),
    };
    found.ok_or_else(|| format!("'{text}' is no day of the sample ward"))
}

fn moved(text: &str, today: Date) -> Option<Date> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut span = Span::new();
    let mut rest = rest;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit())?;
        let n = sign * rest.get(..end)?.parse::<i32>().ok()?;
        span = match rest.get(end..=end)? {
            "y" => span.years(n),
            "m" => span.months(n),
            "d" => span.days(n),
            _ => return None,
        };
        rest = rest.get(end + 1..)?;
    }
    today.checked_add(span).ok()
}

/// Who enters 小学1年 in a fiscal year was born from 2 April, seven years before, to 1 April.
fn born_in_grade(text: &str, today: Date) -> Option<Date> {
    let (grade, month_day) = text.split_once(' ')?;
    let (month, day) = month_day.split_once('-')?;
    let (month, day) = (month.parse().ok()?, day.parse().ok()?);
    let early = (month, day) <= (4, 1);
    let year = FiscalYear::of(today).year() - 6 - grade.parse::<i16>().ok()?;
    Date::new(year + i16::from(early), month, day).ok()
}

#[cfg(test)]
mod tests {
    use civil::{SchoolGrade, school_grade_on};
    use jiff::civil::date;

    use super::*;

    #[test]
    fn days_are_counted_from_today() {
        let today = date(2026, 11, 20);
        assert_eq!(day("0d", today), Ok(today));
        assert_eq!(day("-6y5m17d", today), Ok(date(2020, 6, 3)));
        assert_eq!(day("+12d", today), Ok(date(2026, 12, 2)));
        for odd in ["", "soon", "-3", "g1", "g1 13-01", "-2w"] {
            assert!(odd.is_empty() || day(odd, today).is_err(), "{odd}");
        }
    }

    #[test]
    fn a_child_stays_in_its_class_all_year_round() {
        for today in [date(2026, 4, 1), date(2026, 11, 20), date(2027, 3, 31)] {
            for born in ["g3 04-01", "g3 04-02", "g3 12-31"] {
                let born = day(born, today).unwrap();
                assert_eq!(school_grade_on(born, today), SchoolGrade::Elementary(3), "{born}");
            }
        }
        assert_eq!(day("g0 06-03", date(2026, 11, 20)), Ok(date(2020, 6, 3)));
    }
}
