//! Tells the rows of a table that are data from those that are not.

use crate::cell::Cell;
use crate::header::{Layout, normalise_header};
use std::fmt;

const TOTALS: [&str; 5] = ["合計", "総計", "小計", "累計", "計"];
const END_MARKS: [&str; 4] = ["以上", "以下余白", "以下空白", "余白"];
const EXAMPLES: [&str; 4] = ["例", "記入例", "入力例", "見本"];
/// A single cell at the bottom with this much text is a sentence, not a value.
const LONG_TEXT: usize = 20;

/// A row that is not among the records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// 1-based.
    pub row: usize,
    /// Why it was left out.
    pub why: Why,
    /// The beginning of what it says.
    pub text: String,
}

/// Why a row is not a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// A total or subtotal.
    Total,
    /// The header once more, as on each printed page.
    RepeatedHeader,
    /// A note, or a mark that the table ends.
    Note,
    /// An example of how to fill the table in.
    Example,
    /// Nothing in any column that was asked for, such as a numbered row left blank.
    NoValues,
    /// Only continues merged cells from the row above.
    OnlyMerged,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Total => "合計の行",
            Self::RepeatedHeader => "見出しの繰り返し",
            Self::Note => "注記の行",
            Self::Example => "記入例の行",
            Self::NoValues => "読み取る列がすべて空欄の行",
            Self::OnlyMerged => "上の行から結合されたセルだけの行",
        })
    }
}

/// What each row below the header is: its index and `None` for data. Blank rows are left out.
pub(crate) fn classify(rows: &[Vec<Cell>], layout: &Layout<'_>) -> Vec<(usize, Option<Why>)> {
    let headers = rows.get(layout.top..=layout.bottom).unwrap_or_default();
    let mut classes: Vec<_> = rows
        .iter()
        .enumerate()
        .skip(layout.bottom + 1)
        .filter(|(_, row)| !row.is_empty())
        .map(|(index, row)| (index, why_not(row, headers, layout)))
        .collect();
    // From the bottom up, for only there is a lone long text a note.
    // In a list of a single column every row is a lone text, so there none is told apart.
    let lone_text_is_odd = layout.columns.len() > 1;
    for (index, class) in classes.iter_mut().rev().filter(|_| lone_text_is_odd) {
        match class {
            None | Some(Why::NoValues) if rows.get(*index).is_some_and(|r| is_closing_note(r)) => {
                *class = Some(Why::Note);
            }
            None => break,
            Some(_) => {}
        }
    }
    classes
}

pub(crate) fn skipped(row: usize, cells: &[Cell], why: Why) -> Skipped {
    let words: Vec<_> = own(cells).take(5).map(|cell| cell.text.as_str()).collect();
    Skipped { row, why, text: words.join(" ").chars().take(40).collect() }
}

fn why_not(row: &[Cell], headers: &[Vec<Cell>], layout: &Layout<'_>) -> Option<Why> {
    if !row.iter().any(Cell::is_own) {
        Some(Why::OnlyMerged)
    } else if headers.iter().any(|header| repeats(row, header)) {
        Some(Why::RepeatedHeader)
    } else if is_total(row) {
        Some(Why::Total)
    } else if is_note(row) {
        Some(Why::Note)
    } else if is_example(row) {
        Some(Why::Example)
    } else if !layout.columns.keys().any(|column| row.get(*column).is_some_and(Cell::is_own)) {
        Some(Why::NoValues)
    } else {
        None
    }
}

fn own(row: &[Cell]) -> impl Iterator<Item = &Cell> {
    row.iter().filter(|cell| cell.is_own())
}

/// Most of what the row says, and at least two cells of it, stands in the header above it.
fn repeats(row: &[Cell], header: &[Cell]) -> bool {
    let same = |(cell, above): &(&Cell, &Cell)| {
        let said = if cell.is_own() { normalise_header(&cell.text) } else { String::new() };
        !said.is_empty() && said == normalise_header(&above.text)
    };
    let filled = own(row).count();
    let repeated = row.iter().zip(header).filter(same).count();
    repeated * 2 > filled && repeated >= own(header).count().clamp(1, 2)
}

/// A total is named in one of the first two cells that are filled. The single character 計 is also
/// a surname, so there nothing but amounts may follow.
fn is_total(row: &[Cell]) -> bool {
    own(row).take(2).enumerate().any(|(index, cell)| {
        let name = normalise_header(&cell.text);
        let rest_is_amounts = || own(row).skip(index + 1).all(|cell| is_amount(&cell.text));
        match TOTALS.iter().find(|total| name.starts_with(**total)) {
            Some(&"計") => name == "計" && rest_is_amounts(),
            Some(total) => name == *total || (name.chars().count() <= 10 && rest_is_amounts()),
            None => false,
        }
    })
}

/// Digits with at most a unit, such as `1,200円` or `12 名`.
fn is_amount(text: &str) -> bool {
    let text = normalise_header(text);
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit() || "+-,.¥△▲".contains(c));
    unit.chars().count() <= 2 && (unit.len() < text.len() || TOTALS.contains(&unit))
}

fn is_note(row: &[Cell]) -> bool {
    let mut filled = own(row).map(|cell| cell.text.as_str());
    let (Some(first), None) = (filled.next(), filled.next()) else { return false };
    let bare = normalise_header(first);
    first.starts_with(['※', '＊', '*', '注', '（', '(']) && has_note_start(first)
        || END_MARKS.contains(&bare.as_str())
}

/// `注` also begins surnames such as 注連, so it needs a colon, number or bracket after it.
fn has_note_start(text: &str) -> bool {
    let inner = text.trim_start_matches(['（', '(']);
    match inner.strip_prefix('注') {
        Some(rest) => rest.starts_with(|c: char| !c.is_alphabetic()),
        None => inner.starts_with(['※', '＊', '*']),
    }
}

fn is_closing_note(row: &[Cell]) -> bool {
    let mut filled = own(row).map(|cell| cell.text.as_str());
    match (filled.next(), filled.next()) {
        (Some(text), None) => text.contains('。') || text.chars().count() >= LONG_TEXT,
        (Some(first), Some(_)) => first.starts_with('※') || first == "注",
        (None, _) => false,
    }
}

fn is_example(row: &[Cell]) -> bool {
    let Some(first) = own(row).next() else { return false };
    let name = normalise_header(&first.text);
    let name = name.trim_matches(['(', ')', '[', ']', '【', '】', '<', '>']);
    let name = name.trim_end_matches(|c: char| c.is_ascii_digit());
    EXAMPLES.contains(&name)
}
