//! What must hold for any table and any bytes. The same cases on every run; what once failed is
//! kept beside this file and tried first.

use crate::{read, saved, shown};
use malformed::Model;
use proptest::prelude::*;
use proptest::test_runner::{FileFailurePersistence, RngSeed};
use rust_xlsxwriter::Workbook as Book;
use sheets::{ColumnSpec, Encoding, find_tables, write_csv};
use std::time::{Duration, Instant};

fn config() -> ProptestConfig {
    let kept = FileFailurePersistence::WithSource("proptest-regressions");
    ProptestConfig {
        cases: 300,
        rng_seed: RngSeed::Fixed(20_240_401),
        failure_persistence: Some(Box::new(kept)),
        ..ProptestConfig::default()
    }
}

/// Cells of which a spreadsheet or a reader could make something else.
const CELL: &str = "[あ漢ａz0-9 =+@,;\"\t\r\n＝.-][あ漢ａz0-9 =+@,;'\"\t\r\n＝.-]{0,12}";

fn any_rows() -> impl Strategy<Value = Vec<Vec<String>>> {
    proptest::collection::vec(proptest::collection::vec(CELL, 3), 1..12)
}

/// As a reader shows it: without spaces around it, every line end the same.
fn plain(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.trim_matches(|c: char| c.is_whitespace() || c.is_control()).to_owned()
}

fn expected(rows: &[Vec<String>]) -> Vec<String> {
    let line = |row: &Vec<String>| {
        let mut cells: Vec<String> = row.iter().map(|c| plain(c)).collect();
        while cells.last().is_some_and(String::is_empty) {
            cells.pop();
        }
        cells.join("|")
    };
    let mut out: Vec<String> = rows.iter().map(line).collect();
    while out.last().is_some_and(String::is_empty) {
        out.pop();
    }
    out
}

fn headed(rows: Vec<Vec<String>>) -> Vec<Vec<String>> {
    let head = ["氏名", "かな", "メモ"].map(str::to_owned).to_vec();
    std::iter::once(head).chain(rows).collect()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_csv_that_was_written_reads_as_it_was(rows in any_rows()) {
        let rows = headed(rows);
        for encoding in [Encoding::Utf8Bom, Encoding::Cp932, Encoding::Utf16Le] {
            let file = write_csv(&rows, encoding).unwrap();
            let sheet = read("a.csv", &file).unwrap().sheets.remove(0);
            prop_assert_eq!(shown(&sheet), expected(&rows), "{:?}", encoding);
        }
    }

    #[test]
    fn no_cell_of_a_csv_begins_a_formula(rows in any_rows()) {
        let file = write_csv(&rows, Encoding::Utf8).unwrap();
        let text = String::from_utf8(file).unwrap();
        for field in fields(&text) {
            let runs = field.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
            let number = field.trim_start_matches(['+', '-']).replace(',', "").parse::<f64>();
            prop_assert!(!runs || field.chars().count() == 1 || number.is_ok(), "{:?}", field);
        }
    }

    #[test]
    fn an_xlsx_that_was_written_reads_as_it_was(rows in any_rows()) {
        let rows = headed(rows);
        let mut book = Book::new();
        let sheet = book.add_worksheet();
        for (r, row) in rows.iter().enumerate() {
            for (c, text) in row.iter().enumerate() {
                // Excel writes no carriage return into its XML.
                let text = text.replace("\r\n", "\n").replace('\r', "\n");
                sheet.write_string(r as u32, c as u16, text).unwrap();
            }
        }
        let sheet = read("a.xlsx", &saved(book)).unwrap().sheets.remove(0);
        prop_assert_eq!(shown(&sheet), expected(&rows));
    }

    #[test]
    fn any_bytes_are_read_or_refused_in_words(bytes in any::<Vec<u8>>(), text in ".{0,300}") {
        for file in [&bytes[..], text.as_bytes(), &[b"PK\x03\x04", &bytes[..]].concat()] {
            if let Err(why) = read("a.csv", file) {
                prop_assert!(why.to_string().chars().count() > 10);
            }
        }
    }
}

/// The fields of a CSV as a spreadsheet parts them.
fn fields(text: &str) -> Vec<String> {
    let (mut out, mut field, mut quoted, mut chars) =
        (vec![], String::new(), false, text.chars().peekable());
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.next_if_eq(&'"').is_some() => field.push('"'),
            '"' if quoted || field.is_empty() => quoted = !quoted,
            ',' | '\n' if !quoted => {
                out.push(std::mem::take(&mut field).trim_end_matches('\r').to_owned())
            }
            c => field.push(c),
        }
    }
    out.push(field);
    out
}

#[test]
fn every_malformed_file_is_read_or_refused_in_words_and_in_time() {
    let words = |all: &[&str]| all.iter().map(|w| (*w).to_owned()).collect();
    let model = Model {
        headers: words(&["氏名", "かな"]),
        row: words(&["山田 花", "やまだ はな"]),
    };
    let specs = ["氏名", "かな"];
    let specs = specs.each_ref().map(|h| ColumnSpec {
        key: h,
        headers: std::slice::from_ref(h),
        required: true,
    });
    let (mut refused, mut late) = (0, vec![]);
    for n in 0..malformed::count() {
        let file = malformed::file(&model, 7, n);
        let began = Instant::now();
        match read(&file.name, &file.bytes) {
            Ok(book) => drop(find_tables(&book, &specs)),
            Err(why) => {
                refused += 1;
                assert!(why.to_string().chars().count() > 10, "{}", file.family);
            }
        }
        if began.elapsed() > Duration::from_secs(10) {
            late.push(file.family);
        }
    }
    assert_eq!(late, Vec::<&str>::new());
    assert!(refused > malformed::count() / 3, "{refused} refused");
}
