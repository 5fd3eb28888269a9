//! kana
