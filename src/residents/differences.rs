//! A difference as it waits, for those who may see the person.

use crate::clients::parts;
use crate::codes::Codes;
use crate::store::{FromRow, Read};
use crate::web::{Error, Result};
use crate::{args, visible};

/// 住民記録との差.
#[derive(Clone, Debug, FromRow)]
pub struct Difference {
    pub id: String,
    pub client_id: String,
    pub number: i64,
    pub name: String,
    pub register_id: String,
    pub kind: String,
    pub happened_on: String,
    pub before: String,
    pub after: String,
    pub hidden: i64,
    pub decision: Option<String>,
    pub decider: Option<String>,
}

macro_rules! differences {
    ($rest:literal) => {
        concat!(
            "select d.id, d.client_id, c.number, n.family || ' ' || coalesce(n.given, '') as name,
               d.register_id, d.kind, d.happened_on, d.before, d.after,
               (select count(*) from restrictions h where h.client_id = c.id
                 and h.kind = 'address_hidden' and h.voided_at is null and h.valid_from <= $5
                 and (h.valid_until is null or h.valid_until > $5)) as hidden,
               d.decision, k.name as decider
             from register_differences d join clients c on c.id = d.client_id
             join client_names n on n.client_id = c.id and n.voided_at is null
               and n.valid_from <= $5 and (n.valid_until is null or n.valid_until > $5)
             left join accounts k on k.id = d.decided_by
             where d.voided_at is null and $1 = 'controller' and ",
            visible!("d.client_id", "identity"),
            $rest
        )
    };
}

pub async fn see(read: &mut Read, id: &str) -> Result<Difference> {
    let row = read.see_maybe(differences!(" and d.id = $6"), args![id]).await?;
    row.ok_or(Error::NotFound)
}

/// What waits, by kind.
pub(super) async fn open(read: &mut Read) -> Result<Vec<Difference>> {
    let sql = differences!(
        " and d.decision is null order by d.kind, n.family_kana, n.given_kana, d.happened_on, d.id
          limit 500"
    );
    Ok(read.see_all(sql, args![]).await?)
}

impl Difference {
    pub fn number(&self) -> String {
        kana::ClientNumber::from_row(self.number).to_string()
    }

    pub fn on(&self) -> String {
        self.happened_on.parse().map_or_else(|_| self.happened_on.clone(), civil::format_both)
    }

    /// An address that must not lie open on a list: it is looked at one by one.
    pub fn is_covered(&self) -> bool {
        self.hidden > 0 && self.kind == "address"
    }

    /// (label, words)
    pub fn was(&self) -> Vec<(String, String)> {
        serde_json::from_str(&self.before).unwrap_or_default()
    }

    /// (field, value)
    pub(super) fn values(&self) -> Vec<(String, String)> {
        serde_json::from_str(&self.after).unwrap_or_default()
    }

    /// (label, words)
    pub fn becomes(&self, codes: &Codes) -> Vec<(String, String)> {
        let part = self.part();
        let words = |(field, value): (String, String)| {
            let label = match field.as_str() {
                "register_id" => "宛名番号",
                "kind" => "状態",
                f => part.and_then(|p| p.form.field(f)).map_or("", |f| f.label),
            };
            let value = match field.as_str() {
                "kind" => format!("終結（{}）", codes.label("closure_kind", &value)),
                _ => value,
            };
            (label.to_owned(), value)
        };
        self.values().into_iter().map(words).collect()
    }

    pub(super) fn part(&self) -> Option<&'static parts::Part> {
        match self.kind.as_str() {
            "name" => parts::find("name"),
            "address" => parts::find("residence"),
            _ => None,
        }
    }

    /// 「住所 東町1 → 西町2」
    pub fn line(&self, codes: &Codes) -> String {
        let join = |pairs: Vec<(String, String)>| {
            let words: Vec<String> =
                pairs.into_iter().map(|p| p.1).filter(|w| !w.is_empty()).collect();
            if words.is_empty() { "（なし）".to_owned() } else { words.join(" ") }
        };
        format!("{} → {}", join(self.was()), join(self.becomes(codes)))
    }
}
