//! Changes of form that may also be shown: width, hiragana and katakana, digits, telephone.

use unicode_normalization::UnicodeNormalization;

/// 電話番号のキー: the digits, however it was written; +81 becomes the leading 0, and an
/// extension (内線) is left out.
pub fn phone_key(text: &str) -> String {
    let text: String = text.nfkc().collect();
    let number = text.split("内線").next().unwrap_or_default();
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let abroad = number.trim_start().trim_start_matches('(').starts_with('+');
    match digits.strip_prefix("81") {
        Some(rest) if abroad => format!("0{}", rest.trim_start_matches('0')),
        _ => digits,
    }
}

/// ふりがな: whether the text can be a reading: kana, long marks, spaces, and the middle dot of
/// foreign names. Half-width kana go through [`half_to_full`] first.
pub fn is_kana_reading(text: &str) -> bool {
    let kana = |c: char| matches!(c, 'ぁ'..='ゖ' | 'ゝ' | 'ゞ' | 'ァ'..='ヺ' | 'ヽ' | 'ヾ');
    let between = |c: char| matches!(c, 'ー' | '・' | ' ' | '　');
    text.chars().any(kana) && text.chars().all(|c| kana(c) || between(c))
}

/// Katakana to hiragana; everything else stays. ヷ ヸ ヹ ヺ have no hiragana and stay too.
pub fn to_hiragana(text: &str) -> String {
    text.chars().map(hiragana).collect()
}

/// Hiragana to katakana; everything else stays.
pub fn to_katakana(text: &str) -> String {
    let katakana = |c| match c {
        'ぁ'..='ゖ' | 'ゝ' | 'ゞ' => shifted(c, 0x60),
        c => c,
    };
    text.chars().map(katakana).collect()
}

/// Half-width kana to full width, with the voicing mark joined: ｶﾞ is ガ. Nothing else changes.
pub fn half_to_full(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut half = String::new();
    for c in text.chars() {
        if ('｡'..='ﾟ').contains(&c) {
            half.push(c);
        } else {
            out.extend(half.drain(..).nfkc());
            out.push(c);
        }
    }
    out.extend(half.drain(..).nfkc());
    out
}

/// Full-width digits to ASCII; everything else stays.
pub fn digits_ascii(text: &str) -> String {
    text.chars().map(ascii_digit).collect()
}

pub(crate) fn hiragana(c: char) -> char {
    match c {
        'ァ'..='ヶ' | 'ヽ' | 'ヾ' => shifted(c, -0x60),
        c => c,
    }
}

pub(crate) fn ascii_digit(c: char) -> char {
    match c {
        '０'..='９' => shifted(c, -0xFEE0),
        c => c,
    }
}

/// The hyphens, dashes and long marks that people type between digits.
pub(crate) fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '‐'..='―' | '−' | '－' | '﹣' | 'ー' | 'ｰ')
}

fn shifted(c: char, by: i32) -> char {
    u32::try_from(c as i32 + by).ok().and_then(char::from_u32).unwrap_or(c)
}
