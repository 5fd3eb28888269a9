//! Finding a person by what was heard or read: search keys of Japanese names, and numbers that
//! survive the telephone.
//!
//! A name is stored exactly as the family writes it. Everything here makes a *key* beside it:
//! two spellings that a person at the telephone cannot tell apart get the same key.
//!
//! The search itself is a range over an ordinary index, on rows of [`name_keys`]:
//! `key >= $1 and key < $2`, with the typed key and its [`upper_bound`], in binary order.

mod forms;
mod key;
mod my_number;
mod numbers;
mod query;
#[cfg(test)]
mod tests;
mod variants;

pub use forms::{digits_ascii, half_to_full, is_kana_reading, phone_key, to_hiragana, to_katakana};
pub use key::{KEY_CHARS, NAME_CHARS, name_keys, search_key, suffix_keys, upper_bound};
pub use my_number::{contains_my_number, is_my_number};
pub use numbers::{ClientNumber, NumberError};
pub use query::Query;
