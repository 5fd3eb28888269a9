//! Reading a typed date from left to right, whatever width and numerals it was typed in.

use crate::Era;

/// The rest of a text still to be read.
#[derive(Clone, Copy)]
pub(crate) struct Scan<'a> {
    pub rest: &'a str,
}

/// A number and how it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Number {
    pub value: u32,
    /// How many characters it took; 0 for 元.
    pub width: usize,
}

/// How the year was named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reckoning {
    /// 西暦, said so or left out.
    Western,
    Era(Era),
}

impl<'a> Scan<'a> {
    pub fn new(rest: &'a str) -> Self {
        Self { rest }
    }

    /// Takes the first of these words that comes next, after any space.
    pub fn word<T: Copy>(&mut self, words: &[(&str, T)]) -> Option<T> {
        self.space();
        words.iter().find_map(|(word, meaning)| {
            self.rest = self.rest.strip_prefix(word)?;
            Some(*meaning)
        })
    }

    pub fn eat(&mut self, word: &str) -> bool {
        self.word(&[(word, ())]).is_some()
    }

    pub fn space(&mut self) {
        self.rest = self.rest.trim_start_matches(' ');
    }

    pub fn is_empty(&self) -> bool {
        self.rest.trim_start_matches(' ').is_empty()
    }

    /// 元号 or 西暦 in front of a year; nothing means 西暦.
    pub fn reckoning(&mut self) -> Reckoning {
        self.word(&RECKONINGS).unwrap_or(Reckoning::Western)
    }

    /// A year: a number, or 元 as the first year of an era.
    pub fn year(&mut self) -> Option<Number> {
        if self.eat("元") { Some(Number { value: 1, width: 0 }) } else { self.number() }
    }

    /// A run of digits or of 漢数字, up to 8 characters.
    pub fn number(&mut self) -> Option<Number> {
        self.space();
        let digits = run(self.rest, |c| c.is_ascii_digit());
        let kanji = run(self.rest, |c| "〇一二三四五六七八九十百千".contains(c));
        let (text, value) = match digits {
            "" => (kanji, kanji_value(kanji)?),
            _ => (digits, digits.parse().ok()?),
        };
        let width = text.chars().count();
        self.rest = &self.rest[text.len()..];
        (width <= 8).then_some(Number { value, width })
    }
}

const RECKONINGS: [(&str, Reckoning); 16] = [
    ("西暦", Reckoning::Western),
    ("令和", Reckoning::Era(Era::Reiwa)),
    ("平成", Reckoning::Era(Era::Heisei)),
    ("昭和", Reckoning::Era(Era::Showa)),
    ("大正", Reckoning::Era(Era::Taisho)),
    ("明治", Reckoning::Era(Era::Meiji)),
    ("令", Reckoning::Era(Era::Reiwa)),
    ("平", Reckoning::Era(Era::Heisei)),
    ("昭", Reckoning::Era(Era::Showa)),
    ("大", Reckoning::Era(Era::Taisho)),
    ("明", Reckoning::Era(Era::Meiji)),
    ("R", Reckoning::Era(Era::Reiwa)),
    ("H", Reckoning::Era(Era::Heisei)),
    ("S", Reckoning::Era(Era::Showa)),
    ("T", Reckoning::Era(Era::Taisho)),
    ("M", Reckoning::Era(Era::Meiji)),
];

/// One spelling for what keyboards, spreadsheets and PDFs spell in many: half width, capitals,
/// plain hyphens, no ligatures, single spaces, none at the ends.
pub(crate) fn normalise(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '㋿' => out.push_str("令和"),
            '㍻' => out.push_str("平成"),
            '㍼' => out.push_str("昭和"),
            '㍽' => out.push_str("大正"),
            '㍾' => out.push_str("明治"),
            // Byte order marks and zero-width spaces come with text copied from elsewhere.
            '\u{feff}' | '\u{200b}' => {}
            c if c.is_whitespace() && (out.is_empty() || out.ends_with(' ')) => {}
            c => out.push(plain(c)),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

fn plain(c: char) -> char {
    match c {
        '！'..='～' => half_width(c),
        c if c.is_whitespace() => ' ',
        '‐' | '‑' | '–' | '—' | '−' | 'ー' | 'ｰ' => '-',
        '・' | '･' => '.',
        // Kangxi radicals look like 年月日 and come out of PDFs in their place.
        '⽉' => '月',
        '⽇' => '日',
        '零' | '○' => '〇',
        '壱' => '一',
        '弐' => '二',
        '参' => '三',
        '拾' => '十',
        c => c.to_ascii_uppercase(),
    }
}

fn half_width(c: char) -> char {
    let shifted = u32::from(c).checked_sub(0xFEE0).and_then(char::from_u32);
    shifted.unwrap_or(c).to_ascii_uppercase()
}

fn run(text: &str, belongs: impl Fn(char) -> bool) -> &str {
    let end = text.find(|c| !belongs(c)).unwrap_or(text.len());
    &text[..end]
}

/// 三十一 counts by place names, 二〇二四 by position.
fn kanji_value(text: &str) -> Option<u32> {
    if text.is_empty() || text.chars().count() > 8 {
        return None;
    }
    let (mut total, mut ones, mut smallest) = (0, None, 10_000);
    for c in text.chars() {
        let place = match c {
            '十' => 10,
            '百' => 100,
            '千' => 1000,
            _ => {
                let digit = "〇一二三四五六七八九".chars().position(|d| d == c)? as u32;
                ones = Some(ones.unwrap_or(0) * 10 + digit);
                continue;
            }
        };
        // Places only descend, each with one digit before it: 二十十 and 十百 are no numbers.
        if place >= smallest || ones.is_some_and(|n| n == 0 || n > 9) {
            return None;
        }
        total += ones.take().unwrap_or(1) * place;
        smallest = place;
    }
    let ones = ones.unwrap_or(0);
    (smallest == 10_000 || ones < 10).then_some(total + ones)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kanji_numerals_count_both_ways() {
        for (text, value) in [
            ("六", Some(6)),
            ("十", Some(10)),
            ("十一", Some(11)),
            ("三十一", Some(31)),
            ("二十", Some(20)),
            ("二〇二四", Some(2024)),
            ("二千二十四", Some(2024)),
            ("千九百八十九", Some(1989)),
            ("二十十", None),
            ("二三十", None),
            ("〇十", None),
            ("十百", None),
            ("十二三", None),
            ("", None),
        ] {
            assert_eq!(kanji_value(text), value, "{text}");
        }
    }

    #[test]
    fn widths_ligatures_and_spaces_come_out_alike() {
        assert_eq!(normalise("　Ｒ６．４．１ "), "R6.4.1");
        assert_eq!(normalise("㋿６年\t 4⽉１⽇"), "令和6年 4月1日");
        assert_eq!(normalise("h31－4−30"), "H31-4-30");
        assert_eq!(normalise("\u{feff}　"), "");
    }

    #[test]
    fn numbers_longer_than_a_date_are_none() {
        assert_eq!(Scan::new("20240401").number(), Some(Number { value: 20240401, width: 8 }));
        assert_eq!(Scan::new("202404011").number(), None);
        assert_eq!(Scan::new("99999999999999999999").number(), None);
    }
}
