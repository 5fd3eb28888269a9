//! Finding a person: by kanji, reading, half width, variant kanji, without the space, from one
//! character; by telephone, number or birth date in any notation.

use std::collections::BTreeSet;

use kana::Query;
use sqlx::FromRow;

use super::Summary;
use super::summary::Row;
use crate::store::{Read, Tx};
use crate::web::Result;
use crate::{address_hidden, args, not_closed, summary_columns, summary_tables, visible};

/// 検索の語. What was typed, as the statement asks it: exactly one of these is filled in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wanted {
    /// Half-open range of search keys.
    pub key: Option<(String, String)>,
    pub phone: Option<(String, String)>,
    pub born_on: Option<String>,
    /// Running numbers, with the check digit read and as typed.
    pub numbers: [Option<i64>; 2],
}

impl Wanted {
    pub fn read(typed: &str) -> Self {
        let range = |key: &str| Some((key.to_owned(), kana::upper_bound(key)));
        if let Ok(on) = civil::parse_date(typed) {
            return Self { born_on: Some(on.to_string()), ..Self::default() };
        }
        match Query::read(typed) {
            Query::Nothing => Self::default(),
            Query::Name(key) => Self { key: range(&kana::search_key(&key)), ..Self::default() },
            Query::Phone(digits) => Self { phone: range(&digits), ..Self::default() },
            // Four digits may be a number said without its check digit, or the end of a telephone.
            Query::Number { digits, checked } => Self {
                numbers: [
                    checked.ok().map(|n| i64::from(n.running())),
                    digits.trim_start_matches('0').parse().ok(),
                ],
                phone: range(&digits),
                ..Self::default()
            },
        }
    }

    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

macro_rules! wanted {
    ($standing:literal) => {
        concat!(
            "select ",
            summary_columns!(),
            " from ",
            summary_tables!(),
            " where ",
            visible!("c.id", "identity"),
            " and ",
            $standing,
            not_closed!("c.id"),
            " and (b.born_on = $10 or c.number = $11 or c.number = $12 or c.id in (",
            "select m.merged_into from clients m where m.number in ($11, $12)) or c.id in (",
            "select s.client_id from client_search s where s.kind in ('name', 'kana') ",
            "and s.key >= $6 and s.key < $7) or (c.id in (select s.client_id ",
            "from client_search s where s.kind = 'phone' and s.key >= $8 and s.key < $9) and ",
            // A telephone may be a carer's: whose it is, is about the family.
            visible!("c.id", "family"),
            " and not ",
            address_hidden!("c.id"),
            ")) order by n.family_kana, n.given_kana, c.number limit $13"
        )
    };
}

/// The first people the actor may see who fit, in the order of their reading. Closed cases are left
/// out: nobody is offered who has died or moved away.
pub async fn find(read: &mut Read, typed: &str, limit: i64) -> Result<Vec<Summary>> {
    ask(read, wanted!(""), typed, limit).await
}

/// The closed cases that fit, for whoever asks for them.
pub async fn closed(read: &mut Read, typed: &str, limit: i64) -> Result<Vec<Summary>> {
    ask(read, wanted!("not "), typed, limit).await
}

async fn ask(read: &mut Read, sql: &'static str, typed: &str, n: i64) -> Result<Vec<Summary>> {
    let w = Wanted::read(typed);
    if w.is_empty() {
        return Ok(vec![]);
    }
    let (key, phone) = (w.key.unwrap_or_default(), w.phone.unwrap_or_default());
    let rows: Vec<Row> = read
        .see_all(
            sql,
            args![key.0, key.1, phone.0, phone.1, w.born_on, w.numbers[0], w.numbers[1], n],
        )
        .await?;
    let today = read.actor.today();
    Ok(rows.into_iter().map(|r| r.summary(today)).collect())
}

#[derive(FromRow)]
struct Name {
    family: String,
    given: Option<String>,
    family_kana: String,
    given_kana: Option<String>,
}

/// Writes the keys of every name and telephone the folder holds, former names too. Called by
/// whatever changes them, in the same transaction.
pub async fn index(tx: &mut Tx, client_id: &str) -> Result<()> {
    let names: Vec<Name> = tx
        .all(
            "select family, given, family_kana, given_kana from client_names
             where client_id = $1 and voided_at is null",
            args![client_id],
        )
        .await?;
    let phones: Vec<(String,)> = tx
        .all(
            "select phone from client_contacts
               where client_id = $1 and voided_at is null and phone is not null
             union all select phone from client_carers
               where client_id = $1 and voided_at is null and phone is not null",
            args![client_id],
        )
        .await?;
    let mut keys = BTreeSet::new();
    for n in &names {
        let given = n.given.as_deref().unwrap_or_default();
        let given_kana = n.given_kana.as_deref().unwrap_or_default();
        keys.extend(kana::name_keys(&[&n.family, given]).into_iter().map(|k| (k, "name")));
        let readings = kana::name_keys(&[&n.family_kana, given_kana]);
        keys.extend(readings.into_iter().map(|k| (k, "kana")));
    }
    for (phone,) in &phones {
        keys.extend(phone_keys(phone).into_iter().map(|k| (k, "phone")));
    }
    tx.exec("delete from client_search where client_id = $1", args![client_id]).await?;
    for (key, kind) in keys {
        tx.exec(
            "insert into client_search (key, client_id, kind) values ($1, $2, $3)",
            args![key, client_id, kind],
        )
        .await?;
    }
    Ok(())
}

/// People say the last four digits, or the whole number.
fn phone_keys(phone: &str) -> Vec<String> {
    let digits = kana::phone_key(phone);
    let last = digits.len().saturating_sub(4);
    (0..=last).filter_map(|at| digits.get(at..)).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_understood() {
        assert_eq!(Wanted::read("R2.6.3").born_on.as_deref(), Some("2020-06-03"));
        assert_eq!(Wanted::read("２０２０年６月３日").born_on.as_deref(), Some("2020-06-03"));
        assert!(Wanted::read("　").is_empty());
        let name = |t: &str| Wanted::read(t).key.unwrap().0;
        assert_eq!(name("ﾐｽﾞﾉ ﾊﾙ"), "みずのはる");
        assert_eq!(name("髙 橋"), name("高橋"));
        assert_eq!(Wanted::read("03-1234-5678").phone.unwrap().0, "0312345678");
        let n = kana::ClientNumber::new(127).unwrap().to_string();
        assert_eq!(Wanted::read(&n).numbers[0], Some(127));
        assert_eq!(Wanted::read("M-127").numbers[1], Some(127));
    }

    #[test]
    fn a_telephone_is_found_by_its_last_four_digits() {
        let keys = phone_keys("03-1234-5678");
        assert!(keys.contains(&"5678".to_owned()) && keys.contains(&"0312345678".to_owned()));
        assert!(!keys.contains(&"678".to_owned()));
        assert_eq!(phone_keys("119"), ["119"]);
    }
}
