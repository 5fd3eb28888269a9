//! Reads CSV and XLSX files the way offices really have them into clean records, and writes CSV
//! that a spreadsheet opens without surprises.
//!
//! Three steps: [`open`] bounds and decodes the bytes, [`find_tables`] finds the header rows and
//! tells data rows from titles, totals and notes, [`write_csv`] goes the other way. Nothing is
//! dropped silently: every row left out is in [`Table::skipped`], every column left out in
//! [`Table::unknown`]. The crate does no I/O, and knows tables but not what is in them.

mod cell;
mod charset;
mod csv;
mod header;
mod kind;
mod markup;
mod refusal;
mod rows;
mod table;
mod unpack;
mod write;
mod xlsx;

pub use cell::{Cell, CellKind, column_letter};
pub use charset::Encoding;
pub use header::{ColumnSpec, Header, normalise_header};
pub use refusal::{Limit, Lookalike, Place, Refusal};
pub use rows::{Skipped, Why};
pub use table::{Found, Inherited, PassedOver, Record, Table, Value, find_table, find_tables};
pub use write::{Unmappable, neutralise, write_csv};

/// Reads a spreadsheet. The content decides the format; `name` only names the sheet of a CSV file.
pub fn open(name: &str, bytes: &[u8], limits: &Limits) -> Result<Workbook, Refusal> {
    if bytes.len() > limits.file_bytes {
        return Err(Refusal::TooLarge(Limit::FileBytes, limits.file_bytes));
    }
    match kind::of(name, bytes)? {
        kind::Kind::Zip => xlsx::read(bytes, limits),
        kind::Kind::Text => csv::read(name, bytes, limits),
    }
}

/// An opened file.
#[derive(Debug, Clone, PartialEq)]
pub struct Workbook {
    /// How a CSV file was encoded; `None` for XLSX.
    pub encoding: Option<Encoding>,
    /// All worksheets in order, the hidden ones too.
    pub sheets: Vec<Sheet>,
}

/// One sheet. Row `n` of the spreadsheet is `rows[n - 1]`; rows are only as long as their content.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// The name on the tab, or the file name without its ending for CSV.
    pub name: String,
    /// Not shown by the spreadsheet program.
    pub hidden: bool,
    /// Rows without blank cells at their right end, and without blank rows at the bottom.
    pub rows: Vec<Vec<Cell>>,
}

/// What a file may cost before it is refused. All are checked before the cost is paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Size of the file itself.
    pub file_bytes: usize,
    /// Files inside the XLSX container.
    pub entries: usize,
    /// Sum of the sizes of these files once unpacked.
    pub unpacked_bytes: usize,
    /// How many times larger than packed one of these files may be, once it is over a megabyte.
    pub ratio: usize,
    /// Rows of one sheet.
    pub rows: usize,
    /// Columns of one sheet.
    pub columns: usize,
    /// Cells of all sheets together, merged cells counted once per cell they cover.
    pub cells: usize,
    /// Bytes of text in all cells together: one shared string may be used by many cells.
    pub text_bytes: usize,
    /// Characters of one cell.
    pub cell_chars: usize,
}

/// Together so that the worst file, at every limit at once, needs less than 200 MiB for a moment.
impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 20 << 20,
            entries: 2_000,
            unpacked_bytes: 48 << 20,
            ratio: 200,
            rows: 100_000,
            columns: 1_000,
            cells: 500_000,
            text_bytes: 32 << 20,
            // Excel's own.
            cell_chars: 32_767,
        }
    }
}
