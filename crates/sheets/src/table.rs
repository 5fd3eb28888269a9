//! Sheets into records: the header found, the rows that are not data set aside, dittos resolved.

use crate::cell::{Cell, CellKind, column_letter};
use crate::header::{self, ColumnSpec, Header, Layout};
use crate::refusal::Refusal;
use crate::rows::{self, Skipped};
use crate::{Sheet, Workbook};
use std::collections::BTreeMap;

const DITTOS: [&str; 16] = [
    "〃", "″", "\"", "''", "’’", "”", "“", "゛", "々", "仝", "同上", "同じ", "同", "〃〃", "””",
    "々々",
];

/// Reads the one table of each visible sheet, and says of every other sheet why it has none.
pub fn find_tables<'s>(workbook: &Workbook, specs: &[ColumnSpec<'s>]) -> Found<'s> {
    let (mut tables, mut passed_over) = (Vec::new(), Vec::new());
    for sheet in &workbook.sheets {
        let read = match sheet.hidden {
            true => Err(Refusal::HiddenSheet),
            false => find_table(sheet, specs),
        };
        match read {
            Ok(table) => tables.push(table),
            Err(why) => passed_over.push(PassedOver { sheet: sheet.name.clone(), why }),
        }
    }
    Found { tables, passed_over }
}

/// Reads the table of one sheet, hidden or not.
pub fn find_table<'s>(sheet: &Sheet, specs: &[ColumnSpec<'s>]) -> Result<Table<'s>, Refusal> {
    if sheet.rows.is_empty() {
        return Err(Refusal::Empty);
    }
    let layout = header::find(sheet, specs)?;
    let mut table = Table {
        sheet: sheet.name.clone(),
        header_row: layout.bottom + 1,
        rows: Vec::new(),
        skipped: Vec::new(),
        columns: layout.columns.iter().map(|(c, key)| (*key, column_letter(*c))).collect(),
        unknown: layout.unknown.clone(),
        duplicates: layout.duplicates.clone(),
    };
    for (index, class) in rows::classify(&sheet.rows, &layout) {
        let Some(cells) = sheet.rows.get(index) else { continue };
        match class {
            Some(why) => table.skipped.push(rows::skipped(index + 1, cells, why)),
            None => {
                let record = record(&table, &layout, index, cells);
                table.rows.push(record);
            }
        }
    }
    Ok(table)
}

/// What [`find_tables`] found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found<'s> {
    /// One for each sheet that was read.
    pub tables: Vec<Table<'s>>,
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

/// The table of one sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct Table<'s> {
    /// The name of the sheet.
    pub sheet: String,
    /// The last row (1-based) of the header.
    pub header_row: usize,
    /// The data.
    pub rows: Vec<Record<'s>>,
    /// Rows below the header that are neither data nor blank.
    pub skipped: Vec<Skipped>,
    /// Which column each key was read from, by letter.
    pub columns: BTreeMap<&'s str, String>,
    /// Columns nobody asked for.
    pub unknown: Vec<Header>,
    /// Columns asked for, but already read from another column.
    pub duplicates: Vec<Header>,
}

/// One row of data.
#[derive(Debug, Clone, PartialEq)]
pub struct Record<'s> {
    /// The name of the sheet.
    pub sheet: String,
    /// 1-based, as the spreadsheet shows it.
    pub row_number: usize,
    /// By key; every column found is present, if only with an empty value.
    pub values: BTreeMap<&'s str, Value>,
}

/// One value and where it came from.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    /// As in [`field@Cell::text`], or that of a row above for [`Inherited::Ditto`].
    pub text: String,
    /// As in [`field@Cell::kind`].
    pub kind: CellKind,
    /// Letter(s).
    pub column: String,
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

impl Record<'_> {
    /// The text under `key`; empty if there is no such column.
    pub fn text(&self, key: &str) -> &str {
        self.values.get(key).map_or("", |value| value.text.as_str())
    }
}

fn record<'s>(table: &Table<'s>, layout: &Layout<'s>, row: usize, cells: &[Cell]) -> Record<'s> {
    let previous = table.rows.last();
    let values = layout.columns.iter().map(|(column, key)| {
        let above = previous.and_then(|record| record.values.get(key));
        (*key, value(*column, cells.get(*column).unwrap_or(&Cell::EMPTY), above))
    });
    Record { sheet: table.sheet.clone(), row_number: row + 1, values: values.collect() }
}

fn value(column: usize, cell: &Cell, above: Option<&Value>) -> Value {
    match above {
        Some(above) if is_ditto(&cell.text) => {
            Value { inherited: Some(Inherited::Ditto), ..above.clone() }
        }
        _ => Value {
            text: cell.text.clone(),
            kind: cell.kind,
            column: column_letter(column),
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
