//! Every number, comparison, date and unit of a programme's rules, changed one at a time. An
//! example must notice each; what no example notices is a rule that nobody has tested.

use civil::Date;

/// A file with one change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutant {
    pub line: usize,
    pub from: String,
    pub to: String,
    pub text: String,
}

/// Keys whose words are one of a short list: each is exchanged for its neighbour.
const WORDS: &[(&str, &[&str])] = &[
    ("unit", &["minutes", "count", "yen", "tickets", "days"]),
    ("per", &["use", "day", "month", "fiscal_year", "lifetime"]),
    ("counts", &["quantity", "uses"]),
    ("rounding", &["refuse", "up", "down"]),
    ("over_midnight", &["start", "split"]),
    ("lasts", &["open", "fiscal_year", "once"]),
];

/// Keys that hold a condition or a formula.
const CONDITIONS: &[&str] = &["when", "formula"];
/// Keys whose text is for people.
const PROSE: &[&str] =
    &["text", "label", "name", "note", "clause", "source", "paper", "id", "ask", "not_stated"];

/// All mutants of the version blocks of a file, in the order of its lines.
pub fn mutants(text: &str) -> Vec<Mutant> {
    let mut all = Vec::new();
    let (mut rules, mut start) = (false, 0);
    for (n, line) in text.split_inclusive('\n').enumerate() {
        let trimmed = line.trim_start();
        if trimmed.starts_with('[') && line.starts_with('[') {
            rules = trimmed.starts_with("[[version") || trimmed.starts_with("[version");
        } else if rules && !trimmed.starts_with('#') {
            for (range, to) in changes(line) {
                let (a, b) = (start + range.start, start + range.end);
                let changed = format!("{}{to}{}", &text[..a], &text[b..]);
                let from = text[a..b].to_owned();
                all.push(Mutant { line: n + 1, from, to, text: changed });
            }
        }
        start += line.len();
    }
    all
}

type Change = (std::ops::Range<usize>, String);

/// The values of a line, with the key before each: quoted text, or a bare word.
fn changes(line: &str) -> Vec<Change> {
    let mut found = Vec::new();
    let mut key = "";
    let mut at = 0;
    while at < line.len() {
        let rest = &line[at..];
        let c = rest.chars().next().unwrap_or(' ');
        if c == '#' {
            break;
        }
        if c == '"' {
            let end = rest[1..].find('"').map_or(rest.len(), |e| e + 2);
            let inner = at + 1..at + end - 1;
            quoted(key, &line[inner.clone()], inner.start, &mut found);
            at += end;
        } else if c.is_ascii_alphanumeric() || c == '_' || c == '-' {
            let word = |c: char| c.is_ascii_alphanumeric() || "_-:".contains(c);
            let end = rest.find(|c| !word(c)).unwrap_or(rest.len());
            let word = &rest[..end];
            if rest[end..].trim_start().starts_with('=') {
                key = word;
            } else if !PROSE.contains(&key) {
                bare(word, at, &mut found);
            }
            at += end;
        } else {
            at += c.len_utf8();
        }
    }
    found
}

/// A number or a date outside quotation marks.
fn bare(word: &str, at: usize, found: &mut Vec<Change>) {
    let range = at..at + word.len();
    if let Ok(day) = word.parse::<Date>() {
        found.extend(neighbours(day).map(|d| (range.clone(), d.to_string())));
    } else if let Ok(number) = word.parse::<i64>() {
        found.extend(around(number).map(|n| (range.clone(), n)));
    } else if word == "true" {
        found.push((range, "false".into()));
    }
}

fn quoted(key: &str, text: &str, at: usize, found: &mut Vec<Change>) {
    let whole = at..at + text.len();
    if let Some((_, words)) = WORDS.iter().find(|(k, _)| *k == key) {
        let place = words.iter().position(|w| *w == text);
        let next = place.map(|p| words[(p + 1) % words.len()]);
        found.extend(next.map(|to| (whole, to.to_owned())));
    } else if CONDITIONS.contains(&key) {
        condition(text, at, found);
    } else if let Some((part, all)) = text.split_once('/').filter(|_| key == "share") {
        if let (Ok(part), Ok(all)) = (part.parse::<i64>(), all.parse::<i64>()) {
            found.push((whole.clone(), format!("{part}/{}", all + 1)));
            found.push((whole, format!("{}/{all}", (part - 1).max(0))));
        }
    } else if let Ok(day) = format!("2023-{text}").parse::<Date>() {
        let text = |d: Date| d.to_string()[5..].to_owned();
        found.extend(neighbours(day).map(|d| (whole.clone(), text(d))));
    } else if !PROSE.contains(&key) && text.starts_with(|c: char| c.is_ascii_digit()) {
        numbers(text, at, found);
        for (unit, other) in [("時間", "分"), ("分", "時間")] {
            if text.ends_with(unit) && !text.trim_end_matches(unit).contains("時間") {
                let from = at + text.len() - unit.len()..at + text.len();
                found.push((from, other.to_owned()));
            }
        }
    }
}

/// A condition: comparisons, logic, numbers, dates.
fn condition(text: &str, at: usize, found: &mut Vec<Change>) {
    const SWAPS: &[(&str, &str)] = &[
        ("<=", "<"),
        (">=", ">"),
        ("==", "!="),
        ("!=", "=="),
        ("&&", "||"),
        ("||", "&&"),
        ("<", "<="),
        (">", ">="),
        ("!", ""),
    ];
    let mut i = 0;
    let mut in_word = false;
    while i < text.len() {
        let rest = &text[i..];
        if rest.starts_with('\'') {
            in_word = !in_word;
        }
        let inner = rest.get(1..11).filter(|_| rest.starts_with('\''));
        if let Some(day) = inner.and_then(|day| day.parse::<Date>().ok()) {
            let range = at + i + 1..at + i + 11;
            found.extend(neighbours(day).map(|d| (range.clone(), d.to_string())));
        }
        if in_word {
            i += rest.chars().next().map_or(1, char::len_utf8);
            continue;
        }
        if let Some((from, to)) = SWAPS.iter().find(|(from, _)| rest.starts_with(from)) {
            found.push((at + i..at + i + from.len(), (*to).to_owned()));
            i += from.len();
            continue;
        }
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let name =
            rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        if digits > 0 {
            numbers(&rest[..digits], at + i, found);
        }
        i += digits.max(name).max(rest.chars().next().map_or(1, char::len_utf8));
    }
}

/// Each run of digits, one more and one less; thousands may be grouped.
fn numbers(text: &str, at: usize, found: &mut Vec<Change>) {
    let mut i = 0;
    while i < text.len() {
        let rest = &text[i..];
        let digit = |c: char| c.is_ascii_digit() || c == ',';
        let end = rest.find(|c| !digit(c)).unwrap_or(rest.len());
        if let Ok(number) = rest[..end].replace(',', "").parse::<i64>() {
            let range = at + i..at + i + end;
            found.extend(around(number).map(|n| (range.clone(), n)));
        }
        i += end.max(rest.chars().next().map_or(1, char::len_utf8));
    }
}

fn around(number: i64) -> impl Iterator<Item = String> {
    [number + 1, number - 1].into_iter().filter(|n| *n >= 0).map(|n| n.to_string())
}

fn neighbours(day: Date) -> impl Iterator<Item = Date> {
    [day.tomorrow().ok(), day.yesterday().ok()].into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Vec<String> {
        let text = format!("[[version]]\n{line}\n[[example]]\non = 2025-01-01\n");
        mutants(&text).into_iter().map(|m| format!("{} > {}", m.from, m.to)).collect()
    }

    #[test]
    fn numbers_comparisons_dates_and_units_are_changed() {
        assert_eq!(of("from = 2025-04-01"), ["2025-04-01 > 2025-04-02", "2025-04-01 > 2025-03-31"]);
        assert_eq!(of("max = \"4時間\""), ["4 > 5", "4 > 3", "時間 > 分"]);
        assert_eq!(of("unit = \"minutes\""), ["minutes > count"]);
        assert_eq!(of("text = \"年に 3 回\""), Vec::<String>::new());
        assert_eq!(
            of("when = \"age < 18 && !tested\""),
            ["< > <=", "18 > 19", "18 > 17", "&& > ||", "! > "]
        );
        assert_eq!(
            of("price = [ { quantity = \"2時間\", yen = 15000 }, # 100"),
            ["2 > 3", "2 > 1", "時間 > 分", "15000 > 15001", "15000 > 14999"]
        );
        assert_eq!(of("window = [{ from = \"04-01\" }]"), ["04-01 > 04-02", "04-01 > 03-31"]);
        assert_eq!(of("share = [{ share = \"1/2\" }]"), ["1/2 > 1/3", "1/2 > 0/2"]);
    }

    #[test]
    fn examples_and_comments_are_left_alone() {
        assert_eq!(of("# max = 3"), Vec::<String>::new());
    }
}
