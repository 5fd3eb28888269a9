//! XLSX into rows: cached values of formulas, dates recognised, merged cells spread out.

use crate::cell::{Cell, trim};
use crate::csv::trim_row;
use crate::refusal::{Limit, Refusal};
use crate::unpack::{self, broken};
use crate::{Limits, Sheet, Workbook};
use calamine::{DataRef, Dimensions, Reader, SheetType, SheetVisible, Xlsx, XlsxError};
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

type Source<'b> = Xlsx<Cursor<&'b [u8]>>;

pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<Workbook, Refusal> {
    let largest = unpack::check(bytes, limits)?;
    // The parser computes on cell references as they come and panics on some that no program
    // writes. A hostile file must cost its sender a refusal, not everyone else the server. Nothing
    // that the closure touched outlives it.
    catch_unwind(AssertUnwindSafe(|| parse(bytes, largest, limits)))
        .unwrap_or_else(|_| Err(broken("the parser panicked")))
}

/// Several tabs may be the same part, each of them read anew: so many times all that was unpacked.
const READ_AGAIN: usize = 2;
/// What Excel lets a tab be called.
const NAME: usize = 31;

fn parse(bytes: &[u8], largest: usize, limits: &Limits) -> Result<Workbook, Refusal> {
    let mut source = Xlsx::new(Cursor::new(bytes)).map_err(refuse)?;
    let listed = source.sheets_metadata().to_vec();
    if listed.len().saturating_mul(largest) > READ_AGAIN * limits.unpacked_bytes {
        return Err(Refusal::TooLarge(Limit::UnpackedBytes, limits.unpacked_bytes));
    }
    let mut budget = Budget { limits, cells: 0, text: 0 };
    let mut sheets = Vec::new();
    for sheet in listed.iter().filter(|sheet| sheet.typ == SheetType::WorkSheet) {
        let Some(rows) = read_rows(&mut source, &sheet.name, &mut budget)? else { continue };
        let hidden = sheet.visible != SheetVisible::Visible;
        // It is repeated with every row.
        let name = sheet.name.chars().take(NAME).collect();
        sheets.push(Sheet { name, hidden, rows });
    }
    if sheets.iter().all(|sheet| sheet.rows.is_empty()) {
        return Err(Refusal::Empty);
    }
    Ok(Workbook { encoding: None, sheets })
}

/// `None` for a tab that has no cells, such as a chart.
fn read_rows(
    source: &mut Source<'_>,
    name: &str,
    budget: &mut Budget<'_>,
) -> Result<Option<Vec<Vec<Cell>>>, Refusal> {
    let mut grid = Grid { rows: Vec::new(), width: 0 };
    let is_1904 = source.has_1904_epoch();
    let mut reader = match source.worksheet_cells_reader(name) {
        Err(XlsxError::NotAWorksheet(_)) => return Ok(None),
        other => other.map_err(refuse)?,
    };
    let digits: Vec<usize> = reader.styles().iter().map(filled_digits).collect();
    // Streamed, because the range API allocates everything between the outermost two cells.
    while let Some((cell, style)) = reader.next_cell_with_style_id().map_err(refuse)? {
        let position = cell.get_position();
        let digits = digits.get(style).copied().unwrap_or(0);
        let cell = convert(cell.get_value(), digits, is_1904);
        if !cell.is_empty() {
            grid.put(position, cell, budget)?;
        }
    }
    drop(reader);
    for merged in source.merge_cells_by_sheet_name(name).map_err(refuse)? {
        grid.spread(merged, budget)?;
    }
    Ok(Some(grid.finish()))
}

fn convert(value: &DataRef<'_>, digits: usize, is_1904: bool) -> Cell {
    match value {
        DataRef::Empty => Cell::EMPTY,
        DataRef::Int(n) => Cell::number(*n as f64, digits),
        DataRef::Float(n) => Cell::number(*n, digits),
        DataRef::String(s) | DataRef::DateTimeIso(s) | DataRef::DurationIso(s) => Cell::text(s),
        DataRef::SharedString(s) => Cell::text(s),
        DataRef::Bool(b) => {
            let shown = if *b { "TRUE" } else { "FALSE" };
            Cell::of(shown.to_owned(), crate::CellKind::Bool(*b))
        }
        DataRef::DateTime(date) if date.is_duration() => Cell::duration(date.as_f64()),
        DataRef::DateTime(date) => Cell::date(date.as_f64(), is_1904),
        DataRef::Error(error) => Cell::of(error.to_string(), crate::CellKind::Error),
    }
}

/// A format such as `0000000` shows numbers filled up with zeros; people read, and mean, those.
fn filled_digits(style: &calamine::Style) -> usize {
    let code = style.number_format.as_ref().map_or("", |format| format.format_code.as_str());
    let all_zeros = !code.is_empty() && code.len() <= 32 && code.bytes().all(|b| b == b'0');
    if all_zeros { code.len() } else { 0 }
}

/// What is left of the limits that all sheets share.
struct Budget<'l> {
    limits: &'l Limits,
    cells: usize,
    text: usize,
}

impl Budget<'_> {
    fn spend(&mut self, cells: usize, text: usize) -> Result<(), Refusal> {
        self.cells = self.cells.saturating_add(cells);
        self.text = self.text.saturating_add(text);
        if self.cells > self.limits.cells {
            return Err(Refusal::TooLarge(Limit::Cells, self.limits.cells));
        }
        if self.text > self.limits.text_bytes {
            return Err(Refusal::TooLarge(Limit::TextBytes, self.limits.text_bytes));
        }
        Ok(())
    }
}

/// Rows as long as their content. A stray value far below or far right costs what lies before it.
struct Grid {
    rows: Vec<Vec<Cell>>,
    width: usize,
}

impl Grid {
    fn put(
        &mut self,
        (row, column): (u32, u32),
        cell: Cell,
        budget: &mut Budget<'_>,
    ) -> Result<(), Refusal> {
        let (row, column) = (row as usize, column as usize);
        if row >= budget.limits.rows {
            return Err(Refusal::TooLarge(Limit::Rows, budget.limits.rows));
        }
        if column >= budget.limits.columns {
            return Err(Refusal::TooLarge(Limit::Columns, budget.limits.columns));
        }
        if self.rows.len() <= row {
            self.rows.resize_with(row + 1, Vec::new);
        }
        self.width = self.width.max(column + 1);
        let Some(cells) = self.rows.get_mut(row) else { return Ok(()) };
        if cell.text.chars().nth(budget.limits.cell_chars).is_some() {
            return Err(Refusal::TooLarge(Limit::CellChars, budget.limits.cell_chars));
        }
        // At least one, so that writing the same cell over and over is not free.
        budget.spend((column + 1).saturating_sub(cells.len()).max(1), cell.text.len())?;
        if cells.len() <= column {
            cells.resize(column + 1, Cell::EMPTY);
        }
        if let Some(slot) = cells.get_mut(column) {
            *slot = cell;
        }
        Ok(())
    }

    /// Repeats the value of a merged range in all cells it covers, as far as the sheet is used.
    fn spread(&mut self, merged: Dimensions, budget: &mut Budget<'_>) -> Result<(), Refusal> {
        let (top, left) = merged.start;
        let anchor = self.rows.get(top as usize).and_then(|row| row.get(left as usize));
        let Some(anchor) = anchor.filter(|cell| !cell.is_empty()).cloned() else { return Ok(()) };
        let bottom = (merged.end.0 as usize + 1).min(self.rows.len());
        let right = (merged.end.1 as usize + 1).min(self.width);
        for row in top as usize..bottom {
            for column in left as usize..right {
                if (row, column) != (top as usize, left as usize) {
                    let copy = Cell { from_merge: true, ..anchor.clone() };
                    self.put((row as u32, column as u32), copy, budget)?;
                }
            }
        }
        Ok(())
    }

    fn finish(self) -> Vec<Vec<Cell>> {
        let mut rows: Vec<_> = self.rows.into_iter().map(trim_row).collect();
        while rows.last().is_some_and(|row| !row.iter().any(Cell::is_own)) {
            rows.pop();
        }
        rows
    }
}

fn refuse(error: XlsxError) -> Refusal {
    match error {
        XlsxError::Password => Refusal::Encrypted,
        other => broken(trim(&other.to_string())),
    }
}
