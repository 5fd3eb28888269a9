use crate::{read, saved, shown};
use rust_xlsxwriter::{Format, Formula, Workbook as Book};
use sheets::{CellKind, Limit, Limits, Lookalike, Refusal, open};
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;

fn date(code: &str) -> Format {
    Format::new().set_num_format(code)
}

fn zip_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn values_read_as_the_spreadsheet_shows_them() {
    let mut book = Book::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, 12.0).unwrap();
    sheet.write(0, 1, 0.5).unwrap();
    sheet.write(0, 2, true).unwrap();
    sheet.write(0, 3, Formula::new("=1+2").set_result("3")).unwrap();
    sheet.write(0, 4, "　名 ").unwrap();
    sheet.write_with_format(0, 5, 123, &date("0000000")).unwrap();
    sheet.write_blank(0, 9, &date("0")).unwrap();
    sheet.write(5, 0, "　").unwrap();
    let workbook = read("a.xlsx", &saved(book)).unwrap();
    assert_eq!(workbook.encoding, None);
    assert_eq!(shown(&workbook.sheets[0]), ["12|0.5|TRUE|3|名|0000123"]);
    assert_eq!(workbook.sheets[0].rows[0][0].kind, CellKind::Number(12.0));
}

#[test]
fn dates_are_recognised_in_japanese_formats() {
    let mut book = Book::new();
    let sheet = book.add_worksheet();
    let codes = ["yyyy/m/d", "[$-411]ggge\"年\"m\"月\"d\"日\";@", "yyyy\"年\"m\"月\"d\"日\""];
    for (column, code) in codes.iter().enumerate() {
        sheet.write_with_format(0, column as u16, 45_383, &date(code)).unwrap();
    }
    sheet.write_with_format(0, 3, 45_383, &Format::new().set_num_format_index(57)).unwrap();
    sheet.write_with_format(0, 4, 1.25, &date("[h]:mm")).unwrap();
    sheet.write_with_format(0, 5, 45_383, &date("#,##0")).unwrap();
    let workbook = read("a.xlsx", &saved(book)).unwrap();
    let day = "2024-04-01";
    let row = format!("{day}|{day}|{day}|{day}|30:00:00|45383");
    assert_eq!(shown(&workbook.sheets[0]), [row]);
    let kind = CellKind::Date { serial: 45_383.0, is_1904: false };
    assert_eq!(workbook.sheets[0].rows[0][1].kind, kind);
}

#[test]
fn merged_cells_are_spread_as_far_as_the_sheet_is_used() {
    let mut book = Book::new();
    let sheet = book.add_worksheet();
    let plain = Format::new();
    sheet.merge_range(0, 0, 0, 900, "表題", &plain).unwrap();
    sheet.merge_range(1, 0, 5_000, 0, "事業所", &plain).unwrap();
    sheet.write(1, 1, "甲").unwrap();
    sheet.write(2, 1, "乙").unwrap();
    let workbook = read("a.xlsx", &saved(book)).unwrap();
    let sheet = &workbook.sheets[0];
    assert_eq!(shown(sheet), ["表題|表題", "事業所|甲", "事業所|乙"]);
    let flags: Vec<_> = sheet.rows.iter().map(|row| row[0].from_merge).collect();
    assert_eq!(flags, [false, false, true]);
}

#[test]
fn hidden_sheets_are_told() {
    let mut book = Book::new();
    book.add_worksheet().set_name("表").unwrap().write(0, 0, "a").unwrap();
    book.add_worksheet().set_name("裏").unwrap().set_hidden(true);
    let workbook = read("a.xlsx", &saved(book)).unwrap();
    let sheets: Vec<_> = workbook.sheets.iter().map(|s| (s.name.as_str(), s.hidden)).collect();
    assert_eq!(sheets, [("表", false), ("裏", true)]);
}

#[test]
fn other_files_are_refused_with_advice() {
    let ole = |stream: &str| {
        let wide: Vec<u8> = stream.encode_utf16().flat_map(u16::to_le_bytes).collect();
        [b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".as_slice(), &wide].concat()
    };
    assert_eq!(read("a.xlsx", &ole("EncryptedPackage")), Err(Refusal::Encrypted));
    let old = read("a.xls", &ole("Workbook")).unwrap_err();
    assert!(old.to_string().contains("保存し直して"), "{old}");
    let word = Err(Refusal::NotASpreadsheet(Lookalike::Word));
    assert_eq!(read("a.xlsx", &ole("WordDocument")), word);
    assert_eq!(read("a.xlsx", &zip_of(&[("word/document.xml", b"<a/>")])), word);
    let zip = Err(Refusal::NotASpreadsheet(Lookalike::Zip));
    assert_eq!(read("a.zip", &zip_of(&[("a.txt", b"a")])), zip);
    let ods = zip_of(&[("mimetype", b"application/vnd.oasis.opendocument.spreadsheet")]);
    assert!(matches!(read("a.ods", &ods), Err(Refusal::OtherFormat(_))));
    let hollow = zip_of(&[("xl/workbook.xml", b"<workbook/>")]);
    assert!(matches!(read("a.xlsx", &hollow), Err(Refusal::Broken(_) | Refusal::Empty)));
    let mut book = Book::new();
    book.add_worksheet();
    assert_eq!(read("a.xlsx", &saved(book)), Err(Refusal::Empty));
}

#[test]
fn a_bomb_is_refused_before_it_is_kept() {
    let zeros = vec![b' '; 8 << 20];
    let bomb = zip_of(&[("xl/workbook.xml", b"<workbook/>"), ("xl/a.xml", &zeros)]);
    assert!(bomb.len() < 20_000);
    assert_eq!(read("a.xlsx", &bomb), Err(Refusal::TooLarge(Limit::Ratio, 200)));
    // Eight megabytes in a few kilobytes: allowed, it only turns out to hold no workbook.
    let lax = Limits { ratio: 8 << 20, ..Limits::default() };
    let allowed = open("a.xlsx", &bomb, &lax);
    assert!(matches!(allowed, Err(Refusal::Broken(_) | Refusal::Empty)), "{allowed:?}");
    let small = Limits { unpacked_bytes: 4 << 20, ..Limits::default() };
    let refused = Err(Refusal::TooLarge(Limit::UnpackedBytes, 4 << 20));
    assert_eq!(open("a.xlsx", &bomb, &small), refused);
    // The zip crate stops at the size that was claimed; our cap would be next.
    let lying = open("a.xlsx", &understate_sizes(&bomb, zeros.len()), &small);
    assert!(matches!(lying, Err(Refusal::Broken(_) | Refusal::TooLarge(..))), "{lying:?}");
}

/// The same archive, claiming to unpack to a single byte.
fn understate_sizes(bytes: &[u8], size: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let claim = u32::try_from(size).unwrap().to_le_bytes();
    let places: Vec<_> = (0..bytes.len() - 4).filter(|at| bytes[*at..at + 4] == claim).collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at..at + 4].copy_from_slice(&[1, 0, 0, 0]);
    }
    bytes
}

fn three_by_two() -> Vec<u8> {
    let mut book = Book::new();
    let sheet = book.add_worksheet();
    for (row, column) in [(0, 0), (0, 1), (1, 0), (1, 1), (2, 1)] {
        sheet.write(row, column, "text").unwrap();
    }
    saved(book)
}

#[test]
fn each_limit_refuses_just_above_it() {
    let bytes = three_by_two();
    let mut archive = zip::ZipArchive::new(Cursor::new(&bytes)).unwrap();
    let entries = archive.len();
    let unpacked = (0..entries).map(|i| archive.by_index(i).unwrap().size() as usize).sum();
    let exact = Limits {
        file_bytes: bytes.len(),
        entries,
        unpacked_bytes: unpacked,
        ratio: 200,
        rows: 3,
        columns: 2,
        cells: 6,
        text_bytes: 20,
        cell_chars: 4,
    };
    assert_eq!(open("a.xlsx", &bytes, &exact).map(|w| w.sheets[0].rows.len()), Ok(3));
    let cases = [
        (Limits { file_bytes: bytes.len() - 1, ..exact.clone() }, Limit::FileBytes),
        (Limits { entries: entries - 1, ..exact.clone() }, Limit::Entries),
        (Limits { unpacked_bytes: unpacked - 1, ..exact.clone() }, Limit::UnpackedBytes),
        (Limits { rows: 2, ..exact.clone() }, Limit::Rows),
        (Limits { columns: 1, ..exact.clone() }, Limit::Columns),
        (Limits { cells: 5, ..exact.clone() }, Limit::Cells),
        (Limits { text_bytes: 19, ..exact.clone() }, Limit::TextBytes),
        (Limits { cell_chars: 3, ..exact.clone() }, Limit::CellChars),
    ];
    for (limits, limit) in cases {
        let refusal = open("a.xlsx", &bytes, &limits).unwrap_err();
        assert!(matches!(refusal, Refusal::TooLarge(l, _) if l == limit), "{limit:?} {refusal}");
        assert!(refusal.to_string().contains("上限"));
    }
}

#[test]
fn merged_cells_count_against_the_cells() {
    let mut book = Book::new();
    let sheet = book.add_worksheet();
    sheet.merge_range(0, 0, 9, 9, "a", &Format::new()).unwrap();
    sheet.write(10, 9, "b").unwrap();
    let bytes = saved(book);
    let at = |cells| open("a.xlsx", &bytes, &Limits { cells, ..Limits::default() });
    assert!(at(110).is_ok());
    assert_eq!(at(109), Err(Refusal::TooLarge(Limit::Cells, 109)));
}
