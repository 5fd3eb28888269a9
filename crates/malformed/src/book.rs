//! The parts of an XLSX, to be spoiled one by one.

use super::Model;
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;

/// 部品. Name and content, in order.
pub struct Book(pub Vec<(String, Vec<u8>)>);

pub const SHEET: &str = "xl/worksheets/sheet1.xml";
pub const STRINGS: &str = "xl/sharedStrings.xml";
pub const WORKBOOK: &str = "xl/workbook.xml";
pub const STYLES: &str = "xl/styles.xml";
pub const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
const MAIN: &str = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";

impl Book {
    /// The header and one row, by shared strings.
    pub fn of(model: &Model) -> Self {
        let text = |t: &String| format!("<si><t>{}</t></si>", escaped(t));
        let strings: String = model.headers.iter().chain(&model.row).map(text).collect();
        let wide = model.headers.len();
        let cell = |row: usize, n: usize, at: usize| {
            format!("<c r=\"{}{row}\" t=\"s\" s=\"0\"><v>{at}</v></c>", letters(n))
        };
        let row = |row: usize, from: usize, n: usize| {
            let cells: String = (0..n).map(|c| cell(row, c, from + c)).collect();
            format!("<row r=\"{row}\">{cells}</row>")
        };
        let rows = format!("{}{}", row(1, 0, wide), row(2, wide, model.row.len()));
        let parts = [
            ("[Content_Types].xml", types()),
            ("_rels/.rels", relations(&[("rId1", "officeDocument", "xl/workbook.xml")])),
            (
                WORKBOOK,
                format!(
                    "<workbook {MAIN} xmlns:r=\"{OFFICE}\"><sheets>\
                     <sheet name=\"表\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
                ),
            ),
            (
                "xl/_rels/workbook.xml.rels",
                relations(&[
                    ("rId1", "worksheet", "worksheets/sheet1.xml"),
                    ("rId2", "sharedStrings", "sharedStrings.xml"),
                    ("rId3", "styles", "styles.xml"),
                ]),
            ),
            (SHEET, format!("<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>")),
            (STRINGS, format!("<sst {MAIN}>{strings}</sst>")),
            (
                STYLES,
                format!("<styleSheet {MAIN}><cellXfs><xf numFmtId=\"0\"/></cellXfs></styleSheet>"),
            ),
        ];
        let parts = parts.map(|(name, xml)| (name.to_owned(), format!("{XML}{xml}").into_bytes()));
        Self(parts.to_vec())
    }

    pub fn part(&mut self, name: &str) -> &mut Vec<u8> {
        let at = self.0.iter().position(|(n, _)| n == name).unwrap_or_default();
        &mut self.0[at].1
    }

    /// Replaces a text of a part.
    pub fn swap(mut self, name: &str, from: &str, to: &str) -> Self {
        let part = self.part(name);
        *part = String::from_utf8_lossy(part).replacen(from, to, 1).into_bytes();
        self
    }

    pub fn with(mut self, name: &str, content: Vec<u8>) -> Self {
        match self.0.iter().position(|(n, _)| n == name) {
            Some(at) => self.0[at].1 = content,
            None => self.0.push((name.to_owned(), content)),
        }
        self
    }

    pub fn without(mut self, at: usize) -> Self {
        self.0.remove(at % self.0.len().max(1));
        self
    }

    pub fn packed(&self) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(vec![]));
        for (name, content) in &self.0 {
            // A writer into memory refuses nothing but a name that is there already.
            if zip.start_file(name.as_str(), SimpleFileOptions::default()).is_ok() {
                let _ = zip.write_all(content);
            }
        }
        zip.finish().map(Cursor::into_inner).unwrap_or_default()
    }
}

fn types() -> String {
    let part = |name: &str, kind: &str| {
        format!(
            "<Override PartName=\"/{name}\" ContentType=\"application/vnd.openxmlformats-\
             officedocument.spreadsheetml.{kind}+xml\"/>"
        )
    };
    let parts = [(WORKBOOK, "sheet.main"), (SHEET, "worksheet"), (STRINGS, "sharedStrings")];
    let parts: String = parts.iter().map(|(n, k)| part(n, k)).collect();
    format!(
        "<Types xmlns=\"{PACKAGE}/content-types\"><Default Extension=\"rels\" ContentType=\
         \"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Default Extension=\"xml\" ContentType=\"application/xml\"/>{parts}</Types>"
    )
}

fn relations(all: &[(&str, &str, &str)]) -> String {
    let one = |(id, kind, to): &(&str, &str, &str)| {
        format!("<Relationship Id=\"{id}\" Type=\"{OFFICE}/{kind}\" Target=\"{to}\"/>")
    };
    let all: String = all.iter().map(one).collect();
    format!("<Relationships xmlns=\"{PACKAGE}/relationships\">{all}</Relationships>")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// A, B, ..., Z, AA, ...
fn letters(n: usize) -> String {
    let last = char::from(b'A' + (n % 26) as u8);
    if n < 26 { last.to_string() } else { format!("{}{last}", letters(n / 26 - 1)) }
}
