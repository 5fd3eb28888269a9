//! What is wrong with a file, where, and what was probably meant.

use std::fmt;

/// A file that cannot be used. The line counts from 1; 0 when the whole file is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub file: String,
    pub line: usize,
    /// Where in the file, in its own words: 「requirement home の when」.
    pub key: String,
    pub message: String,
}

impl Problem {
    pub fn new(file: &str, text: &str, at: usize, key: &str, message: impl Into<String>) -> Self {
        let line = 1 + text.bytes().take(at).filter(|b| *b == b'\n').count();
        Self { file: file.into(), line, key: key.into(), message: message.into() }
    }

    /// What the TOML reader says, with the nearest known name in place of its long list.
    pub fn toml(file: &str, text: &str, error: &toml::de::Error) -> Self {
        let at = error.span().map_or(0, |s| s.start);
        let (key, message) = meant(error.message());
        Self::new(file, text, at, &key, message)
    }
}

/// 「unknown field `x`, expected one of `a`, `b`」 becomes a sentence that names the nearest.
fn meant(message: &str) -> (String, String) {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    match (message.split(' ').next(), quoted.split_first()) {
        (Some("unknown"), Some((typed, known))) => {
            let nearest = eligibility::nearest(typed, known.iter().copied());
            let nearest =
                nearest.map_or_else(String::new, |n| format!("「{n}」ではありませんか。"));
            let known = known.join("、");
            let text = format!("「{typed}」は使えません。{nearest}使えるのは {known} です。");
            ((*typed).to_owned(), text)
        }
        (Some("missing"), Some((name, _))) => {
            ((*name).to_owned(), format!("「{name}」が要ります。書き足してください。"))
        }
        (Some("duplicate"), Some((name, _))) => {
            ((*name).to_owned(), format!("「{name}」が二度書かれています。"))
        }
        _ => (String::new(), format!("TOMLとして読めません（{message}）。")),
    }
}

impl std::error::Error for Problem {}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}行", self.file, self.line)?;
        if !self.key.is_empty() {
            write!(f, " {}", self.key)?;
        }
        write!(f, ": {}", self.message)
    }
}
