//! iCalendar as text: lines of at most 75 octets that end in CR LF, days without a time of day.

use civil::{Date, Instant};

/// 予定. One date of somebody's work.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Stays the same as long as the record behind it.
    pub uid: String,
    pub day: Date,
    /// When the date was written down.
    pub written: Instant,
    pub summary: &'static str,
    pub url: String,
}

/// The whole calendar; the same dates give the same text.
pub fn calendar(name: &str, entries: &[Entry]) -> String {
    let mut out = String::new();
    let name = format!("X-WR-CALNAME:{}", escaped(name));
    for line in HEAD.iter().copied().chain([name.as_str()]).chain(ZONE.iter().copied()) {
        fold(&mut out, line);
    }
    for e in entries {
        event(&mut out, e);
    }
    fold(&mut out, "END:VCALENDAR");
    out
}

const HEAD: &[&str] = &[
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Kakehashi//Kakehashi//JA",
    "CALSCALE:GREGORIAN",
    "METHOD:PUBLISH",
    "X-WR-TIMEZONE:Asia/Tokyo",
];

/// Japan has kept one offset since 1951.
const ZONE: &[&str] = &[
    "BEGIN:VTIMEZONE",
    "TZID:Asia/Tokyo",
    "BEGIN:STANDARD",
    "DTSTART:19700101T000000",
    "TZOFFSETFROM:+0900",
    "TZOFFSETTO:+0900",
    "TZNAME:JST",
    "END:STANDARD",
    "END:VTIMEZONE",
];

fn event(out: &mut String, e: &Entry) {
    let next = e.day.tomorrow().unwrap_or(e.day);
    for line in [
        "BEGIN:VEVENT".to_owned(),
        format!("UID:{}", escaped(&e.uid)),
        format!("DTSTAMP:{}", stamp(e.written)),
        format!("DTSTART;VALUE=DATE:{}", digits(e.day)),
        format!("DTEND;VALUE=DATE:{}", digits(next)),
        format!("SUMMARY:{}", escaped(e.summary)),
        format!("URL:{}", e.url),
        "CLASS:PRIVATE".to_owned(),
        "TRANSP:TRANSPARENT".to_owned(),
        "END:VEVENT".to_owned(),
    ] {
        fold(out, &line);
    }
}

fn digits(day: Date) -> String {
    day.to_string().replace('-', "")
}

/// `20261120T010000Z`.
fn stamp(at: Instant) -> String {
    let text = at.to_string();
    let seconds = text.split('.').next().unwrap_or_default();
    format!("{}Z", seconds.replace(['-', ':'], ""))
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,").replace('\n', "\\n")
}

/// A longer line goes on behind a space; no character is torn.
fn fold(out: &mut String, line: &str) {
    let mut room = 75;
    for c in line.chars() {
        if c.len_utf8() > room {
            out.push_str("\r\n ");
            room = 74;
        }
        out.push(c);
        room -= c.len_utf8();
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_folded_between_characters() {
        let mut out = String::new();
        fold(&mut out, &"架".repeat(60));
        let lines: Vec<_> = out.trim_end().split("\r\n").collect();
        assert!(lines.len() == 3 && lines.iter().all(|l| l.len() <= 75));
        assert_eq!(lines.join("").replace(' ', ""), "架".repeat(60));
        let mut exact = String::new();
        fold(&mut exact, &"a".repeat(75));
        assert_eq!(exact.len(), 77);
    }

    #[test]
    fn what_has_a_meaning_of_its_own_is_escaped() {
        assert_eq!(escaped("a,b;c\\d\ne"), "a\\,b\\;c\\\\d\\ne");
        let at: Instant = "2026-11-20T01:02:03.456Z".parse().unwrap();
        assert_eq!(stamp(at), "20261120T010203Z");
    }
}
