//! What a refused cell was probably meant to say. Every proposal is read again by the field before
//! it is shown, and nothing is changed until somebody takes it.

use civil::SerialBase;

use super::nearest::nearest;
use crate::codes::Codes;
use crate::web::{Entry, Field, Form, Kind};

/// Bytes of a text that is worth guessing about.
const LONGEST: usize = 1_000;

/// A text the field accepts, in the notation people write.
pub(super) fn propose(field: &Field, text: &str, codes: &Codes) -> Option<String> {
    // Nobody means a date by a page of text.
    if text.len() > LONGEST {
        return None;
    }
    let made = match field.kind {
        Kind::Date => date(text),
        Kind::DateTime => date(text),
        Kind::Time => time(text),
        Kind::Number { unit, .. } => number(text, unit),
        Kind::Phone => phone(text),
        Kind::Kana(_) => reading(text),
        Kind::Code(list) | Kind::Select(list) | Kind::Codes(list) => choice(list, text, codes),
        Kind::Yes => yes(text),
        _ => None,
    }?;
    (made != text && accepts(field, &made, codes)).then_some(made)
}

/// 令和1年5月1日 for 平成31年5月1日, 2024-04-01 for 45383, without 生 or 頃 behind it.
pub(super) fn date(text: &str) -> Option<String> {
    let words = ["生まれ", "予定", "生", "頃", "ごろ", "ころ", "付", "～", "〜"];
    let bare = words.iter().fold(text.trim(), |t, w| t.trim_end_matches(w)).trim();
    let day = match civil::parse_date(bare) {
        Ok(day) => Some(day),
        Err(e) => e.proposal,
    };
    day.or_else(|| serial(bare)).map(civil::format_era)
}

/// A date that lost its format: a spreadsheet's count of days.
fn serial(text: &str) -> Option<civil::Date> {
    let days: u32 = kana::digits_ascii(text).parse().ok()?;
    // From 1950 on: smaller numbers are more likely to be something else.
    let plausible = (18_264..80_000).contains(&days);
    let read = || civil::from_serial(f64::from(days), SerialBase::From1900).ok();
    plausible.then(read)?.map(|(day, _)| day)
}

/// 15:05 for 午後3時5分 and for 15:05頃.
fn time(text: &str) -> Option<String> {
    let bare = text.trim_end_matches(['頃', '～', '〜']).trim_end_matches("ごろ").trim();
    let first = bare.split(['～', '〜']).next().unwrap_or(bare).replace('.', ":");
    let at = civil::parse_datetime(&format!("2000-01-01 {first}")).ok()?;
    Some(format!("{}:{:02}", at.hour(), at.minute()))
}

/// 90 for 1時間30分, 30 for 約30分, 45 for 45.0.
fn number(text: &str, unit: &str) -> Option<String> {
    let plain = kana::digits_ascii(text).replace([',', '，', ' ', '　'], "");
    let plain = plain.trim_start_matches('約').trim_end_matches("ほど").trim_end_matches("程度");
    if let Some((hours, rest)) = plain.split_once("時間").filter(|_| unit == "分") {
        let rest = rest.trim_end_matches('分');
        let half = if rest == "半" { "30" } else { rest };
        let minutes: i64 = if half.is_empty() { 0 } else { half.parse().ok()? };
        return Some((hours.parse::<i64>().ok()? * 60 + minutes).to_string());
    }
    let bare = plain.trim_end_matches(unit);
    let whole = bare.split_once('.').filter(|(_, rest)| rest.chars().all(|c| c == '0'));
    Some(whole.map_or(bare, |(whole, _)| whole).to_owned())
}

/// The number without the words around it: 03-1234-5678 for 03-1234-5678（母）. A leading zero that
/// a spreadsheet took for a number is put back.
fn phone(text: &str) -> Option<String> {
    let plain = kana::digits_ascii(text);
    let kept: String = plain.chars().filter(|c| c.is_ascii_digit() || *c == '-').collect();
    let kept = kept.trim_matches('-').to_owned();
    let digits = kept.chars().filter(char::is_ascii_digit).count();
    if !kept.starts_with('0') && (9..=10).contains(&digits) {
        Some(format!("0{kept}"))
    } else {
        Some(kept)
    }
}

/// Notes in brackets behind a reading, and the hyphen that was meant as a long vowel.
fn reading(text: &str) -> Option<String> {
    let bare = text.split(['(', '（', '／', '/']).next().unwrap_or(text).trim();
    Some(kana::half_to_full(&bare.replace(['-', '－', '‐', '―'], "ー")))
}

fn choice(list: &str, text: &str, codes: &Codes) -> Option<String> {
    let open = codes.list(list).iter().filter(|c| !c.retired);
    let words = open.flat_map(|c| [&c.label, &c.short].into_iter().chain(&c.also));
    let word = nearest(text, words.filter(|w| !w.is_empty()).map(String::as_str))?;
    // Shown in the words of the screens.
    codes.understand(list, &word).map(|code| codes.label(list, code).to_owned())
}

fn yes(text: &str) -> Option<String> {
    let says_no = ["無", "ない", "なし", "否", "不要"].iter().any(|w| text.contains(w));
    Some(if says_no { "×" } else { "○" }.to_owned())
}

fn accepts(field: &Field, text: &str, codes: &Codes) -> bool {
    let mut entry = Entry::default();
    let text = match field.kind {
        Kind::Code(list) | Kind::Select(list) | Kind::Codes(list) => {
            codes.understand(list, text).unwrap_or_default()
        }
        Kind::Yes => return true,
        _ => text,
    };
    entry.set(field.name, text);
    entry.set(&format!("{}_t", field.name), "0:00");
    Form::new("", "", vec![field.clone()]).read(&entry, codes).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(kind: Kind, text: &str) -> Option<String> {
        propose(&Field::new("x", "欄", kind), text, &Codes::official().unwrap())
    }

    #[test]
    fn what_was_probably_meant() {
        const MINUTES: Kind = Kind::Number { min: 0, max: 600, unit: "分" };
        for (kind, text, meant) in [
            (Kind::Date, "平成31年5月1日", "令和元年5月1日"),
            (Kind::Date, "45383", "令和6年4月1日"),
            (Kind::Date, "令和6年4月1日生", "令和6年4月1日"),
            (Kind::Date, "令和6年4月1日（火）", "令和6年4月1日"),
            (MINUTES, "1時間30分", "90"),
            (MINUTES, "２時間半", "150"),
            (MINUTES, "約30分", "30"),
            (MINUTES, "45.0", "45"),
            (Kind::Phone, "０３-１２３４-５６７８（母）", "03-1234-5678"),
            (Kind::Phone, "9012345678", "09012345678"),
            (Kind::Kana(40), "ﾔﾏﾀﾞ ﾊﾅｺ(旧姓)", "ヤマダ ハナコ"),
            (Kind::Time, "午後3時5分", "15:05"),
            (Kind::Time, "10.30", "10:30"),
            (Kind::Code("channel"), "電話にて", "電話"),
            (Kind::Code("inquirer_kind"), "相談支援専門員", "相談支援専門員等"),
        ] {
            assert_eq!(made(kind, text).as_deref(), Some(meant), "{text}");
        }
    }

    #[test]
    fn no_proposal_where_nobody_can_tell() {
        for (kind, text) in [
            (Kind::Date, "6/4/1"),
            (Kind::Date, "昨年の春"),
            (Kind::Date, "12"),
            (Kind::Kana(40), "山田 花子"),
            (Kind::Phone, "内線 12"),
            (Kind::Number { min: 0, max: 600, unit: "分" }, "100時間"),
            (Kind::Code("channel"), "伝書鳩"),
            (Kind::Text(5), "長い文字列です"),
        ] {
            assert_eq!(made(kind, text), None, "{text}");
        }
    }
}
