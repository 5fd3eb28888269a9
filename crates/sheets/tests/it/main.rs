//! One binary for all tests of the public API.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod any;
mod csv;
mod hostile;
mod tables;
mod write;
mod xlsx;

use rust_xlsxwriter::Workbook as Book;
use sheets::{Limits, Refusal, Workbook, open};

pub fn read(name: &str, bytes: &[u8]) -> Result<Workbook, Refusal> {
    open(name, bytes, &Limits::default())
}

pub fn csv_sheet(text: &str) -> sheets::Sheet {
    read("一覧.csv", text.as_bytes()).unwrap().sheets.remove(0)
}

pub fn saved(mut book: Book) -> Vec<u8> {
    book.save_to_buffer().unwrap()
}

/// Rows as texts, columns joined by `|`.
pub fn shown(sheet: &sheets::Sheet) -> Vec<String> {
    let texts = |row: &Vec<sheets::Cell>| {
        row.iter().map(|cell| cell.text.as_str()).collect::<Vec<_>>().join("|")
    };
    sheet.rows.iter().map(texts).collect()
}
