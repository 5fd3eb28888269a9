//! The word of a list that was most probably meant. A proposal only: nothing is taken unasked.

use kana::search_key;

/// The nearest of the words: one contains the other, or few letters differ.
pub(super) fn nearest<'a>(text: &str, words: impl Iterator<Item = &'a str>) -> Option<String> {
    let typed: Vec<char> = search_key(text).chars().collect();
    if typed.is_empty() {
        return None;
    }
    let scored = words.filter_map(|word| {
        let key: Vec<char> = search_key(word).chars().collect();
        Some((score(&typed, &key)?, word))
    });
    // `min_by_key` keeps the first: lists are in the order people know.
    scored.min_by_key(|(score, _)| *score).map(|(_, word)| word.to_owned())
}

/// How far apart; nothing when that is too far to be a slip.
fn score(typed: &[char], word: &[char]) -> Option<usize> {
    let (short, long) = if typed.len() < word.len() { (typed, word) } else { (word, typed) };
    if short.len() >= 2 && long.windows(short.len()).any(|w| w == short) {
        return Some(long.len() - short.len());
    }
    let apart = distance(typed, word);
    let allowed = (long.len() / 3).max(usize::from(long.len() >= 2));
    (apart <= allowed).then_some(apart + 100)
}

/// Letters to add, drop or exchange (Levenshtein).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut corner = i;
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
        for (j, y) in b.iter().enumerate() {
            let above = row.get(j + 1).copied().unwrap_or_default();
            let left = row.get(j).copied().unwrap_or_default();
            let best = (corner + usize::from(x != y)).min(above + 1).min(left + 1);
            corner = above;
            if let Some(cell) = row.get_mut(j + 1) {
                *cell = best;
            }
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [&str; 5] = ["家族", "相談支援専門員等", "自治体", "学校・保育所等", "その他"];

    #[test]
    fn a_slip_or_a_part_of_the_word_finds_it() {
        for (typed, meant) in [
            ("相談支援専門員", "相談支援専門員等"),
            ("家族（母）", "家族"),
            ("自冶体", "自治体"),
            ("保育所", "学校・保育所等"),
            ("その他（匿名）", "その他"),
        ] {
            assert_eq!(nearest(typed, KINDS.into_iter()).as_deref(), Some(meant), "{typed}");
        }
    }

    #[test]
    fn something_else_finds_nothing() {
        for typed in ["", "？", "宇宙人", "母"] {
            assert_eq!(nearest(typed, KINDS.into_iter()), None, "{typed}");
        }
    }

    #[test]
    fn letters_are_counted_as_levenshtein_did() {
        let far = |a: &str, b: &str| {
            distance(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>())
        };
        assert_eq!([far("kitten", "sitting"), far("", "abc"), far("abc", "abc")], [3, 3, 0]);
    }
}
