//! Rows into a CSV file that Excel opens as written.

use crate::cell::column_letter;
use crate::charset::{self, Encoding};
use std::fmt;

/// Characters that make a spreadsheet take a text for a formula; the Japanese Excel also takes the
/// wide ones. Text from outside must never run as a formula on the computer of an office.
pub(crate) const FORMULA_STARTS: [char; 11] =
    ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// Writes CSV with CRLF. Formula-like cells are [neutralised](neutralise). Characters the encoding
/// lacks are all reported rather than replaced: a name with a substitute is a wrong name.
pub fn write_csv<R, C>(
    rows: impl IntoIterator<Item = R>,
    encoding: Encoding,
) -> Result<Vec<u8>, Vec<Unmappable>>
where
    R: IntoIterator<Item = C>,
    C: AsRef<str>,
{
    let mut text = String::new();
    let mut unmappable = Vec::new();
    for (r, row) in rows.into_iter().enumerate() {
        for (c, cell) in row.into_iter().enumerate() {
            if c > 0 {
                text.push(',');
            }
            push_field(&mut text, &neutralise(cell.as_ref()));
            unmappable.extend(first_unmappable(cell.as_ref(), r, c, encoding));
        }
        text.push_str("\r\n");
    }
    if !unmappable.is_empty() {
        return Err(unmappable);
    }
    let body = charset::encode(&text, encoding)
        .map_err(|character| vec![Unmappable { row: 1, column: column_letter(0), character }])?;
    Ok([encoding.byte_order_mark(), &body].concat())
}

/// A character that cannot be written in the encoding: the first of its cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmappable {
    /// 1-based.
    pub row: usize,
    /// Letter(s).
    pub column: String,
    /// The character.
    pub character: char,
}

impl fmt::Display for Unmappable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}行目{}列の「{}」（U+{:04X}）はShift_JISにない文字です。文字コードにUTF-8を\
             選んでください。",
            self.row,
            self.column,
            self.character,
            u32::from(self.character)
        )
    }
}

impl std::error::Error for Unmappable {}

/// Puts an apostrophe before a text that a spreadsheet would run as a formula. Plain numbers and a
/// lone hyphen stay as they are.
pub fn neutralise(text: &str) -> String {
    let dangerous = text.starts_with(FORMULA_STARTS) && text.chars().nth(1).is_some();
    if dangerous && !is_plain_number(text) { format!("'{text}") } else { text.to_owned() }
}

fn is_plain_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    all_digits(&whole.replace(',', "")) && !whole.starts_with(',') && all_digits(fraction)
}

fn push_field(out: &mut String, field: &str) {
    let needs_quotes = field.contains(['"', ',', '\r', '\n', ';', '\t'])
        || field.starts_with(char::is_whitespace)
        || field.ends_with(char::is_whitespace);
    if needs_quotes {
        out.push('"');
        out.push_str(&field.replace('"', "\"\""));
        out.push('"');
    } else {
        out.push_str(field);
    }
}

fn first_unmappable(text: &str, row: usize, column: usize, to: Encoding) -> Option<Unmappable> {
    let character = charset::encode(text, to).err()?;
    Some(Unmappable { row: row + 1, column: column_letter(column), character })
}
