//! Why two records look like one person's, in words. No I/O.

use std::collections::{BTreeMap, BTreeSet};

use civil::Date;
use kana::search_key;

/// 記録の見分け. What is compared of one record.
#[derive(Clone, Debug, Default)]
pub struct Known {
    pub id: String,
    pub name: String,
    /// Family and given name as search keys: without space, variant kanji made one.
    pub written: String,
    pub read: String,
    pub given_read: String,
    pub born: Option<Date>,
    pub phones: BTreeSet<String>,
}

impl Known {
    pub fn new(id: &str, name: (&str, &str), kana: (&str, &str), born: Option<Date>) -> Self {
        Self {
            id: id.to_owned(),
            name: format!("{} {}", name.0, name.1).trim().to_owned(),
            written: search_key(&format!("{}{}", name.0, name.1)),
            read: search_key(&format!("{}{}", kana.0, kana.1)),
            given_read: search_key(kana.1),
            born,
            phones: BTreeSet::new(),
        }
    }
}

/// The reasons, the strongest first; none: they do not look alike.
pub fn why(a: &Known, b: &Known) -> Vec<&'static str> {
    let born = match (a.born, b.born) {
        (Some(a), Some(b)) => Some((a, b)),
        _ => None,
    };
    let same_day = born.is_some_and(|(a, b)| a == b);
    let (read, written) = (a.read == b.read, a.written == b.written);
    let given = !a.given_read.is_empty() && a.given_read == b.given_read;
    let mut out = vec![];
    if same_day && read {
        out.push("読みと生年月日が同じ");
    } else if same_day && given {
        out.push("生年月日と名の読みが同じで、姓がちがう");
    }
    if same_day && written && a.name != b.name {
        out.push("氏名は字体だけがちがい、生年月日が同じ");
    } else if same_day && written && !read {
        out.push("氏名と生年月日が同じで、読みがちがう");
    }
    if read && !same_day {
        out.extend(nearly(born));
    }
    if a.phones.intersection(&b.phones).next().is_some() && (read || given || same_day) {
        out.push("電話番号が同じ");
    }
    out
}

/// The same reading, and birth dates that are easily taken for each other.
fn nearly(born: Option<(Date, Date)>) -> Option<&'static str> {
    let Some((a, b)) = born else {
        return Some("読みが同じで、生年月日がわからない記録がある");
    };
    let near = (a.duration_since(b).as_hours() / 24).abs() == 1;
    let turned = a.year() == b.year() && a.month() == b.day() && a.day() == b.month();
    let (x, y) = (a.to_string(), b.to_string());
    let digits = x.chars().zip(y.chars()).filter(|(x, y)| x != y).count();
    if near {
        Some("読みが同じで、生年月日が1日ちがう")
    } else if turned {
        Some("読みが同じで、生年月日の月と日が入れかわっている")
    } else if digits == 1 {
        Some("読みが同じで、生年月日の数字が一つちがう")
    } else {
        None
    }
}

/// So many people share a key: comparing each with each would say nothing.
const CROWD: usize = 60;

/// Every pair that looks alike, with the reasons; the most reasons first.
pub fn pairs(all: &[Known]) -> Vec<(usize, usize, Vec<&'static str>)> {
    let mut together: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (n, k) in all.iter().enumerate() {
        let mut put = |key: String| together.entry(key).or_default().push(n);
        put(format!("r {}", k.read));
        if let Some(born) = k.born {
            put(format!("w {born} {}", k.written));
            put(format!("g {born} {}", k.given_read));
        }
        k.phones.iter().for_each(|p| put(format!("p {p}")));
    }
    let mut found = BTreeMap::new();
    for group in together.values().filter(|g| (2..=CROWD).contains(&g.len())) {
        for (at, a) in group.iter().enumerate() {
            for b in group.iter().skip(at + 1).filter(|b| *b != a) {
                found.entry((*a, *b)).or_insert_with(|| match (all.get(*a), all.get(*b)) {
                    (Some(a), Some(b)) => why(a, b),
                    _ => vec![],
                });
            }
        }
    }
    let found = found.into_iter().filter(|(_, why)| !why.is_empty());
    let mut out: Vec<_> = found.map(|((a, b), why)| (a, b, why)).collect();
    out.sort_by_key(|(a, b, why)| (std::cmp::Reverse(why.len()), *a, *b));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(name: (&str, &str), kana: (&str, &str), born: &str) -> Known {
        Known::new("", name, kana, born.parse().ok())
    }

    fn said(a: &Known, b: &Known) -> String {
        why(a, b).join("・")
    }

    #[test]
    fn what_looks_alike_is_said_in_words() {
        let haru = known(("髙橋", "はる"), ("たかはし", "はる"), "2020-06-03");
        let same = |name, kana, born| said(&haru, &known(name, kana, born));
        let reading = ("タカハシ", "ハル");
        assert!(same(("高橋", "はる"), reading, "2020-06-03").contains("字体"));
        assert!(same(("髙橋", "陽"), reading, "2020-06-03").starts_with("読みと生年月日が同じ"));
        assert!(same(("髙橋", "はる"), reading, "2020-06-04").contains("1日"));
        assert!(same(("髙橋", "はる"), reading, "2020-03-06").contains("入れかわ"));
        assert!(same(("髙橋", "はる"), reading, "2021-06-03").contains("数字が一つ"));
        assert!(same(("川上", "はる"), ("かわかみ", "はる"), "2020-06-03").contains("姓がちがう"));
        assert!(
            same(("髙橋", "はる"), ("こうはし", "はる"), "2020-06-03").contains("読みがちがう")
        );
        assert_eq!(same(("髙橋", "はる"), reading, "2015-11-30"), "");
        assert_eq!(same(("髙橋", "なつ"), ("たかはし", "なつ"), "2020-06-03"), "", "twins");
    }

    #[test]
    fn a_telephone_alone_is_a_family_and_not_a_person() {
        let mut a = known(("水野", "はる"), ("みずの", "はる"), "2020-06-03");
        let mut b = known(("水野", "なつ"), ("みずの", "なつ"), "2022-01-09");
        for k in [&mut a, &mut b] {
            k.phones.insert("0312345678".into());
        }
        assert_eq!(pairs(&[a.clone(), b]), []);
        let mut c = known(("川上", "はる"), ("かわかみ", "はる"), "2019-06-05");
        c.phones.insert("0312345678".into());
        assert_eq!(pairs(&[a, c]), [(0, 1, vec!["電話番号が同じ"])]);
    }
}
