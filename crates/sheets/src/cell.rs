//! One cell: its text as the spreadsheet shows it, and what kind of value it was.

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// The text, trimmed but otherwise as written: widths and variants of characters are kept.
    /// Dates are `2024-04-01`, `2024-04-01 09:30:00` or `09:30:00`.
    pub text: String,
    /// What the spreadsheet took it for. Cells of CSV files are always `Text` or `Empty`.
    pub kind: CellKind,
    /// Repeated from the top left cell of the merged range that covers this one.
    pub from_merge: bool,
}

/// What a spreadsheet took a value for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum CellKind {
    /// Nothing, or nothing but spaces.
    Empty,
    /// Text.
    Text,
    /// A number without a date format.
    Number(f64),
    /// A number with a date or time format: days since the epoch of the workbook.
    Date {
        /// Days, with the time as a fraction.
        serial: f64,
        /// Day 0 is 1904-01-01 instead of 1899-12-30.
        is_1904: bool,
    },
    /// True or false.
    Bool(bool),
    /// A failed formula, such as `#N/A`.
    Error,
}

/// The letters of a column counted from 0: A, B, ..., Z, AA, ...
pub fn column_letter(index: usize) -> String {
    let mut rest = index;
    let mut letters = Vec::new();
    loop {
        let digit = u8::try_from(rest % 26).unwrap_or_default();
        letters.push(char::from(b'A' + digit));
        match (rest / 26).checked_sub(1) {
            Some(next) => rest = next,
            None => return letters.iter().rev().collect(),
        }
    }
}

impl Cell {
    pub(crate) const EMPTY: Self =
        Self { text: String::new(), kind: CellKind::Empty, from_merge: false };

    pub(crate) fn text(raw: &str) -> Self {
        let text = trim(raw);
        if text.is_empty() { Self::EMPTY } else { Self::of(text.to_owned(), CellKind::Text) }
    }

    pub(crate) fn of(text: String, kind: CellKind) -> Self {
        Self { text, kind, from_merge: false }
    }

    /// A number; `digits` is how many digits a format such as `000000` fills up to.
    pub(crate) fn number(n: f64, digits: usize) -> Self {
        let plain = number_text(n);
        let text = match plain.bytes().all(|b| b.is_ascii_digit()) {
            true => format!("{plain:0>digits$}"),
            false => plain,
        };
        Self::of(text, CellKind::Number(n))
    }

    pub(crate) fn date(serial: f64, is_1904: bool) -> Self {
        match date_text(serial, is_1904) {
            Some(text) => Self::of(text, CellKind::Date { serial, is_1904 }),
            None => Self::number(serial, 0),
        }
    }

    pub(crate) fn duration(days: f64) -> Self {
        let seconds = (days * 86_400.0).round();
        if !(0.0..1e12).contains(&seconds) {
            return Self::number(days, 0);
        }
        let text = clock(seconds as u64);
        Self::of(text, CellKind::Number(days))
    }

    /// Nothing to see here.
    pub fn is_empty(&self) -> bool {
        self.kind == CellKind::Empty
    }

    /// Something that was written in this very cell.
    pub(crate) fn is_own(&self) -> bool {
        !self.is_empty() && !self.from_merge
    }
}

/// Spaces of every width, and the invisible characters that copying from web pages leaves behind.
pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| {
        c.is_whitespace() || c.is_control() || matches!(c, '\u{FEFF}' | '\u{200B}')
    })
}

/// Fifteen digits as Excel shows them, so that 0.1 + 0.2 is 0.3; never `12.0`, never `1e21`.
fn number_text(n: f64) -> String {
    let shown = format!("{n:.14e}").parse().unwrap_or(n);
    if shown == 0.0 { "0".to_owned() } else { format!("{shown}") }
}

fn date_text(serial: f64, is_1904: bool) -> Option<String> {
    // 2_958_465 is 9999-12-31, the last day a spreadsheet can show.
    if !(0.0..2_958_466.0).contains(&serial) {
        return None;
    }
    let seconds = (serial * 86_400.0).round() as u64;
    let (day, time) = (i64::try_from(seconds / 86_400).ok()?, seconds % 86_400);
    if day == 0 && !is_1904 {
        return Some(clock_padded(time));
    }
    let date = calendar_date(day, is_1904);
    Some(if time == 0 { date } else { format!("{date} {}", clock_padded(time)) })
}

/// Days count from 1899-12-30, except before March 1900: Excel believes in a 29 February 1900.
fn calendar_date(day: i64, is_1904: bool) -> String {
    let before_phantom_leap_day = i64::from(!is_1904 && day < 60);
    let epoch = if is_1904 { 24_107 } else { 25_569 };
    // Days to civil date in the proleptic Gregorian calendar, eras of 400 years from 1 March.
    let z = day + before_phantom_leap_day - epoch + 719_468;
    let (era, doe) = (z.div_euclid(146_097), z.rem_euclid(146_097));
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{:02}", doy - (153 * mp + 2) / 5 + 1)
}

fn clock(seconds: u64) -> String {
    format!("{}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

fn clock_padded(seconds: u64) -> String {
    format!("{:0>8}", clock(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters() {
        let of = |n| column_letter(n);
        assert_eq!([of(0), of(25), of(26), of(701), of(702)], ["A", "Z", "AA", "ZZ", "AAA"]);
        assert_eq!(of(16_383), "XFD");
        assert!(!of(usize::MAX).is_empty());
    }

    #[test]
    fn numbers_read_as_shown() {
        let shown = |n| Cell::number(n, 0).text;
        assert_eq!([shown(12.0), shown(-0.0), shown(0.1 + 0.2)], ["12", "0", "0.3"]);
        assert_eq!([shown(-1.5), shown(1e15)], ["-1.5", "1000000000000000"]);
        assert_eq!(Cell::number(123.0, 7).text, "0000123");
        assert_eq!(Cell::number(-12.0, 7).text, "-12");
    }

    #[test]
    fn dates_read_as_calendar_dates() {
        let shown = |serial| Cell::date(serial, false).text;
        assert_eq!([shown(45_383.0), shown(36_526.0)], ["2024-04-01", "2000-01-01"]);
        assert_eq!([shown(1.0), shown(61.0)], ["1900-01-01", "1900-03-01"]);
        assert_eq!([shown(45_383.5), shown(0.395_833_333)], ["2024-04-01 12:00:00", "09:30:00"]);
        assert_eq!(Cell::date(43_921.0, true).text, "2024-04-01");
        assert_eq!(Cell::date(-1.0, false).kind, CellKind::Number(-1.0));
        assert_eq!(Cell::date(f64::NAN, false).text, "NaN");
        assert_eq!(Cell::duration(1.25).text, "30:00:00");
    }

    #[test]
    fn spaces_of_every_width_are_nothing() {
        assert!(Cell::text("　\u{A0}\t\u{FEFF}").is_empty());
        assert_eq!(Cell::text("　ｱ 一　").text, "ｱ 一");
    }
}
