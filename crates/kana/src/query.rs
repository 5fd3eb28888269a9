//! 検索語: what somebody typed into the one search field.

use crate::forms::{is_hyphen, phone_key};
use crate::key::{KEY_CHARS, search_key};
use crate::numbers::{ClientNumber, NumberError, typed_digits};
use unicode_normalization::UnicodeNormalization;

/// 検索語, told apart by its shape. Dates are the caller's: try them first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query {
    /// 利用者番号, whole or in part.
    Number {
        /// Without `M` and leading zeros: the beginning of the printed digits, for a list.
        digits: String,
        /// The number, if its check digit fits.
        checked: Result<ClientNumber, NumberError>,
    },
    /// 電話番号 as [`phone_key`] writes it, maybe only a part.
    Phone(String),
    /// 名前・ふりがな as a key for the range search.
    Name(String),
    /// Nothing that could be searched for.
    Nothing,
}

impl Query {
    /// Reads what was typed. Digits alone are a client number up to seven of them (five with a
    /// leading zero), and a telephone number beyond that.
    pub fn read(typed: &str) -> Query {
        let text: String = typed.trim().nfkc().collect();
        if let Some(digits) = typed_digits(&text).filter(|_| is_number(&text)) {
            return Query::Number { digits, checked: ClientNumber::parse(&text) };
        }
        if is_phone(&text) {
            return Query::Phone(phone_key(&text));
        }
        let key: String = search_key(&text).chars().take(KEY_CHARS).collect();
        if key.is_empty() { Query::Nothing } else { Query::Name(key) }
    }
}

fn is_number(text: &str) -> bool {
    let longest = if text.starts_with('0') { 5 } else { 7 };
    let bare = text.bytes().all(|b| b.is_ascii_digit()) && text.len() <= longest;
    bare || text.starts_with(['M', 'm'])
}

fn is_phone(text: &str) -> bool {
    let mark = |c: char| is_hyphen(c) || matches!(c, '+' | '(' | ')' | ' ');
    if !text.chars().all(|c| c.is_ascii_digit() || mark(c)) {
        return false;
    }
    let digits = phone_key(text).len();
    let starts = text.starts_with(['+', '(', '0']) && digits >= 3;
    // Without the area code: 3456-7890. Two marks would rather be a date: 2020-06-03.
    let local = digits >= 6 && text.chars().filter(|c| mark(*c)).count() <= 1;
    (starts || local) && digits <= 11
}
