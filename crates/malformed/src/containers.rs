//! XLSX whose container is wrong: bombs, missing parts, other kinds of files.

use super::Family;
use super::book::{Book, SHEET, STRINGS};

pub(crate) const FAMILIES: &[Family] = &[
    ("the container cut off", "xlsx", |m, d| {
        let mut bytes = Book::of(m).packed();
        bytes.truncate(d.roll(bytes.len()));
        bytes
    }),
    ("the container damaged", "xlsx", |m, d| {
        let mut bytes = Book::of(m).packed();
        for _ in 0..=d.roll(8) {
            let at = d.roll(bytes.len());
            bytes[at] = d.roll(256) as u8;
        }
        bytes
    }),
    ("a part missing", "xlsx", |m, d| Book::of(m).without(d.roll(7)).packed()),
    ("a part empty", "xlsx", |m, d| {
        let mut book = Book::of(m);
        let at = d.roll(book.0.len());
        book.0[at].1.clear();
        book.packed()
    }),
    ("a bomb of spaces", "xlsx", |m, d| {
        let size = (4 + d.roll(60)) << 20;
        let at = d.pick(&[SHEET, STRINGS, "docProps/app.xml"]);
        Book::of(m).with(at, vec![b' '; size]).packed()
    }),
    ("a bomb of cells", "xlsx", |m, _| {
        let row = "<row><c t=\"inlineStr\"><is><t>あ</t></is></c></row>".repeat(300_000);
        let head =
            "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">";
        let sheet = format!("{head}<sheetData>{row}</sheetData></worksheet>");
        Book::of(m).with(SHEET, sheet.into_bytes()).packed()
    }),
    ("bombs in a bomb", "xlsx", |m, d| {
        let mut inner = Book::of(m).with("x.bin", vec![0; 8 << 20]).packed();
        for level in 0..2 + d.roll(3) {
            inner = Book::of(m).with(&format!("level{level}.zip"), inner).packed();
        }
        inner
    }),
    ("thousands of parts", "xlsx", |m, d| {
        let mut book = Book::of(m);
        let more = 3_000 + d.roll(3_000);
        book.0.extend((0..more).map(|n| (format!("xl/media/{n}.xml"), vec![])));
        book.packed()
    }),
    ("a size that lies", "xlsx", |m, d| {
        let mut bytes = Book::of(m).with(SHEET, vec![b' '; 4 << 20]).packed();
        // The sizes in the directory at the end: 24 bytes behind its signature.
        let entries: Vec<usize> =
            (0..bytes.len() - 46).filter(|n| bytes[*n..].starts_with(b"PK\x01\x02")).collect();
        let at = d.pick(&entries) + 24;
        let lie = d.pick(&[0_u32, 1, u32::MAX, 1 << 30]).to_le_bytes();
        bytes[at..at + 4].copy_from_slice(&lie);
        bytes
    }),
    ("said to be encrypted", "xlsx", |m, _| {
        let mut bytes = Book::of(m).packed();
        for n in 0..bytes.len().saturating_sub(12) {
            match &bytes[n..n + 4] {
                b"PK\x03\x04" => bytes[n + 6] |= 1,
                b"PK\x01\x02" => bytes[n + 8] |= 1,
                _ => {}
            }
        }
        bytes
    }),
    ("an unknown packing", "xlsx", |m, d| {
        let mut bytes = Book::of(m).packed();
        let way = d.pick(&[1_u8, 12, 14, 93, 99]);
        for n in 0..bytes.len().saturating_sub(12) {
            match &bytes[n..n + 4] {
                b"PK\x03\x04" => bytes[n + 8] = way,
                b"PK\x01\x02" => bytes[n + 10] = way,
                _ => {}
            }
        }
        bytes
    }),
    ("names that lead elsewhere", "xlsx", |m, d| {
        let names =
            ["../../../../etc/passwd", "/etc/passwd", "C:\\\\x", "xl/../xl/workbook.xml", "\u{0}"];
        Book::of(m).with(d.pick(&names), b"x".to_vec()).packed()
    }),
    ("wrong content types", "xlsx", |m, d| {
        let kinds = ["text/html", "application/x-msdownload", "", "\u{202E}"];
        let types = format!(
            "<Types><Default Extension=\"xml\" ContentType=\"{}\"/></Types>",
            d.pick(&kinds)
        );
        Book::of(m).with("[Content_Types].xml", types.into_bytes()).packed()
    }),
    ("another kind of file", "xlsx", |_, d| {
        let heads: [&[u8]; 8] = [
            b"%PDF-1.7\n",
            b"\x89PNG\r\n\x1a\n",
            b"\xFF\xD8\xFF\xE0",
            b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
            b"GIF89a",
            b"<html><table>",
            b"PK\x05\x06",
            b"MZ\x90\x00",
        ];
        [d.pick(&heads), &d.bytes(700)].concat()
    }),
    ("two files in one", "xlsx", |m, d| {
        let (book, noise) = (Book::of(m).packed(), d.bytes(300));
        if d.roll(2) == 0 { [book.clone(), noise, book].concat() } else { [noise, book].concat() }
    }),
];
