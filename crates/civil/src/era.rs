//! 和暦: the Japanese eras, and every way a page or a form prints a day.

use jiff::civil::{Weekday, date};

use crate::{Date, DateError, DateErrorKind};

/// 和暦の日付. A day named by era and year, checked to lie in that era.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EraDate {
    date: Date,
    era: Era,
}

/// 元号. The five eras since the solar calendar came in (1873), oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Era {
    /// 明治
    Meiji,
    /// 大正
    Taisho,
    /// 昭和
    Showa,
    /// 平成
    Heisei,
    /// 令和
    Reiwa,
}

/// The era date of a day; days before 明治6年1月1日 (1873) are refused, as they were counted by
/// the moon.
pub fn era_of(date: Date) -> Result<EraDate, DateError> {
    if date.year() < FIRST_YEAR {
        return Err(counted_by_the_moon());
    }
    let era = Era::ALL.into_iter().rev().find(|era| era.first_day() <= date);
    Ok(EraDate { date, era: era.unwrap_or(Era::Meiji) })
}

/// 「令和8年11月20日」. The first year is 元年; a day before 1873 is printed as 「1872年12月31日」.
pub fn format_era(d: Date) -> String {
    format!("{}{}月{}日", year_text(d), d.month(), d.day())
}

/// 「令和8年（2026年）11月20日」.
pub fn format_both(d: Date) -> String {
    match era_of(d) {
        Ok(_) => format!("{}（{}年）{}月{}日", year_text(d), d.year(), d.month(), d.day()),
        Err(_) => format_era(d),
    }
}

/// 「R8.11.20」, for narrow columns.
pub fn format_short(d: Date) -> String {
    match era_of(d) {
        Ok(e) => format!("{}{}.{}.{}", e.era.letter(), e.year(), d.month(), d.day()),
        Err(_) => format!("{}.{}.{}", d.year(), d.month(), d.day()),
    }
}

/// 「令和8年11月」, of the month the day lies in.
pub fn format_month(d: Date) -> String {
    format!("{}{}月", year_text(d), d.month())
}

/// 「令和8年11月20日（金）」.
pub fn format_with_weekday(d: Date) -> String {
    format!("{}（{}）", format_era(d), weekday_ja(d))
}

/// 曜日 in one character: 「月」 ... 「日」.
pub fn weekday_ja(d: Date) -> &'static str {
    match d.weekday() {
        Weekday::Monday => "月",
        Weekday::Tuesday => "火",
        Weekday::Wednesday => "水",
        Weekday::Thursday => "木",
        Weekday::Friday => "金",
        Weekday::Saturday => "土",
        Weekday::Sunday => "日",
    }
}

impl EraDate {
    /// The day that era, year of the era (1 = 元年), month and day name. A day outside the era is
    /// refused with the name it should have as proposal.
    pub fn new(era: Era, year: i16, month: i8, day: i8) -> Result<Self, DateError> {
        if year < 1 {
            let message = "元号の年は元年（1年）から数えます。年を確かめてください。";
            return Err(DateError::new(DateErrorKind::Impossible, message));
        }
        let western = era.first_day().year().saturating_add(year - 1);
        let label = format!("{}{}年", era.name(), number(year));
        let date = calendar_date(western, month, day, &label)?;
        let found = era_of(date)?;
        if found.era == era { Ok(found) } else { Err(mismatch(era, date)) }
    }

    pub fn era(self) -> Era {
        self.era
    }

    /// The year of the era; 1 is 元年.
    pub fn year(self) -> i16 {
        self.date.year() - self.era.first_day().year() + 1
    }

    pub fn date(self) -> Date {
        self.date
    }
}

impl Era {
    pub const ALL: [Era; 5] = [Era::Meiji, Era::Taisho, Era::Showa, Era::Heisei, Era::Reiwa];

    /// 「令和」.
    pub fn name(self) -> &'static str {
        self.row().0
    }

    /// 「R」.
    pub fn letter(self) -> char {
        self.row().1
    }

    /// The day the era began. On that day both names were in use in 1912 and 1926; offices write
    /// the new one.
    pub fn first_day(self) -> Date {
        self.row().2
    }

    /// The last day of the era; `None` for the present one.
    pub fn last_day(self) -> Option<Date> {
        let next = Era::ALL.into_iter().find(|later| *later > self)?;
        next.first_day().yesterday().ok()
    }

    fn row(self) -> (&'static str, char, Date) {
        match self {
            Era::Meiji => ("明治", 'M', date(1868, 1, 25)),
            Era::Taisho => ("大正", 'T', date(1912, 7, 30)),
            Era::Showa => ("昭和", 'S', date(1926, 12, 25)),
            Era::Heisei => ("平成", 'H', date(1989, 1, 8)),
            Era::Reiwa => ("令和", 'R', date(2019, 5, 1)),
        }
    }
}

/// The first year of the solar calendar in Japan.
pub(crate) const FIRST_YEAR: i16 = 1873;
/// Later years are taken for a slip of the keyboard.
pub(crate) const LAST_YEAR: i16 = 2199;

/// A day of the calendar within the years we accept; `label` names the year in the message.
pub(crate) fn calendar_date(y: i16, m: i8, d: i8, label: &str) -> Result<Date, DateError> {
    if y < FIRST_YEAR {
        return Err(counted_by_the_moon());
    }
    if y > LAST_YEAR {
        let message = format!("{label}は先の年すぎます。年を確かめてください。");
        return Err(DateError::new(DateErrorKind::OutOfRange, message));
    }
    let Ok(first) = Date::new(y, m, 1) else {
        let message = "月は1から12までです。月を確かめてください。";
        return Err(DateError::new(DateErrorKind::Impossible, message));
    };
    let last = first.last_of_month().day();
    Date::new(y, m, d).map_err(|_| {
        let message = match d {
            ..=0 => "日は1からです。日を確かめてください。".to_owned(),
            _ => format!("{label}{m}月は{last}日までです。日を確かめてください。"),
        };
        DateError::new(DateErrorKind::Impossible, message)
    })
}

fn counted_by_the_moon() -> DateError {
    DateError::new(
        DateErrorKind::OutOfRange,
        "明治5年以前は旧暦のため扱えません。明治6年（1873年）以後の日付を入力してください。",
    )
}

fn mismatch(era: Era, meant: Date) -> DateError {
    let (edge, word) = match era.last_day() {
        Some(last) if meant > last => (last, "まで"),
        _ => (era.first_day(), "から"),
    };
    let message = format!(
        "{}は{}{word}です。{}ではありませんか。",
        era.name(),
        format_era(edge).trim_start_matches(era.name()),
        format_era(meant),
    );
    DateError::new(DateErrorKind::EraMismatch, message).proposing(meant)
}

fn year_text(d: Date) -> String {
    match era_of(d) {
        Ok(e) => format!("{}{}年", e.era.name(), number(e.year())),
        Err(_) => format!("{}年", d.year()),
    }
}

/// 元 for the first year of an era.
pub(crate) fn number(year: i16) -> String {
    if year == 1 { "元".to_owned() } else { year.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse_date;

    #[test]
    fn eras_change_on_their_day() {
        for (day, text) in [
            (date(1873, 1, 1), "明治6年1月1日"),
            (date(1912, 7, 29), "明治45年7月29日"),
            (date(1912, 7, 30), "大正元年7月30日"),
            (date(1926, 12, 24), "大正15年12月24日"),
            (date(1926, 12, 25), "昭和元年12月25日"),
            (date(1989, 1, 7), "昭和64年1月7日"),
            (date(1989, 1, 8), "平成元年1月8日"),
            (date(2019, 4, 30), "平成31年4月30日"),
            (date(2019, 5, 1), "令和元年5月1日"),
            (date(2020, 1, 1), "令和2年1月1日"),
        ] {
            assert_eq!(format_era(day), text);
        }
        assert_eq!(Era::Showa.last_day(), Some(date(1989, 1, 7)));
        assert_eq!(Era::Heisei.last_day(), Some(date(2019, 4, 30)));
        assert_eq!(Era::Reiwa.last_day(), None);
    }

    #[test]
    fn days_counted_by_the_moon_are_refused() {
        let refused = era_of(date(1872, 12, 31)).unwrap_err();
        assert_eq!(refused.kind, DateErrorKind::OutOfRange);
        assert_eq!(format_era(date(1872, 12, 31)), "1872年12月31日");
    }

    #[test]
    fn a_day_prints_in_every_form() {
        let d = date(2026, 11, 20);
        assert_eq!(format_both(d), "令和8年（2026年）11月20日");
        assert_eq!(format_short(d), "R8.11.20");
        assert_eq!(format_month(d), "令和8年11月");
        assert_eq!(format_with_weekday(d), "令和8年11月20日（金）");
        assert_eq!(format_short(date(2019, 5, 1)), "R1.5.1");
        let week: Vec<_> = (16..=22).map(|n| weekday_ja(date(2026, 11, n))).collect();
        assert_eq!(week, ["月", "火", "水", "木", "金", "土", "日"]);
    }

    #[test]
    fn every_day_from_1873_to_2100_reads_back_from_every_form() {
        let mut d = date(1873, 1, 1);
        while d.year() <= 2100 {
            for text in [format_era(d), format_both(d), format_short(d), format_with_weekday(d)] {
                assert_eq!(parse_date(&text), Ok(d), "{text}");
            }
            let e = era_of(d).unwrap();
            assert_eq!(EraDate::new(e.era(), e.year(), d.month(), d.day()), Ok(e));
            d = d.tomorrow().unwrap();
        }
    }

    #[test]
    fn every_day_agrees_with_icu() {
        use icu_calendar::cal::Japanese;
        let mut d = date(1873, 1, 1);
        while d.year() <= 2100 {
            let (month, day) = (d.month() as u8, d.day() as u8);
            let icu = icu_calendar::Date::try_new_iso(i32::from(d.year()), month, day)
                .unwrap()
                .to_calendar(Japanese::new());
            let theirs = icu.year().era().unwrap();
            let ours = era_of(d).unwrap();
            let code = format!("{:?}", ours.era()).to_lowercase();
            assert_eq!((theirs.era.as_str(), theirs.year), (&*code, i32::from(ours.year())));
            d = d.tomorrow().unwrap();
        }
    }
}
