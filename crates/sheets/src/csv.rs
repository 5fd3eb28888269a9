//! CSV text into rows. The reader is our own because row numbers must be those Excel shows: the
//! `csv` crate skips blank lines, and a line break inside quotes does not start a row.

use crate::cell::{Cell, column_letter};
use crate::charset::{self, Encoding};
use crate::refusal::{Limit, Place, Refusal};
use crate::{Limits, Sheet, Workbook};
use std::collections::BTreeMap;

const DELIMITERS: [char; 3] = [',', '\t', ';'];
const SAMPLE_ROWS: usize = 50;
/// What a sheet made of a file is called at most.
const NAME: usize = 60;
/// Enough places to find the cause, few enough to read.
const PLACES: usize = 10;

pub(crate) fn read(name: &str, bytes: &[u8], limits: &Limits) -> Result<Workbook, Refusal> {
    let decoded = charset::decode(bytes);
    let delimiter = detect_delimiter(&decoded.text, limits);
    let mut rows = Vec::new();
    let (mut cells, mut text) = (0, 0);
    for row in Rows::new(&decoded.text, delimiter, limits) {
        let row = row?;
        cells += row.len();
        text += row.iter().map(String::len).sum::<usize>();
        bound(rows.len() + 1, cells, text, limits)?;
        rows.push(trim_row(row.iter().map(|raw| Cell::text(unwrap_guard(raw))).collect()));
    }
    while rows.last().is_some_and(Vec::is_empty) {
        rows.pop();
    }
    if decoded.damaged {
        return Err(Refusal::Undecodable(decoded.encoding, damaged_places(&rows)));
    }
    if rows.is_empty() {
        return Err(Refusal::Empty);
    }
    Ok(workbook(name, decoded.encoding, rows))
}

fn workbook(name: &str, encoding: Encoding, rows: Vec<Vec<Cell>>) -> Workbook {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    // It is repeated with every row.
    let sheet = Sheet { name: stem.chars().take(NAME).collect(), hidden: false, rows };
    Workbook { encoding: Some(encoding), sheets: vec![sheet] }
}

fn bound(rows: usize, cells: usize, text: usize, limits: &Limits) -> Result<(), Refusal> {
    let over = |n, max, limit| if n > max { Err(Refusal::TooLarge(limit, max)) } else { Ok(()) };
    over(rows, limits.rows, Limit::Rows)?;
    over(cells, limits.cells, Limit::Cells)?;
    over(text, limits.text_bytes, Limit::TextBytes)
}

pub(crate) fn trim_row(mut row: Vec<Cell>) -> Vec<Cell> {
    while row.last().is_some_and(Cell::is_empty) {
        row.pop();
    }
    row
}

/// `="0012"` keeps zeros and `'=A1` keeps a formula from running: both guard a text, as does
/// [`crate::neutralise`].
fn unwrap_guard(raw: &str) -> &str {
    if let Some(inner) = raw.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')) {
        return inner;
    }
    match raw.strip_prefix('\'') {
        Some(rest) if rest.starts_with(crate::write::FORMULA_STARTS) => rest,
        _ => raw,
    }
}

fn damaged_places(rows: &[Vec<Cell>]) -> Vec<Place> {
    let cells = rows.iter().enumerate().flat_map(|(r, row)| {
        row.iter()
            .enumerate()
            .filter(|(_, c)| c.text.contains('\u{FFFD}'))
            .map(move |(c, _)| (r, c))
    });
    cells.take(PLACES).map(|(r, c)| Place { row: r + 1, column: column_letter(c) }).collect()
}

/// The delimiter that cuts the largest share of the rows into the same number of pieces; the most
/// pieces break a tie, since a comma in each address of a tab-separated file is also regular.
fn detect_delimiter(text: &str, limits: &Limits) -> char {
    let regularity = |delimiter| {
        let (mut widths, mut seen) = (BTreeMap::new(), 0);
        for row in Rows::new(text, delimiter, limits).take(SAMPLE_ROWS) {
            seen += 1;
            // The wrong delimiter opens quotes that nobody closes.
            let Ok(row) = row else { break };
            *widths.entry(row.len()).or_insert(0_usize) += 1;
        }
        // By share, not by count: it also makes more rows of what has line breaks in its cells.
        widths.into_iter().filter(|(w, _)| *w > 1).map(|(w, n)| (n * 1_000 / seen, w)).max()
    };
    // `max_by_key` takes the last of equals, and the comma is the best guess.
    DELIMITERS.into_iter().rev().max_by_key(|d| regularity(*d)).unwrap_or(',')
}

/// Rows of raw fields. A quotation mark counts only at the start of a field, as in Excel.
struct Rows<'t> {
    chars: std::iter::Peekable<std::str::Chars<'t>>,
    delimiter: char,
    row: usize,
    /// Applied here, for a single row could hold millions of fields, and a field the whole file.
    limits: &'t Limits,
    /// Characters of the present field.
    length: usize,
}

/// What ended a field.
enum End {
    Field,
    Row,
}

impl<'t> Rows<'t> {
    fn new(text: &'t str, delimiter: char, limits: &'t Limits) -> Self {
        Self { chars: text.chars().peekable(), delimiter, row: 0, limits, length: 0 }
    }

    fn field(&mut self) -> Result<(String, End), Refusal> {
        let mut field = String::new();
        self.length = 0;
        if self.chars.next_if_eq(&'"').is_some() {
            self.quoted(&mut field)?;
        }
        loop {
            match self.chars.next() {
                None | Some('\n') => return Ok((field, End::Row)),
                Some('\r') => {
                    self.chars.next_if_eq(&'\n');
                    return Ok((field, End::Row));
                }
                Some(c) if c == self.delimiter => return Ok((field, End::Field)),
                Some(c) => self.push(&mut field, c)?,
            }
        }
    }

    fn push(&mut self, field: &mut String, c: char) -> Result<(), Refusal> {
        self.length += 1;
        if self.length > self.limits.cell_chars {
            return Err(Refusal::TooLarge(Limit::CellChars, self.limits.cell_chars));
        }
        field.push(c);
        Ok(())
    }

    fn quoted(&mut self, field: &mut String) -> Result<(), Refusal> {
        loop {
            match self.chars.next() {
                None => return Err(Refusal::UnclosedQuote(self.row)),
                Some('"') if self.chars.next_if_eq(&'"').is_none() => return Ok(()),
                Some('\r') => {
                    self.chars.next_if_eq(&'\n');
                    self.push(field, '\n')?;
                }
                Some(c) => self.push(field, c)?,
            }
        }
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<Vec<String>, Refusal>;

    fn next(&mut self) -> Option<Self::Item> {
        self.chars.peek()?;
        self.row += 1;
        let mut row = Vec::new();
        loop {
            if row.len() >= self.limits.columns {
                let columns = self.limits.columns;
                return Some(Err(Refusal::TooLarge(Limit::Columns, columns)));
            }
            match self.field() {
                Ok((field, End::Field)) => row.push(field),
                Ok((field, End::Row)) => {
                    row.push(field);
                    return Some(Ok(row));
                }
                Err(refusal) => return Some(Err(refusal)),
            }
        }
    }
}
