//! 検索キー: the form of a name in which spellings that sound or look alike are one.

use crate::{forms, variants};
use std::collections::HashSet;
use unicode_normalization::UnicodeNormalization;

/// Longest key in the index, in characters. A typed key is cut to the same length.
pub const KEY_CHARS: usize = 32;

/// How many characters of a name are indexed. Longer names are found by their beginning.
pub const NAME_CHARS: usize = 64;

/// 検索キー of a name or a reading.
///
/// Width, case, hiragana and katakana, spaces and punctuation, long vowels, accents, variation
/// selectors and variant kanji make no difference. Kept apart: small and large kana (きょう and
/// きよう are two names), 々, and ゔ. The key of a key is the key itself.
pub fn search_key(name: &str) -> String {
    let plain = plain_letters(name);
    let kana = repeated_kana(plain);
    let composed = kana.into_iter().nfc().filter(|c| !is_voicing(*c));
    composed.map(variants::fold).collect()
}

/// Rows to index for a name: for each part and each writing call this once with family name,
/// given name and so on in the written order.
///
/// The parts are joined, so 佐藤花 finds 佐藤 花子, and the suffixes find 花子 alone. Names in
/// Latin letters are indexed in both orders, because both are said.
pub fn name_keys(parts: &[&str]) -> Vec<String> {
    let mut keys = suffix_keys(&parts.concat());
    if parts.len() > 1 && keys.first().is_some_and(|key| key.is_ascii()) {
        let reversed: String = parts.iter().rev().copied().collect();
        keys.extend(suffix_keys(&reversed));
        unique(&mut keys);
    }
    keys
}

/// The key and each of its ends: any part of the name is then the beginning of a row.
///
/// At most [`NAME_CHARS`] rows of at most [`KEY_CHARS`] characters, the whole key first.
pub fn suffix_keys(name: &str) -> Vec<String> {
    let key: Vec<char> = search_key(name).chars().take(NAME_CHARS).collect();
    let from = |at: usize| key[at..].iter().take(KEY_CHARS).collect();
    let mut keys: Vec<String> = (0..key.len()).map(from).collect();
    unique(&mut keys);
    keys
}

/// The exclusive upper bound of the keys that begin with `key`: `key >= $1 and key < $2`.
///
/// U+10FFFF is no character, so no key contains it and every continuation sorts before it.
pub fn upper_bound(key: &str) -> String {
    format!("{key}\u{10FFFF}")
}

/// Letters and digits only, decomposed, lower case, katakana as hiragana. The voicing marks stay
/// for now as characters of their own.
fn plain_letters(name: &str) -> Vec<char> {
    let marks = name.chars().map(|c| match c {
        // The spacing marks would decompose to a space and a mark: か゛ is meant as が.
        '゛' => '\u{3099}',
        '゜' => '\u{309A}',
        c => c,
    });
    let letters = marks.nfkd().filter(|c| c.is_alphanumeric() || is_voicing(*c));
    let heard = letters.filter(|c| *c != 'ー' && !is_accent(*c));
    heard.flat_map(char::to_lowercase).map(forms::hiragana).map(old_kana).collect()
}

/// いすゞ is いすず and こゝろ is こころ. The mark after ゞ is still separate and voices the copy.
fn repeated_kana(letters: Vec<char>) -> Vec<char> {
    let mut out: Vec<char> = Vec::with_capacity(letters.len());
    // Remembered, not looked for: a text may have as many voicing marks as it likes.
    let mut before = None;
    for c in letters {
        let said = match before {
            Some(kana) if c == 'ゝ' && is_hiragana(kana) => kana,
            _ => c,
        };
        if !is_voicing(said) {
            before = Some(said);
        }
        out.push(said);
    }
    out
}

/// Kana that only tradition keeps apart: スヱ is heard as すえ, 茅ヶ崎 is also written 茅ケ崎.
fn old_kana(c: char) -> char {
    match c {
        'ゐ' => 'い',
        'ゑ' => 'え',
        'ゕ' => 'か',
        'ゖ' => 'け',
        c => c,
    }
}

fn is_hiragana(c: char) -> bool {
    ('ぁ'..='ゖ').contains(&c)
}

fn is_voicing(c: char) -> bool {
    matches!(c, '\u{3099}' | '\u{309A}')
}

fn is_accent(c: char) -> bool {
    ('\u{300}'..='\u{36F}').contains(&c)
}

fn unique(keys: &mut Vec<String>) {
    let mut seen = HashSet::new();
    keys.retain(|key| seen.insert(key.clone()));
}
