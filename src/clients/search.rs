//! Finding a person: by kanji, reading, half width, variant kanji, without the space, from one
//! character; by telephone, number or birth date in any notation.

use std::collections::BTreeSet;

use kana::Query;

use super::Summary;
use super::summary::Row;
use crate::access::Actor;
use crate::audit::Event;
use crate::store::{self, Db, FromRow, Read, Tx};
use crate::web::Result;
use crate::{
    address_hidden, args, not_closed, summary_columns, summary_tables, visible, visible_row,
};

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
}

/// People in the order in which the index holds them: none is read that is not shown. `$6..` are
/// the statement's own; `$standing` is "" for those whose case is open and "not " for the closed.
macro_rules! people {
    ($columns:expr, $from:expr, $standing:literal, $fits:expr, $order:literal) => {
        concat!(
            "select ",
            $columns,
            summary_columns!(),
            " from ",
            $from,
            summary_tables!(),
            " where ",
            $fits,
            " and ",
            visible_row!("c", "identity"),
            " and ",
            $standing,
            not_closed!("c.id"),
            $order
        )
    };
}

/// From the key `$6` on, after the place (`$8`, `$9`, `$10`) where the page before ended.
macro_rules! by_name {
    ($standing:literal, $kinds:literal) => {
        people!(
            "s.key, s.reading, s.client_id as place, ",
            // Walked first, in its order.
            "client_search s cross join ",
            $standing,
            concat!(
                "c.id = s.client_id and s.kind in (",
                $kinds,
                ") and s.key >= $6 and s.key < $7 and (s.key, s.reading, s.client_id) > ",
                "($8, $9, $10)"
            ),
            " order by s.key, s.reading, s.client_id limit cast($11 as bigint)"
        )
    };
}

macro_rules! by_birth {
    ($standing:literal) => {
        people!(
            "",
            "",
            $standing,
            "l.born_on = $6",
            " order by l.family_kana, l.given_kana, c.number limit cast($7 as bigint)"
        )
    };
}

macro_rules! by_number {
    ($standing:literal) => {
        people!(
            "",
            "",
            $standing,
            concat!(
                "c.id in (select x.id from clients x where x.number in ($6, $7) union all ",
                // A number of old leads to the record it was merged into.
                "select m.merged_into from clients m where m.number in ($6, $7) ",
                "and m.merged_into is not null union all ",
                "select s.client_id from client_search s where s.kind = 'phone' and s.key >= $8 ",
                "and s.key < $9) and (c.number = $6 or c.number = $7 ",
                "or c.id in (select m.merged_into from clients m where m.number in ($6, $7)) or (",
                "c.id in (select s.client_id from client_search s where s.kind = 'phone' ",
                "and s.key >= $8 and s.key < $9) and ",
                // A telephone may be a carer's: whose it is, is about the family.
                visible!("c.id", "family"),
                " and not ",
                address_hidden!("c.id"),
                "))"
            ),
            " order by l.family_kana, l.given_kana, c.number limit cast($10 as bigint)"
        )
    };
}

/// The statements of one standing.
struct Asks {
    parts: &'static str,
    joined: &'static str,
    birth: &'static str,
    number: &'static str,
}

macro_rules! asks {
    ($standing:literal) => {
        Asks {
            parts: by_name!($standing, "'part'"),
            joined: by_name!($standing, "'name', 'kana'"),
            birth: by_birth!($standing),
            number: by_number!($standing),
        }
    };
}

/// The first people the actor may see who fit: by name, those of the same name together in the
/// order of their reading. Closed cases are left out: nobody is offered who has died or moved away.
pub async fn find(read: &mut Read, typed: &str, limit: i64) -> Result<Vec<Summary>> {
    ask(read, asks!(""), typed, limit).await
}

/// The closed cases that fit, for whoever asks for them.
pub async fn closed(read: &mut Read, typed: &str, limit: i64) -> Result<Vec<Summary>> {
    ask(read, asks!("not "), typed, limit).await
}

async fn ask(read: &mut Read, sql: Asks, typed: &str, limit: i64) -> Result<Vec<Summary>> {
    let w = Wanted::read(typed);
    let rows: Vec<Row> = match w {
        Wanted { key: Some(key), .. } => return named(read, sql, key, limit).await,
        Wanted { born_on: Some(on), .. } => read.see_all(sql.birth, args![on, limit]).await?,
        Wanted { numbers: [None, None], phone: None, .. } => vec![],
        Wanted { numbers: [checked, typed], phone, .. } => {
            let (from, until) = phone.unwrap_or_default();
            read.see_all(sql.number, args![checked, typed, from, until, limit]).await?
        }
    };
    let today = read.actor.today();
    Ok(rows.into_iter().map(|r| r.summary(today)).collect())
}

/// A name or its beginning is nearly always meant; where that leaves room, the end of one name with
/// the beginning of the next (佐藤花).
async fn named(
    read: &mut Read,
    sql: Asks,
    key: (String, String),
    limit: i64,
) -> Result<Vec<Summary>> {
    let mut found: Vec<Summary> = vec![];
    for sql in [sql.parts, sql.joined] {
        let mut after = (key.0.clone(), String::new(), String::new());
        // Somebody may fit twice: by family and given name, by a name of old.
        while (found.len() as i64) < limit {
            let ask = limit + 1;
            let rows: Vec<Placed> =
                read.see_all(sql, args![key.0, key.1, after.0, after.1, after.2, ask]).await?;
            let more = rows.len() as i64 == ask;
            after = rows.last().map(|r| r.place.clone()).unwrap_or_default();
            let today = read.actor.today();
            for one in rows.into_iter().map(|r| r.row.summary(today)) {
                if found.iter().all(|f| f.id != one.id) {
                    found.push(one);
                }
            }
            if !more {
                break;
            }
        }
    }
    found.truncate(usize::try_from(limit).unwrap_or(0));
    Ok(found)
}

/// Somebody, and where the index holds them.
struct Placed {
    place: (String, String, String),
    row: Row,
}

impl FromRow for Placed {
    fn from_row(row: &store::Row<'_>) -> store::Result<Self> {
        Ok(Self { place: (row.at(0)?, row.at(1)?, row.at(2)?), row: Row::from_row(row)? })
    }
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
        let reading = format!("{} {given_kana}", n.family_kana);
        let mut put = |all: Vec<String>, kind| {
            keys.extend(all.into_iter().map(|key| (key, reading.clone(), kind)));
        };
        put(kana::name_keys(&[&n.family, given]), "name");
        put(kana::name_keys(&[&n.family_kana, given_kana]), "kana");
        for part in [n.family.as_str(), given, &n.family_kana, given_kana] {
            put(kana::suffix_keys(part), "part");
        }
    }
    for (phone,) in &phones {
        keys.extend(phone_keys(phone).into_iter().map(|k| (k, String::new(), "phone")));
    }
    tx.exec("delete from client_search where client_id = $1", args![client_id]).await?;
    for (key, reading, kind) in keys {
        tx.exec(
            "insert into client_search (kind, key, reading, client_id) values ($1, $2, $3, $4)",
            args![kind, key, reading, client_id],
        )
        .await?;
    }
    Ok(())
}

/// An update of the program may have emptied the index: then nobody is found before it is filled.
pub async fn is_empty(db: &Db, by: &Actor) -> Result<bool> {
    let sql = "select client_id from client_search limit 1";
    let one: Option<(String,)> = db.read(by).await?.maybe(sql, args![]).await?;
    Ok(one.is_none())
}

/// Writes what is missing.
pub async fn complete(db: &Db, by: &Actor) -> Result<()> {
    loop {
        let mut read = db.read(by).await?;
        let missing: Vec<(String,)> = read
            .all(
                "select c.id from clients c where not exists (select 1 from client_search s
                   where s.client_id = c.id) and exists (select 1 from client_names n
                   where n.client_id = c.id and n.voided_at is null) limit 500",
                args![],
            )
            .await?;
        if missing.is_empty() {
            return Ok(());
        }
        drop(read);
        let mut tx = db.write(by).await?;
        for (id,) in &missing {
            index(&mut tx, id).await?;
        }
        tx.record(Event::new("index", "client_search", "")).await?;
        tx.commit().await?;
    }
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
        assert_eq!(Wanted::read("　"), Wanted::default());
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
