//! Sheets into records: the header found, the rows that are not data set aside, dittos resolved.

use crate::cell::{Cell, CellKind, column_letter};
use crate::header::{self, ColumnSpec, Header};
use crate::refusal::{Limit, Refusal};
use crate::rows::{self, Skipped};
use crate::{Limits, Sheet, Workbook};
use std::collections::BTreeMap;

const DITTOS: [&str; 16] = [
    "〃", "″", "\"", "''", "’’", "”", "“", "゛", "々", "仝", "同上", "同じ", "同", "〃〃", "””",
    "々々",
];

/// Where a row ends before its table does.
static BLANK: Cell = Cell::EMPTY;

/// Reads the one table of each visible sheet, and says of every other sheet why it has none.
pub fn find_tables<'b, 's>(workbook: &'b Workbook, specs: &[ColumnSpec<'s>]) -> Found<'b, 's> {
    let (mut tables, mut passed_over) = (Vec::new(), Vec::new());
    let mut text = 0;
    for sheet in &workbook.sheets {
        let read = match sheet.hidden {
            true => Err(Refusal::HiddenSheet),
            false => table_within(sheet, specs, &mut text),
        };
        match read {
            Ok(table) => tables.push(table),
            Err(why) => passed_over.push(PassedOver { sheet: sheet.name.clone(), why }),
        }
    }
    Found { tables, passed_over }
}

/// Reads the table of one sheet, hidden or not.
pub fn find_table<'b, 's>(
    sheet: &'b Sheet,
    specs: &[ColumnSpec<'s>],
) -> Result<Table<'b, 's>, Refusal> {
    table_within(sheet, specs, &mut 0)
}

/// `text` is how many bytes the tables before it say. A ditto costs the file a few bytes and
/// repeats thousands, again and again.
fn table_within<'b, 's>(
    sheet: &'b Sheet,
    specs: &[ColumnSpec<'s>],
    text: &mut usize,
) -> Result<Table<'b, 's>, Refusal> {
    if sheet.rows.is_empty() {
        return Err(Refusal::Empty);
    }
    let layout = header::find(sheet, specs)?;
    let (mut data, mut skipped) = (Vec::new(), Vec::new());
    for (index, class) in rows::classify(&sheet.rows, &layout) {
        let Some(cells) = sheet.rows.get(index) else { continue };
        match class {
            Some(why) => skipped.push(rows::skipped(index + 1, cells, why)),
            None => data.push((index, cells.as_slice())),
        }
    }
    let most = Limits::default().text_bytes;
    *text += text_bytes(layout.columns.keys(), &data);
    if *text > most {
        return Err(Refusal::TooLarge(Limit::TextBytes, most));
    }
    Ok(Table {
        sheet: &sheet.name,
        header_row: layout.bottom + 1,
        columns: layout.columns.iter().map(|(c, key)| (*key, column_letter(*c))).collect(),
        unknown: layout.unknown,
        duplicates: layout.duplicates,
        keys: layout.columns,
        data,
        skipped,
    })
}

/// What the rows say, with what their dittos repeat.
fn text_bytes<'k>(columns: impl Iterator<Item = &'k usize>, data: &[(usize, &[Cell])]) -> usize {
    let mut sum = 0_usize;
    for column in columns {
        let mut above = 0;
        for cell in data.iter().filter_map(|(_, cells)| cells.get(*column)) {
            above = if is_ditto(&cell.text) { above } else { cell.text.len() };
            sum = sum.saturating_add(above);
        }
    }
    sum
}

/// What [`find_tables`] found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found<'b, 's> {
    /// One for each sheet that was read.
    pub tables: Vec<Table<'b, 's>>,
    /// The sheets that were not.
    pub passed_over: Vec<PassedOver>,
}

/// A sheet that was not read.
#[derive(Debug, Clone, PartialEq)]
pub struct PassedOver {
    /// Its name.
    pub sheet: String,
    /// Why.
    pub why: Refusal,
}

/// The table of one sheet. Its rows are made one at a time: under wide headers they are far larger
/// than what is written in them.
#[derive(Debug, Clone, PartialEq)]
pub struct Table<'b, 's> {
    /// The name of the sheet.
    pub sheet: &'b str,
    /// The last row (1-based) of the header.
    pub header_row: usize,
    /// Rows below the header that are neither data nor blank.
    pub skipped: Vec<Skipped>,
    /// Which column each key was read from, by letter.
    pub columns: BTreeMap<&'s str, String>,
    /// Columns nobody asked for.
    pub unknown: Vec<Header>,
    /// Columns asked for, but already read from another column.
    pub duplicates: Vec<Header>,
    keys: BTreeMap<usize, &'s str>,
    data: Vec<(usize, &'b [Cell])>,
}

/// One row of data.
#[derive(Debug, Clone, PartialEq)]
pub struct Record<'b, 's> {
    /// 1-based, as the spreadsheet shows it.
    pub row_number: usize,
    /// By key; every column found is present, if only with an empty value.
    pub values: BTreeMap<&'s str, Value<'b>>,
}

/// One value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Value<'b> {
    /// As in [`field@Cell::text`], or that of a row above for [`Inherited::Ditto`].
    pub text: &'b str,
    /// As in [`field@Cell::kind`].
    pub kind: CellKind,
    /// Set if the cell itself does not say this.
    pub inherited: Option<Inherited>,
}

/// How a value came from another cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inherited {
    /// The cell says 〃 or 同上. In the first record there is nothing to repeat, and it is kept.
    Ditto,
    /// The cell is merged with one further up or left.
    Merge,
}

impl<'b, 's> Table<'b, 's> {
    /// How many rows of data there are.
    pub fn len(&self) -> usize {
        self.data.len()
    }

    /// A header with nothing below it.
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// The data.
    pub fn records(&self) -> impl Iterator<Item = Record<'b, 's>> {
        // What a ditto repeats.
        let mut above: BTreeMap<usize, Value<'b>> = BTreeMap::new();
        self.data.iter().map(move |(row, cells)| {
            let mut one = |(column, key): (&usize, &&'s str)| {
                let value = value(cells.get(*column).unwrap_or(&BLANK), above.get(column));
                above.insert(*column, value);
                (*key, value)
            };
            Record { row_number: row + 1, values: self.keys.iter().map(&mut one).collect() }
        })
    }
}

impl Record<'_, '_> {
    /// The text under `key`; empty if there is no such column.
    pub fn text(&self, key: &str) -> &str {
        self.values.get(key).map_or("", |value| value.text)
    }
}

fn value<'b>(cell: &'b Cell, above: Option<&Value<'b>>) -> Value<'b> {
    match above {
        Some(above) if is_ditto(&cell.text) => {
            Value { inherited: Some(Inherited::Ditto), ..*above }
        }
        _ => Value {
            text: &cell.text,
            kind: cell.kind,
            inherited: cell.from_merge.then_some(Inherited::Merge),
        },
    }
}

fn is_ditto(text: &str) -> bool {
    // Longer texts are no ditto marks, whatever their spaces: most cells stop here.
    text.len() <= 24 && {
        let bare: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        DITTOS.contains(&bare.as_str())
    }
}
