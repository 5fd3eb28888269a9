//! 本人とわかる言葉: what a text must not contain before it leaves the case. It is compared with
//! the folder: names with readings, former ones too, the family's, numbers, telephones, schools,
//! streets.

use crate::args;
use crate::store::Read;
use crate::web::{Error, Result};

/// Behind it a short name is a name.
const TITLES: [&str; 7] = ["さん", "ちゃん", "くん", "君", "様", "さま", "氏"];

/// 隠す言葉. (what it is, as it is compared)
#[derive(Debug, Default)]
pub struct Personal {
    names: Vec<(&'static str, String)>,
    digits: Vec<(&'static str, String)>,
}

impl Personal {
    /// Everything in the folder, whoever asks: the check must know more than the writer may see.
    pub async fn of(read: &mut Read, client_id: &str) -> Result<Self> {
        let rows: Vec<(String, String)> = read
            .all(
                "select 'name', coalesce(n.family, '') || ' ' || coalesce(n.given, '')
                   from client_names n where n.client_id = $1
                 union all select 'kana', coalesce(n.family_kana, '') || ' '
                   || coalesce(n.given_kana, '') from client_names n where n.client_id = $1
                 union all select 'family', coalesce(k.name, '') from client_carers k
                   where k.client_id = $1
                 union all select 'family', coalesce(s.name, '') from client_siblings s
                   where s.client_id = $1
                 union all select 'place', coalesce(e.place, '') from client_enrolments e
                   where e.client_id = $1
                 union all select 'place', coalesce(s.place, '') from client_siblings s
                   where s.client_id = $1
                 union all select 'street', coalesce(r.address, '') from client_residences r
                   where r.client_id = $1
                 union all select 'phone', coalesce(t.phone, '') from client_contacts t
                   where t.client_id = $1
                 union all select 'phone', coalesce(k.phone, '') from client_carers k
                   where k.client_id = $1
                 union all select 'number', cast(c.number as text) from clients c where c.id = $1",
                args![client_id],
            )
            .await?;
        let mut out = Self::default();
        for (kind, text) in rows.iter().filter(|(_, text)| !text.trim().is_empty()) {
            out.add(kind, text);
        }
        Ok(out)
    }

    fn add(&mut self, kind: &str, text: &str) {
        match kind {
            "number" => {
                let number = kana::ClientNumber::from_row(text.parse().unwrap_or(0)).to_string();
                self.digits.push(("利用者番号", kana::phone_key(&number)));
            }
            "phone" => self.digits.push(("電話番号", kana::phone_key(text))),
            "place" => self.names.push(("園・学校の名前", kana::search_key(text))),
            "street" => self.names.push(("住所", kana::search_key(text))),
            _ => {
                let what =
                    if kind == "family" { "家族の氏名" } else { "氏名・ふりがな" };
                self.names.push((what, kana::search_key(text)));
                self.names.extend(text.split_whitespace().map(|p| (what, kana::search_key(p))));
            }
        }
    }

    /// What of the person stands in the text, in words; nothing: it can leave.
    pub fn found_in(&self, text: &str) -> Option<&'static str> {
        let key = kana::search_key(text);
        let name = self.names.iter().find(|(_, n)| stands_in(&key, n));
        let written = numbers(text);
        let said = |d: &str| written.iter().any(|w| w == d || d.trim_start_matches('0') == w);
        let number = self.digits.iter().find(|(_, d)| d.len() >= 4 && said(d));
        name.or(number).map(|(what, _)| *what)
    }

    /// Refuses each field in which something was found.
    pub fn refuse(&self, fields: &[(&str, &str)]) -> Result<()> {
        for (field, text) in fields {
            if let Some(what) = self.found_in(text) {
                let why = format!(
                    "本人とわかる言葉（{what}）が入っています。「本児」「母」「通っている園」などに\
                     言い換えてください"
                );
                return Err(Error::refused(field, why));
            }
        }
        Ok(())
    }
}

/// The numbers of a text, each without its hyphens.
fn numbers(text: &str) -> Vec<String> {
    let plain = kana::digits_ascii(text);
    let part = |c: char| c.is_ascii_digit() || "-ー－‐−()（）".contains(c);
    let runs = plain.split(|c| !part(c)).filter(|run| !run.is_empty());
    runs.map(kana::phone_key).filter(|n| !n.is_empty()).collect()
}

/// Short readings and one-letter names are words of their own too: they count before a title.
fn stands_in(text: &str, name: &str) -> bool {
    let long = name.chars().count();
    let is_kana = name.chars().all(|c| ('ぁ'..='ゖ').contains(&c) || c == 'ー');
    match long {
        0 => false,
        1 => titled(text, name),
        2 if is_kana => titled(text, name),
        _ => text.contains(name),
    }
}

fn titled(text: &str, name: &str) -> bool {
    TITLES.iter().any(|t| text.contains(&kana::search_key(&format!("{name}{t}"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn child() -> Personal {
        let mut p = Personal::default();
        for (kind, text) in [
            ("name", "水野 春"),
            ("kana", "みずの はる"),
            ("family", "水野 由佳"),
            ("place", "みどり若葉保育園"),
            ("phone", "090-0000-0101"),
            ("number", "127"),
        ] {
            p.add(kind, text);
        }
        p
    }

    #[test]
    fn what_tells_who_it_is_is_found_in_every_notation() {
        let number = kana::ClientNumber::from_row(127).to_string();
        for text in [
            "水野さんの注入",
            "ミズノ ハル 6歳",
            "春ちゃんは吸引が",
            "はるちゃんは",
            "由佳さんから",
            "電話は０９０－００００－０１０１",
            "みどり若葉保育園で",
            number.as_str(),
        ] {
            assert!(child().found_in(text).is_some(), "{text}");
        }
    }

    #[test]
    fn plain_words_pass() {
        for text in
            ["春から就学する6歳の児。夜間だけ人工呼吸器", "はるかに多い分泌物", "母から相談"]
        {
            assert_eq!(child().found_in(text), None, "{text}");
        }
    }
}
