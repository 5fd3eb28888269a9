//! Reading a date in every notation that reaches an office, and saying gently why not.

use jiff::civil::Time;

use crate::era::calendar_date;
use crate::scan::{Number, Reckoning, Scan, normalise};
use crate::{Date, DateError, DateErrorKind, DateTime, EraDate, format_era, weekday_ja};

/// Reads one day: 令和6年4月1日, 令和元年5月1日, R6.4.1, ㋿6/4/1, Ｒ０６－０４－０１, 令和六年四月一日,
/// 2024-04-01, 2024年4月1日, 20240401, 令和6年（2024年）4月1日, each with or without （月）.
///
/// Two-digit years without an era are refused: nobody can tell 6/4/1 of 令和 from that of 2006.
pub fn parse_date(text: &str) -> Result<Date, DateError> {
    let text = normalise(text);
    let mut scan = Scan::new(&text);
    let date = date_with_weekday(&mut scan)?;
    if scan.is_empty() {
        return Ok(date);
    }
    scan.eat("T");
    if time_of_day(&mut scan).is_ok() {
        let message = "ここには日付だけを入力してください。時刻は要りません。";
        return Err(DateError::new(DateErrorKind::TimeOfDay, message).proposing(date));
    }
    Err(DateError::unreadable())
}

/// Reads a day and a time of day in Japan: "2024/4/1 9:05", "令和6年4月1日 午後3時5分",
/// "2024-04-01T09:05". Seconds are kept; a zone is refused.
pub fn parse_datetime(text: &str) -> Result<DateTime, DateError> {
    let text = normalise(text);
    let mut scan = Scan::new(&text);
    let date = date_with_weekday(&mut scan)?;
    if scan.is_empty() {
        let message = "時刻も入力してください（例 9:05、午後3時5分）。";
        return Err(DateError::new(DateErrorKind::TimeOfDay, message).proposing(date));
    }
    scan.eat("T");
    let time = time_of_day(&mut scan)?;
    Ok(date.to_datetime(time))
}

/// Reads the three-field form: 元号 (令和, 平成, 昭和, 大正, 明治 or 西暦), 年, 月, 日.
///
/// Nothing in 年, 月 and 日 is `Ok(None)` even when 元号 is chosen, since forms preselect it.
pub fn parse_era_parts(era: &str, y: &str, m: &str, d: &str) -> Result<Option<Date>, DateError> {
    let [era, y, m, d] = [era, y, m, d].map(normalise);
    match [&y, &m, &d].iter().filter(|field| field.is_empty()).count() {
        0 => {}
        3 => return Ok(None),
        _ => return Err(DateError::incomplete()),
    }
    let mut scan = Scan::new(&era);
    let reckoning = scan.reckoning();
    if !scan.is_empty() {
        let message = "元号を一覧から選んでください。";
        return Err(DateError::new(DateErrorKind::Unreadable, message));
    }
    let number = |text: &str| whole(text, |scan| scan.number());
    let year = whole(&y, |scan| scan.year())?;
    let date = resolve(reckoning, year, number(&m)?, number(&d)?)?;
    Ok(Some(date))
}

fn whole(
    text: &str,
    read: impl for<'a, 'b> Fn(&'b mut Scan<'a>) -> Option<Number>,
) -> Result<Number, DateError> {
    let mut scan = Scan::new(text);
    let number = read(&mut scan).filter(|_| scan.is_empty());
    number.ok_or_else(|| {
        let message = "年・月・日は数字で入力してください。";
        DateError::new(DateErrorKind::Unreadable, message)
    })
}

fn date_with_weekday(scan: &mut Scan<'_>) -> Result<Date, DateError> {
    if scan.is_empty() {
        return Err(DateError::new(DateErrorKind::Empty, "日付を入力してください。"));
    }
    let date = date(scan)?;
    weekday(scan, date)?;
    Ok(date)
}

fn date(scan: &mut Scan<'_>) -> Result<Date, DateError> {
    let reckoning = scan.reckoning();
    let year = scan.year().ok_or_else(DateError::unreadable)?;
    if let Some(date) = compact(reckoning, year) {
        return date;
    }
    let second = second_year(scan)?;
    let separators = [("年", "年"), ("/", "/"), ("-", "-"), (".", ".")];
    let separator = scan.word(&separators).ok_or_else(DateError::unreadable)?;
    let second = if second.is_none() && separator == "年" { second_year(scan)? } else { second };
    let (after_month, after_day) =
        if separator == "年" { ("月", "日") } else { (separator, "") };

    let month = scan.number().ok_or_else(DateError::incomplete)?;
    if !scan.eat(after_month) {
        return Err(DateError::unreadable());
    }
    let day = scan.number().ok_or_else(DateError::incomplete)?;
    if !scan.eat(after_day) {
        return Err(DateError::unreadable());
    }
    let date = resolve(reckoning, year, month, day)?;
    agree(date, second)
}

/// 20240401, and R060401 with an era.
fn compact(reckoning: Reckoning, digits: Number) -> Option<Result<Date, DateError>> {
    let part = |value, width| Number { value, width };
    let year_width = match (reckoning, digits.width) {
        (Reckoning::Western, 8) => 4,
        (Reckoning::Era(_), 6) => 2,
        _ => return None,
    };
    let (year, month, day) = (digits.value / 10_000, digits.value / 100 % 100, digits.value % 100);
    Some(resolve(reckoning, part(year, year_width), part(month, 2), part(day, 2)))
}

/// The same year in the other reckoning, in brackets: 令和6年（2024年）, 2024年（令和6年）.
/// Returns it as a western year.
fn second_year(scan: &mut Scan<'_>) -> Result<Option<i16>, DateError> {
    if !scan.eat("(") {
        return Ok(None);
    }
    let reckoning = scan.reckoning();
    let year = scan.year().filter(|year| year.width <= 4).ok_or_else(DateError::unreadable)?;
    scan.eat("年");
    if !scan.eat(")") {
        return Err(DateError::unreadable());
    }
    let before = match reckoning {
        Reckoning::Western => 0,
        Reckoning::Era(era) => era.first_day().year() - 1,
    };
    Ok(Some(small::<i16>(year.value)?.saturating_add(before)))
}

fn agree(date: Date, second: Option<i16>) -> Result<Date, DateError> {
    match second {
        Some(year) if year != date.year() => {
            let message = format!(
                "{}は{}年です。かっこの中の年と合いません。どちらが正しいか確かめてください。",
                format_era(date),
                date.year(),
            );
            Err(DateError::new(DateErrorKind::Contradiction, message))
        }
        _ => Ok(date),
    }
}

/// An optional （月）, （月曜日）, （月・祝） or 月曜日 after the day; a wrong one betrays a wrong day.
fn weekday(scan: &mut Scan<'_>, date: Date) -> Result<(), DateError> {
    let mut ahead = *scan;
    let bracketed = ahead.eat("(");
    let days = ["月", "火", "水", "木", "金", "土", "日"].map(|day| (day, day));
    let Some(day) = ahead.word(&days) else { return Ok(()) };
    let spelt = ahead.word(&[("曜日", ()), ("曜", ())]).is_some();
    ahead.eat(".");
    ahead.word(&[("祝日", ()), ("祝", ()), ("休", ())]);
    if bracketed != ahead.eat(")") || !(bracketed || spelt) {
        return Err(DateError::unreadable());
    }
    *scan = ahead;
    if day == weekday_ja(date) {
        return Ok(());
    }
    let message = format!(
        "{}は{}曜日です。日付か曜日を確かめてください。",
        format_era(date),
        weekday_ja(date),
    );
    Err(DateError::new(DateErrorKind::Contradiction, message).proposing(date))
}

fn resolve(
    reckoning: Reckoning,
    year: Number,
    month: Number,
    day: Number,
) -> Result<Date, DateError> {
    let (m, d) = (small(month.value)?, small(day.value)?);
    let y = small(year.value)?;
    match reckoning {
        Reckoning::Era(era) => EraDate::new(era, y, m, d).map(EraDate::date),
        Reckoning::Western if year.value < 1000 => Err(DateError::year_without_era()),
        Reckoning::Western => calendar_date(y, m, d, &format!("{y}年")),
    }
}

/// Numbers too large for their type are no part of a date.
fn small<T: TryFrom<u32>>(value: u32) -> Result<T, DateError> {
    T::try_from(value).map_err(|_| DateError::unreadable())
}

/// 9:05, 09:05:30, 9時, 9時5分, 9時半, 午後3時5分, to the end of the text.
fn time_of_day(scan: &mut Scan<'_>) -> Result<Time, DateError> {
    let half = scan.word(&[("午前", 0), ("午後", 12)]);
    let hour = scan.number().ok_or_else(unreadable_time)?.value;
    let kanji = match scan.word(&[(":", false), ("時", true)]) {
        Some(kanji) => kanji,
        None => return Err(unreadable_time()),
    };
    let (minute, second) = if kanji { kanji_minutes(scan) } else { colon_minutes(scan) }?;
    if !scan.is_empty() {
        return Err(unreadable_time());
    }
    if half.is_some() && hour > 11 {
        let message = "午前・午後の時は0から11までです。または24時間制で入力してください。";
        return Err(DateError::new(DateErrorKind::Impossible, message));
    }
    let hour = hour + half.unwrap_or(0);
    Time::new(small(hour)?, small(minute)?, small(second)?, 0).map_err(|_| {
        let message = "時は0から23まで、分と秒は0から59までです。時刻を確かめてください。";
        DateError::new(DateErrorKind::Impossible, message)
    })
}

fn kanji_minutes(scan: &mut Scan<'_>) -> Result<(u32, u32), DateError> {
    if scan.is_empty() {
        return Ok((0, 0));
    }
    if scan.eat("半") {
        return Ok((30, 0));
    }
    let minute = scan.number().ok_or_else(unreadable_time)?.value;
    if !scan.eat("分") {
        return Err(unreadable_time());
    }
    if scan.is_empty() {
        return Ok((minute, 0));
    }
    let second = scan.number().ok_or_else(unreadable_time)?.value;
    if scan.eat("秒") { Ok((minute, second)) } else { Err(unreadable_time()) }
}

fn colon_minutes(scan: &mut Scan<'_>) -> Result<(u32, u32), DateError> {
    let two = |scan: &mut Scan<'_>| {
        let number = scan.number().filter(|number| number.width == 2);
        number.map(|number| number.value).ok_or_else(unreadable_time)
    };
    let minute = two(scan)?;
    let second = if scan.eat(":") { two(scan)? } else { 0 };
    Ok((minute, second))
}

fn unreadable_time() -> DateError {
    DateError::new(
        DateErrorKind::Unreadable,
        "時刻として読み取れません。9:05、午後3時5分 のように入力してください。",
    )
}

#[cfg(test)]
mod tests;
