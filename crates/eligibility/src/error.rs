//! What is wrong with a condition, where, and what was probably meant.

use std::fmt;

/// A condition that cannot be used. Line and column count from 1, in letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    pub line: usize,
    pub column: usize,
    pub mistake: Mistake,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mistake {
    Syntax,
    UnknownFact { name: String, nearest: Option<String> },
    UnknownFunction { name: String, nearest: Option<String> },
    UnknownWord { word: String, fact: String, nearest: Option<String>, words: Vec<String> },
    Type { expected: &'static str, found: &'static str },
    DifferentLists,
    Arguments { name: String, expected: usize },
    NotADate(String),
    Divisor,
    TooLarge { low: i64, high: i64 },
    NotAllowed,
}

impl std::error::Error for Error {}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}行{}文字目: {}", self.line, self.column, self.mistake)
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax => {
                write!(f, "式として読めません。かっこ、引用符、==（等しい）を確かめてください。")
            }
            Self::UnknownFact { name, nearest } => {
                write!(f, "「{name}」という事実はありません。{}", meant(nearest))
            }
            Self::UnknownFunction { name, nearest } => {
                write!(f, "「{name}」という関数は使えません。{}", meant(nearest))
            }
            Self::UnknownWord { word, fact, nearest, words } => write!(
                f,
                "「{fact}」に「{word}」という答えはありません。{}答えは {} です。",
                meant(nearest),
                words.join("、")
            ),
            Self::Type { expected, found } => {
                write!(f, "ここには{expected}が要りますが、{found}があります。")
            }
            Self::DifferentLists => write!(f, "答えの一覧が違うものは比べられません。"),
            Self::Arguments { name, expected } => {
                write!(f, "「{name}」には値を{expected}つ渡してください。")
            }
            Self::NotADate(text) => {
                write!(f, "「{text}」は日付ではありません。2025-04-01 の形で書いてください。")
            }
            Self::Divisor => write!(f, "割る数は1以上の決まった数にしてください。"),
            Self::TooLarge { low, high } => {
                write!(f, "値が {low} から {high} までになりえます。21億を超える計算はできません。")
            }
            Self::NotAllowed => write!(f, "この書き方は使えません。"),
        }
    }
}

fn meant(nearest: &Option<String>) -> String {
    nearest.as_ref().map_or_else(String::new, |n| format!("「{n}」ではありませんか。"))
}

/// The word that was probably meant: at most a third of its letters differ.
pub fn nearest<'a>(typed: &str, words: impl Iterator<Item = &'a str>) -> Option<String> {
    let typed: Vec<char> = typed.chars().collect();
    let near = words.filter_map(|word| {
        let letters: Vec<char> = word.chars().collect();
        let apart = distance(&typed, &letters);
        (apart <= letters.len().max(typed.len()).div_ceil(3)).then_some((apart, word))
    });
    near.min_by_key(|(apart, _)| *apart).map(|(_, word)| word.to_owned())
}

/// Letters to add, drop or exchange.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut next = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            next.push((row[j] + usize::from(x != y)).min(row[j + 1] + 1).min(next[j] + 1));
        }
        row = next;
    }
    row[b.len()]
}
