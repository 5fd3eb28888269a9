//! What a report file may not say. Every mistake names a word of the file, so that its line can be
//! shown to the person who wrote it.

use std::collections::BTreeSet;

use super::front::{Aggregate, Dimension, Front, Method, Within};
use super::statement::{DIMENSIONS, MEASURES, quiet};
use crate::access::Role;
use crate::codes::Codes;

/// (word in the file, what is wrong).
pub type Mistake = (String, String);

pub fn front(front: &Front, sql: &str, codes: &Codes) -> Vec<Mistake> {
    let mut out = vec![];
    columns(front, sql, &mut out);
    for d in front.dimensions() {
        dimension(d, codes, &mut out);
    }
    shape(front, &mut out);
    let suppressed = front.suppress.iter().flat_map(|s| &s.roles);
    for role in front.roles.iter().chain(suppressed) {
        if Role::from_code(role).is_none() {
            out.push((role.clone(), format!("役割 '{role}' はありません")));
        }
    }
    percent(front, &mut out);
    places(front, &mut out);
    out
}

/// The 1-based line where the word first stands in quotes, or at all, or the first.
pub fn line_of(text: &str, word: &str) -> usize {
    let quoted = format!("\"{word}\"");
    let at = text.find(&quoted).or_else(|| text.find(word)).unwrap_or(0);
    text.get(..at).map_or(1, |before| before.matches('\n').count() + 1)
}

/// Every column the front matter names comes out of the SELECT.
fn columns(front: &Front, sql: &str, out: &mut Vec<Mistake>) {
    let there = output(sql);
    let dims = front.dimensions();
    let named = dims.flat_map(|d| [Some(&d.column), d.words.as_ref()]).flatten();
    for column in named.chain(front.measures.iter().map(|m| &m.column)) {
        if !there.contains(column) {
            let what = format!("列 '{column}' が SELECT にありません。あるのは: {}", join(&there));
            out.push((column.clone(), what));
        }
    }
}

fn join(names: &[String]) -> String {
    names.join(", ")
}

/// The names of what the outermost SELECT returns.
pub fn output(sql: &str) -> Vec<String> {
    let plain = strip(sql);
    let words = outer(&plain);
    let lower = words.to_lowercase();
    let Some(start) = lower.find("select ") else { return vec![] };
    let end = lower.get(start..).and_then(|s| s.find(" from ")).map_or(lower.len(), |e| start + e);
    let list = words.get(start + 7..end).unwrap_or_default();
    let name = |item: &str| {
        let last = item.split_whitespace().last()?;
        Some(last.rsplit('.').next()?.trim_matches('"').to_owned())
    };
    list.split(',').filter_map(name).collect()
}

/// Without comments and texts, every gap one blank.
fn strip(sql: &str) -> String {
    let (mut out, mut rest) = (String::new(), sql);
    while let Some(c) = rest.chars().next() {
        let skip = quiet(rest).unwrap_or(c.len_utf8());
        out.push(if skip == c.len_utf8() && !c.is_whitespace() { c } else { ' ' });
        rest = rest.get(skip..).unwrap_or_default();
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Without what stands in parentheses.
fn outer(sql: &str) -> String {
    let (mut out, mut depth) = (String::new(), 0_u32);
    for c in sql.chars() {
        match c {
            '(' => depth += 1,
            ')' => {
                depth = depth.saturating_sub(1);
                out.push(' ');
            }
            c if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn dimension(d: &Dimension, codes: &Codes, out: &mut Vec<Mistake>) {
    let ways = [
        d.codes.is_some(),
        !d.values.is_empty(),
        !d.bands.is_empty(),
        d.calendar.is_some(),
        d.words.is_some(),
    ];
    if ways.iter().filter(|w| **w).count() != 1 {
        let what = "区分には codes・values・bands・calendar・words のどれか一つを書いてください";
        out.push((d.column.clone(), what.into()));
    }
    if let Some(list) = &d.codes
        && !codes.ids().any(|id| id == list)
    {
        out.push((list.clone(), format!("コード表 '{list}' はありません")));
    }
    if !d.others.is_empty() && d.bands.is_empty() {
        out.push((d.column.clone(), "others は bands と一緒に使います".into()));
    }
    let mut seen = BTreeSet::new();
    for c in d.values.iter().chain(&d.others).filter(|c| !seen.insert(&c.id)) {
        out.push((c.id.clone(), format!("'{}' が二度あります", c.id)));
    }
    bands(d, out);
}

/// Bands lie end to end: no gap, no overlap, only the last one open.
fn bands(d: &Dimension, out: &mut Vec<Mistake>) {
    for pair in d.bands.windows(2) {
        let [a, b] = pair else { continue };
        let what = match a.until {
            Some(until) if until == b.from && until > a.from => continue,
            Some(until) if until <= a.from => format!("「{}」は終わりが始まりより前です", a.label),
            Some(until) if until < b.from => {
                format!(
                    "「{}」と「{}」の間（{until}から{}）が空いています",
                    a.label, b.label, b.from
                )
            }
            _ => format!("「{}」と「{}」が重なっています", a.label, b.label),
        };
        out.push((b.label.clone(), what));
    }
    if let Some(last) = d.bands.last().filter(|b| b.until.is_some()) {
        let what = format!("最後の「{}」に until があり、その上が空いています", last.label);
        out.push((last.label.clone(), what));
    }
}

fn shape(front: &Front, out: &mut Vec<Mistake>) {
    let mut say = |word: &str, what: &str| out.push((word.to_owned(), what.to_owned()));
    if !(1..=2).contains(&front.rows.len()) || front.columns.len() > 2 {
        say("rows", "行の区分は一つか二つ、列の区分は二つまでです");
    }
    if front.dimensions().count() > DIMENSIONS || front.measures.is_empty() {
        say("measures", "数値を一つは書いてください");
    }
    if front.measures.len() > MEASURES {
        say("measures", "数値は四つまでです");
    }
    if front.measures.iter().filter(|m| m.aggregate == Aggregate::Distinct).count() > 1 {
        say("distinct", "distinct は一つの統計に一つまでです");
    }
    let first = front.measures.first().map(|m| m.aggregate);
    if !matches!(first, Some(Aggregate::Sum | Aggregate::Distinct)) {
        say("measures", "最初の数値は件数か人数（sum か distinct）にしてください");
    }
    if front.shown_on.is_empty() {
        say("shown_on", "shown_on に一つは書いてください");
    }
    if front.roles.is_empty() {
        say("roles", "roles に一つは書いてください");
    }
}

fn percent(front: &Front, out: &mut Vec<Mistake>) {
    let Some(rule) = &front.percent else { return };
    let distinct = front.measures.first().is_some_and(|m| m.aggregate == Aggregate::Distinct);
    if distinct && rule.method == Method::LargestRemainder {
        let what = "distinct の割合は合計が100％になりません。half_up にしてください";
        out.push(("largest_remainder".into(), what.into()));
    }
    if rule.digits > 3 {
        out.push(("percent".into(), "割合の小数は3桁までです".into()));
    }
    if rule.within == Within::Row && front.columns.is_empty() {
        out.push(("percent".into(), "列の区分がないので row にはできません".into()));
    }
}

/// Charts and lists name dimensions of this report.
fn places(front: &Front, out: &mut Vec<Mistake>) {
    let mut missing = |name: &String, of: Vec<&Dimension>| {
        if !of.iter().any(|d| d.column == *name) {
            out.push((name.clone(), format!("'{name}' という区分はありません")));
        }
    };
    if let Some(chart) = &front.chart {
        for name in [&chart.panels, &chart.series].into_iter().flatten() {
            missing(name, front.columns.iter().collect());
        }
    }
    for name in front.list.iter().flat_map(|l| l.query.values()) {
        let name = name.trim_end_matches(".from").trim_end_matches(".until").to_owned();
        missing(&name, front.dimensions().collect());
    }
    let Some(chart) = &front.chart else { return };
    let named = [&chart.panels, &chart.series].into_iter().flatten().count();
    if named < front.columns.len() && (front.totals.right.is_none() || named > 0) {
        let what = "図は列の区分をすべて panels と series に使うか、右の計だけを描きます";
        out.push(("chart".into(), what.into()));
    }
}
