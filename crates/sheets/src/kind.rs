//! What a file is, from its content: names lie, especially on files passed from office to office.

use crate::refusal::{Lookalike, Refusal};

/// What may be readable.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Perhaps an XLSX: `xlsx` finds out.
    Zip,
    /// Text, to be decoded as CSV.
    Text,
}

pub(crate) fn of(name: &str, bytes: &[u8]) -> Result<Kind, Refusal> {
    match bytes {
        [b'P', b'K', 3, 4, ..] => Ok(Kind::Zip),
        [b'P', b'K', 5, 6, ..] => Err(Refusal::NotASpreadsheet(Lookalike::Zip)),
        [0xD0, 0xCF, 0x11, 0xE0, ..] => Err(compound(name, bytes)),
        [b'%', b'P', b'D', b'F', ..] => Err(Refusal::NotASpreadsheet(Lookalike::Pdf)),
        [0x89, b'P', b'N', b'G', ..] | [0xFF, 0xD8, 0xFF, ..] | [b'G', b'I', b'F', b'8', ..] => {
            Err(Refusal::NotASpreadsheet(Lookalike::Image))
        }
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => Ok(Kind::Text),
        _ => text(bytes),
    }
}

fn text(bytes: &[u8]) -> Result<Kind, Refusal> {
    let visible = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    if visible.is_empty() {
        return Err(Refusal::Empty);
    }
    let starts = |tag: &[u8]| visible.get(..tag.len()).is_some_and(|s| s.eq_ignore_ascii_case(tag));
    // Other systems export HTML or XML tables under the name .xls, which only Excel understands.
    if starts(b"<html") || starts(b"<!doctype") || starts(b"<table") || starts(b"<?xml") {
        return Err(Refusal::OtherFormat("HTML・XML"));
    }
    if bytes.contains(&0) {
        return Err(Refusal::NotASpreadsheet(Lookalike::Unknown));
    }
    Ok(Kind::Text)
}

/// The container of .xls and .doc, and of any document encrypted by Office.
fn compound(name: &str, bytes: &[u8]) -> Refusal {
    let holds = |stream: &str| {
        let wide: Vec<u8> = stream.encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes.windows(wide.len()).any(|window| window == wide)
    };
    if holds("EncryptedPackage") {
        Refusal::Encrypted
    } else if holds("Workbook") || name.to_lowercase().ends_with(".xls") {
        Refusal::OtherFormat("古いExcel（.xls）")
    } else if holds("WordDocument") {
        Refusal::NotASpreadsheet(Lookalike::Word)
    } else {
        Refusal::NotASpreadsheet(Lookalike::Unknown)
    }
}
