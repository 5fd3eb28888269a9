//! Whatever the bytes, the answer is a workbook or a refusal.

use crate::{read, saved};
use rust_xlsxwriter::{Format, Workbook as Book};
use sheets::{ColumnSpec, Limits, find_tables, open};
use std::io::{Cursor, Read, Write};
use zip::write::SimpleFileOptions;

const SPECS: [ColumnSpec<'static>; 2] = [
    ColumnSpec { key: "name", headers: &["氏名"], required: true },
    ColumnSpec { key: "kana", headers: &["かな"], required: false },
];

/// Xorshift: a fixed seed makes every failure repeatable.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }
}

fn digest(bytes: &[u8]) {
    let limits = Limits { cells: 20_000, rows: 5_000, ..Limits::default() };
    match open("a.xlsx", bytes, &limits) {
        Ok(workbook) => drop(find_tables(&workbook, &SPECS)),
        Err(refusal) => assert!(!refusal.to_string().is_empty()),
    }
}

fn sample() -> Vec<u8> {
    let mut book = Book::new();
    let sheet = book.add_worksheet();
    sheet.merge_range(0, 0, 0, 2, "表題", &Format::new()).unwrap();
    for (column, text) in ["氏名", "かな", "年月日"].into_iter().enumerate() {
        sheet.write(1, column as u16, text).unwrap();
        sheet.write(2, column as u16, text).unwrap();
    }
    sheet.merge_range(3, 0, 5, 0, "甲", &Format::new()).unwrap();
    let day = Format::new().set_num_format("yyyy/m/d");
    sheet.write_with_format(4, 2, 45_000, &day).unwrap();
    saved(book)
}

#[test]
fn random_bytes_never_panic() {
    let mut dice = Dice(0x5EED);
    let alphabet = "氏名かな,\t;\"\r\n〃合計※=' 1".as_bytes();
    for round in 0..400 {
        let length = dice.roll(300);
        let mut bytes: Vec<u8> = (0..length)
            .map(|_| match round % 2 {
                0 => dice.roll(256) as u8,
                _ => alphabet[dice.roll(alphabet.len())],
            })
            .collect();
        if round % 5 == 0 {
            bytes.splice(0..0, *b"PK\x03\x04");
        }
        digest(&bytes);
    }
}

#[test]
fn damaged_containers_never_panic() {
    let (original, mut dice) = (sample(), Dice(0xBAD));
    for _ in 0..200 {
        let mut bytes = original.clone();
        for _ in 0..=dice.roll(8) {
            let at = dice.roll(bytes.len());
            bytes[at] = dice.roll(256) as u8;
        }
        bytes.truncate(bytes.len() - dice.roll(2) * dice.roll(bytes.len()));
        digest(&bytes);
    }
}

/// Parts of the container by name, with each content passed through `change`.
fn repack(bytes: &[u8], mut change: impl FnMut(&str, Vec<u8>) -> Vec<u8>) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).unwrap();
        let (name, mut content) = (entry.name().unwrap().into_owned(), Vec::new());
        entry.read_to_end(&mut content).unwrap();
        zip.start_file(&name, SimpleFileOptions::default()).unwrap();
        zip.write_all(&change(&name, content)).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn damaged_xml_never_panics() {
    let (original, mut dice) = (sample(), Dice(0xDEAD));
    for _ in 0..100 {
        let bytes = repack(&original, |_, mut content| {
            if dice.roll(3) == 0 && !content.is_empty() {
                let at = dice.roll(content.len());
                content[at] = b"<>/\"=:019AZ& "[dice.roll(13)];
            }
            content
        });
        digest(&bytes);
    }
}

#[test]
fn cell_references_no_program_writes_are_survived() {
    let swaps = [
        ("A1:C1", "C9:A1"),
        ("A1:C1", "A1:XFD1048576"),
        ("A1:C1", "A1:ZZZZZZZZZZ99999999999999"),
        ("r=\"C5\"", "r=\"XFD1048576\""),
        ("r=\"C5\"", "r=\"C4294967295\""),
        ("r=\"C5\"", "r=\"AAAAAAAAAAAAAAA1\""),
        ("<v>0</v>", "<v>99999999</v>"),
        ("<v>45000</v>", "<v>1e308</v>"),
    ];
    for (from, to) in swaps {
        let mut changed = false;
        let bytes = repack(&sample(), |name, content| {
            let text = String::from_utf8_lossy(&content).replace(from, to);
            if !name.contains("sheet1") {
                return content;
            }
            changed |= text.as_bytes() != content;
            text.into_bytes()
        });
        assert!(changed, "{from} is not in the sample");
        digest(&bytes);
    }
    assert!(read("a.xlsx", &sample()).is_ok());
}

#[test]
fn no_room_is_made_for_strings_that_are_not_there() {
    for (announced, fine) in [("3", true), ("500001", false), ("18446744073709551615", false)] {
        let mut changed = false;
        let bytes = repack(&sample(), |name, content| {
            let text = String::from_utf8_lossy(&content).into_owned();
            match text.split_once("uniqueCount=\"") {
                Some((before, after)) if name.ends_with("sharedStrings.xml") => {
                    let after = after.split_once('"').unwrap().1;
                    changed = true;
                    format!("{before}uniqueCount=\"{announced}\"{after}").into_bytes()
                }
                _ => content,
            }
        });
        assert!(changed);
        assert_eq!(read("a.xlsx", &bytes).is_ok(), fine, "{announced}");
    }
}

#[test]
fn many_tabs_of_one_large_part_are_refused_before_they_are_read() {
    let tabs = |n: usize| {
        let bytes = repack(&sample(), |name, content| {
            let text = String::from_utf8_lossy(&content).into_owned();
            if name.ends_with("workbook.xml") {
                let tab = "<sheet name=\"x\" sheetId=\"9\" r:id=\"rId1\"/>".repeat(n);
                text.replace("</sheets>", &format!("{tab}</sheets>")).into_bytes()
            } else if name.ends_with("sheet1.xml") {
                // Not so regular that it would be refused for its ratio.
                let rows: String = (9..300_000).map(|n| format!("<row r=\"{n}\"/>")).collect();
                text.replace("</sheetData>", &format!("{rows}</sheetData>")).into_bytes()
            } else {
                content
            }
        });
        read("a.xlsx", &bytes)
    };
    assert!(tabs(1).is_ok());
    assert!(matches!(tabs(300), Err(sheets::Refusal::TooLarge(..))));
}
