//! Finds the header row below titles, and says which column is which.

use crate::Sheet;
use crate::cell::{Cell, column_letter};
use crate::refusal::Refusal;
use std::collections::{BTreeMap, BTreeSet};
use unicode_normalization::UnicodeNormalization;

/// Titles, dates and instructions above a table take some rows, but not more than a screen.
const SEARCHED_ROWS: usize = 30;
/// In bytes: with all it says about filling it in, no header is longer. What is longer need not be
/// normalised to know that it is none.
const LONGEST: usize = 1_000;
/// Said beside a header about filling it in; no part of its name.
const NOTES: [&str; 9] = [
    "必須項目",
    "任意項目",
    "入力必須",
    "必須入力",
    "記入必須",
    "必須",
    "任意",
    "省略可",
    "要入力",
];
const BRACKETS: [(char, char); 5] =
    [('(', ')'), ('[', ']'), ('【', '】'), ('〔', '〕'), ('<', '>')];

/// A column to look for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColumnSpec<'s> {
    /// The name of the column in [`crate::Record::values`].
    pub key: &'s str,
    /// Accepted spellings, compared by [`normalise_header`]. For a column below a group heading,
    /// both `氏名` and `保護者氏名` match; the longer one wins.
    pub headers: &'s [&'s str],
    /// Without it the table is refused.
    pub required: bool,
}

/// A column that was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Letter(s).
    pub column: String,
    /// What the header says; empty above a column of values that has none.
    pub text: String,
}

/// Where the header is and what it means. Rows are counted from 0.
#[derive(Debug)]
pub(crate) struct Layout<'s> {
    pub top: usize,
    pub bottom: usize,
    /// Column index to key.
    pub columns: BTreeMap<usize, &'s str>,
    pub unknown: Vec<Header>,
    pub duplicates: Vec<Header>,
}

pub(crate) fn find<'s>(sheet: &Sheet, specs: &[ColumnSpec<'s>]) -> Result<Layout<'s>, Refusal> {
    let accepted = accepted_spellings(specs);
    let mut best = Candidate::default();
    for bottom in 0..sheet.rows.len().min(SEARCHED_ROWS) {
        // One row before two, and the higher row first: on a tie the simpler reading stands.
        for top in [Some(bottom), bottom.checked_sub(1)].into_iter().flatten() {
            let labels = labels(&sheet.rows, top, bottom);
            let columns = assign(&labels, &accepted);
            if columns.len() > best.columns.len() {
                best = Candidate { top, bottom, labels, columns };
            }
        }
    }
    if best.columns.len() < specs.len().clamp(1, 2) {
        return Err(Refusal::NoHeader(examples(specs)));
    }
    let missing = missing(specs, &best.columns);
    if !missing.is_empty() {
        return Err(Refusal::MissingColumns { row: best.bottom + 1, missing });
    }
    Ok(best.into_layout(&sheet.rows, &accepted, specs))
}

/// The form in which headers are compared: widths, spaces and line breaks, case, marks such as ※
/// and notes such as （任意） make no difference. A text too long for a header is none.
pub fn normalise_header(text: &str) -> String {
    if text.len() > LONGEST {
        return String::new();
    }
    let folded: String = text
        .nfkc()
        .filter(|c| !c.is_whitespace() && !c.is_control() && *c != '\u{200B}')
        .flat_map(char::to_lowercase)
        .collect();
    let folded = without_bracketed_notes(folded);
    let marks = ['※', '*', '●', '◎', '◆', '★', '☆', '■'];
    let unmarked = folded.trim_matches(marks);
    let bare = match unmarked.len() == folded.len() {
        true => unmarked,
        false => NOTES.iter().find_map(|note| unmarked.strip_prefix(note)).unwrap_or(unmarked),
    };
    // What follows a ※ inside a header explains how to fill the column in.
    let name = bare.split(['※', '*']).next().unwrap_or(bare);
    name.trim_matches([':', '・']).to_owned()
}

fn without_bracketed_notes(mut text: String) -> String {
    // Nearly every cell of a large file stops here.
    if !text.contains(BRACKETS.map(|(open, _)| open)) {
        return text;
    }
    for (open, close) in BRACKETS {
        for note in NOTES {
            for mark in ["", "※", "*"] {
                text = text.replace(&format!("{open}{mark}{note}{close}"), "");
            }
        }
    }
    text
}

/// Enough of a header to know it again; what stands above a column may be a whole page.
const SHOWN: usize = 100;

/// A possible reading of one or two rows as header.
#[derive(Default)]
struct Candidate {
    top: usize,
    bottom: usize,
    labels: Vec<Label>,
    columns: BTreeMap<usize, usize>,
}

/// What stands above one column.
struct Label {
    shown: String,
    /// Normalised, the most specific reading first; unused ones are empty.
    readings: [String; 3],
    from_merge: bool,
}

fn accepted_spellings(specs: &[ColumnSpec<'_>]) -> BTreeMap<String, usize> {
    let mut accepted = BTreeMap::new();
    for (index, spec) in specs.iter().enumerate() {
        for header in spec.headers {
            accepted.entry(normalise_header(header)).or_insert(index);
        }
    }
    accepted
}

fn labels(rows: &[Vec<Cell>], top: usize, bottom: usize) -> Vec<Label> {
    let (empty, none) = (Vec::new(), &Cell::EMPTY);
    let upper = if top < bottom { rows.get(top).unwrap_or(&empty) } else { &empty };
    let lower = rows.get(bottom).unwrap_or(&empty);
    let mut group = String::new();
    let mut labels = Vec::new();
    for column in 0..upper.len().max(lower.len()) {
        let above = upper.get(column).unwrap_or(none);
        let below = lower.get(column).unwrap_or(none);
        if !above.is_empty() {
            group = normalise_header(&above.text);
        }
        labels.push(label(above, below, &group));
    }
    labels
}

/// `group` is the last heading at or left of `above`: without merged cells, as in CSV, a heading
/// stands only above the first of its columns.
fn label(above: &Cell, below: &Cell, group: &str) -> Label {
    let same = above.text == below.text;
    let (up, down) = (normalise_header(&above.text), normalise_header(&below.text));
    let readings = match (above.is_empty() || same, below.is_empty()) {
        (_, true) => [String::new(), up, String::new()],
        (true, false) if same => [String::new(), down, String::new()],
        (true, false) => [String::new(), down.clone(), format!("{group}{down}")],
        (false, false) => [format!("{up}{down}"), down, String::new()],
    };
    let shown: String = match (above.is_empty() || same, below.is_empty()) {
        (_, true) => above.text.clone(),
        (true, false) => below.text.clone(),
        (false, false) => format!("{} {}", above.text, below.text),
    };
    let shown = shown.chars().take(SHOWN).collect();
    Label { shown, readings, from_merge: if below.is_empty() { above } else { below }.from_merge }
}

/// Column index to spec index. A more specific reading anywhere goes before a less specific one,
/// then the column further left.
fn assign(labels: &[Label], accepted: &BTreeMap<String, usize>) -> BTreeMap<usize, usize> {
    let (mut columns, mut taken) = (BTreeMap::new(), BTreeSet::new());
    for specificity in 0..3 {
        for (column, label) in labels.iter().enumerate() {
            let reading = label.readings.get(specificity).filter(|reading| !reading.is_empty());
            let Some(spec) = reading.and_then(|reading| accepted.get(reading)) else { continue };
            if !columns.contains_key(&column) && taken.insert(*spec) {
                columns.insert(column, *spec);
            }
        }
    }
    columns
}

fn first_spelling(spec: &ColumnSpec<'_>) -> String {
    spec.headers.first().unwrap_or(&spec.key).to_string()
}

fn examples(specs: &[ColumnSpec<'_>]) -> Vec<String> {
    let (required, optional): (Vec<_>, Vec<_>) = specs.iter().partition(|spec| spec.required);
    required.into_iter().chain(optional).take(3).map(first_spelling).collect()
}

fn missing(specs: &[ColumnSpec<'_>], columns: &BTreeMap<usize, usize>) -> Vec<String> {
    let found: BTreeSet<usize> = columns.values().copied().collect();
    let absent = specs.iter().enumerate().filter(|(i, s)| s.required && !found.contains(i));
    absent.map(|(_, spec)| first_spelling(spec)).collect()
}

impl Candidate {
    fn into_layout<'s>(
        self,
        rows: &[Vec<Cell>],
        accepted: &BTreeMap<String, usize>,
        specs: &[ColumnSpec<'s>],
    ) -> Layout<'s> {
        let mut bottom = self.bottom;
        // A header merged downwards goes on for as long as rows have nothing of their own.
        while rows.get(bottom + 1).is_some_and(|r| !r.is_empty() && !r.iter().any(Cell::is_own)) {
            bottom += 1;
        }
        let body = rows.get(bottom + 1..).unwrap_or_default();
        let (mut unknown, mut duplicates) = (Vec::new(), Vec::new());
        for column in unread_columns(body, &self.labels, &self.columns) {
            let label = self.labels.get(column);
            let text = label.map_or_else(String::new, |label| label.shown.clone());
            let known = label.is_some_and(|l| l.readings.iter().any(|r| accepted.contains_key(r)));
            let list = if known { &mut duplicates } else { &mut unknown };
            list.push(Header { column: column_letter(column), text });
        }
        let key = |(column, spec): (&usize, &usize)| Some((*column, specs.get(*spec)?.key));
        let columns = self.columns.iter().filter_map(key).collect();
        Layout { top: self.top, bottom, columns, unknown, duplicates }
    }
}

/// Columns with a header of their own, or with values, that no spec took.
fn unread_columns(
    body: &[Vec<Cell>],
    labels: &[Label],
    columns: &BTreeMap<usize, usize>,
) -> Vec<usize> {
    let mut filled = BTreeSet::new();
    for row in body {
        filled.extend(row.iter().enumerate().filter(|(_, cell)| cell.is_own()).map(|(c, _)| c));
    }
    let named = labels.iter().enumerate().filter(|(_, l)| !l.shown.is_empty() && !l.from_merge);
    filled.extend(named.map(|(column, _)| column));
    filled.into_iter().filter(|column| !columns.contains_key(column)).collect()
}
