//! A moment: stored in UTC, read in Japan.

use std::fmt;
use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

use jiff::{SignedDuration, civil::datetime};

use crate::{Date, DateError, DateErrorKind, DateTime, Minutes, Time};

/// A moment to the millisecond. Prints as `YYYY-MM-DDTHH:MM:SS.mmmZ`, always 24 characters, so
/// that text sorts as time does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

/// Japan keeps no summer time, so the zone is nine hours and needs no database.
const TOKYO: SignedDuration = SignedDuration::from_hours(9);
const EPOCH: DateTime = datetime(1970, 1, 1, 0, 0, 0, 0);

impl Instant {
    /// 0001-01-02T00:00:00.000Z
    pub const MIN: Instant = Instant(-62_135_510_400_000);
    /// 9999-12-30T23:59:59.999Z; beyond, the day in Japan would leave the calendar.
    pub const MAX: Instant = Instant(253_402_214_399_999);

    /// Milliseconds since 1970-01-01T00:00Z; `None` beyond [`Instant::MIN`] and [`Instant::MAX`].
    pub fn from_millis(millis: i64) -> Option<Self> {
        let instant = Self(millis);
        (Self::MIN..=Self::MAX).contains(&instant).then_some(instant)
    }

    /// For the clock that `main` reads; clamped to [`Instant::MIN`] and [`Instant::MAX`].
    pub fn from_system(time: SystemTime) -> Self {
        let millis = match time.duration_since(UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_millis()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |n| -n),
        };
        Self::clamped(millis)
    }

    /// The moment at which clocks in Japan show this; parts of a millisecond are dropped.
    pub fn from_civil(tokyo: DateTime) -> Self {
        Self::clamped(millis_since_epoch(tokyo).saturating_sub(TOKYO.as_millis() as i64))
    }

    /// Midnight in Japan, when the day begins.
    pub fn start_of(date: Date) -> Self {
        Self::from_civil(date.to_datetime(Time::midnight()))
    }

    pub fn millis(self) -> i64 {
        self.0
    }

    /// Date and time in Japan.
    pub fn civil(self) -> DateTime {
        self.utc().saturating_add(TOKYO)
    }

    /// The day in Japan: 2024-03-31T15:30Z is 1 April.
    pub fn civil_date(self) -> Date {
        self.civil().date()
    }

    /// The time of day in Japan.
    pub fn civil_time(self) -> Time {
        self.civil().time()
    }

    pub fn plus(self, minutes: Minutes) -> Self {
        Self::clamped(self.0.saturating_add(minutes.0.saturating_mul(60_000)))
    }

    /// Whole minutes since an earlier moment; negative if it is later.
    pub fn minutes_since(self, earlier: Instant) -> Minutes {
        Minutes((self.0 - earlier.0) / 60_000)
    }

    fn clamped(millis: i64) -> Self {
        Self(millis).clamp(Self::MIN, Self::MAX)
    }

    fn utc(self) -> DateTime {
        EPOCH.saturating_add(SignedDuration::from_millis(self.0))
    }
}

fn millis_since_epoch(at: DateTime) -> i64 {
    // Floored, so that a part of a millisecond before 1970 is dropped like one after.
    at.duration_since(EPOCH).as_nanos().div_euclid(1_000_000) as i64
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.utc();
        write!(f, "{:04}-{:02}-{:02}T", at.year(), at.month(), at.day())?;
        write!(f, "{:02}:{:02}:{:02}.", at.hour(), at.minute(), at.second())?;
        write!(f, "{:03}Z", at.millisecond())
    }
}

/// Reads exactly what `Display` prints, and nothing else.
impl FromStr for Instant {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, DateError> {
        read(text).ok_or_else(|| {
            let message = "時刻の記録が YYYY-MM-DDTHH:MM:SS.mmmZ の形ではありません。";
            DateError::new(DateErrorKind::Unreadable, message)
        })
    }
}

fn read(text: &str) -> Option<Instant> {
    let shape = text.bytes().map(|b| if b.is_ascii_digit() { b'0' } else { b });
    if !shape.eq(*b"0000-00-00T00:00:00.000Z") {
        return None;
    }
    let part = |from: usize, to: usize| text[from..to].parse::<i16>().ok();
    let small = |from, to| part(from, to).map(|n| n as i8);
    let date = Date::new(part(0, 4)?, small(5, 7)?, small(8, 10)?).ok()?;
    let nanos = i32::from(part(20, 23)?) * 1_000_000;
    let time = Time::new(small(11, 13)?, small(14, 16)?, small(17, 19)?, nanos).ok()?;
    Instant::from_millis(millis_since_epoch(date.to_datetime(time)))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::FiscalYear;

    #[test]
    fn a_call_late_on_31_march_utc_belongs_to_the_new_fiscal_year() {
        let call: Instant = "2024-03-31T15:30:00.000Z".parse().unwrap();
        assert_eq!(call.civil_date(), date(2024, 4, 1));
        assert_eq!(call.civil_time(), Time::constant(0, 30, 0, 0));
        assert_eq!(FiscalYear::of(call.civil_date()).year(), 2024);
        let before: Instant = "2024-03-31T14:59:59.999Z".parse().unwrap();
        assert_eq!(FiscalYear::of(before.civil_date()).year(), 2023);
    }

    #[test]
    fn only_the_printed_form_reads() {
        for text in [
            "",
            "2024-03-31T15:30:00Z",
            "2024-03-31T15:30:00.000",
            "2024-03-31 15:30:00.000Z",
            "2024-03-31T15:30:00.000+",
            "2024-02-30T15:30:00.000Z",
            "2024-03-31T24:00:00.000Z",
            "2024-03-31T23:59:60.000Z",
            "0000-01-01T00:00:00.000Z",
            "+024-03-31T15:30:00.000Z",
            "２０２４-03-31T15:30:00.000Z",
        ] {
            assert!(text.parse::<Instant>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_limits_print_and_read() {
        assert_eq!(Instant::MIN.to_string(), "0001-01-02T00:00:00.000Z");
        assert_eq!(Instant::MAX.to_string(), "9999-12-30T23:59:59.999Z");
        assert_eq!(Instant::from_millis(i64::MAX), None);
        assert_eq!(Instant::from_civil(DateTime::MAX), Instant::MAX);
        assert_eq!(Instant::from_civil(DateTime::MIN), Instant::MIN);
        assert_eq!(Instant::MAX.civil_date(), date(9999, 12, 31));
    }

    #[test]
    fn the_system_clock_converts() {
        let moment = UNIX_EPOCH + std::time::Duration::from_millis(1_711_899_000_123);
        assert_eq!(Instant::from_system(moment).to_string(), "2024-03-31T15:30:00.123Z");
        let before = UNIX_EPOCH - std::time::Duration::from_millis(1);
        assert_eq!(Instant::from_system(before).to_string(), "1969-12-31T23:59:59.999Z");
    }

    #[test]
    fn minutes_add_and_subtract() {
        let noon = Instant::from_civil(date(2024, 4, 1).at(12, 0, 0, 0));
        let later = noon.plus(Minutes(90));
        assert_eq!(later.civil(), date(2024, 4, 1).at(13, 30, 0, 0));
        assert_eq!(later.minutes_since(noon), Minutes(90));
        assert_eq!(noon.minutes_since(later), Minutes(-90));
        assert_eq!(noon.plus(Minutes(i64::MAX)), Instant::MAX);
    }

    fn any_instant() -> impl Strategy<Value = Instant> {
        let near = -4_102_444_800_000..4_102_444_800_000_i64;
        prop_oneof![Instant::MIN.0..=Instant::MAX.0, near].prop_map(Instant)
    }

    proptest! {
        #![proptest_config(crate::testing::config())]

        #[test]
        fn text_sorts_as_time_does(a in any_instant(), b in any_instant(), step in 0..2000_i64) {
            for b in [b, Instant::clamped(a.0 + step)] {
                prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
            }
        }

        #[test]
        fn text_and_japanese_time_return(a in any_instant()) {
            prop_assert_eq!(a.to_string().parse(), Ok(a));
            prop_assert_eq!(a.to_string().len(), 24);
            prop_assert_eq!(Instant::from_civil(a.civil()), a);
        }
    }
}
