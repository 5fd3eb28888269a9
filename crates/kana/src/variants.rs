//! 異体字: which characters of names count as one in a key. The groups are data.

use std::collections::HashMap;
use std::sync::LazyLock;

pub(crate) const GROUPS: &str = include_str!("../variants.txt");

/// The character that stands for its group in a key.
pub(crate) fn fold(c: char) -> char {
    static FOLDED: LazyLock<HashMap<char, char>> = LazyLock::new(|| groups().collect());
    // Kana and Latin letters have no variants here: most characters need no look-up.
    if c < '\u{3400}' { c } else { FOLDED.get(&c).copied().unwrap_or(c) }
}

fn groups() -> impl Iterator<Item = (char, char)> {
    let lines = GROUPS.lines().filter(|line| !line.starts_with('#'));
    lines.flat_map(|line| {
        let mut chars = line.chars().filter(|c| !c.is_whitespace());
        let key = chars.next();
        chars.filter_map(move |variant| Some((variant, key?)))
    })
}
