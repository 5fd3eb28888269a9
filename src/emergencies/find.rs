//! Who is meant: by the number, or by the exact name and the birth date. One person or nobody, and
//! never a list. The predicate is not asked on purpose: that the actor may not see the person is
//! why they are here; what is answered is the number alone, and only once the row is written.

use crate::store::{FromRow, Read};
use crate::web::{Result, Values};
use crate::{args, not_closed};

#[derive(FromRow)]
struct Named {
    id: String,
    number: i64,
    controller_id: String,
    family: String,
    given: Option<String>,
    family_kana: String,
    given_kana: Option<String>,
}

/// 見つけた一人.
#[derive(Debug)]
pub(super) struct Found {
    pub id: String,
    pub number: kana::ClientNumber,
    pub controller_id: String,
}

/// `across`: people of other controllers, too.
pub(super) async fn one(read: &mut Read, v: &Values, across: bool) -> Result<Option<Found>> {
    let mut found = match kana::ClientNumber::parse(v.text("number")) {
        Ok(number) => by_number(read, number, across).await?,
        Err(_) => by_name(read, v, across).await?,
    };
    // Two people of one name, born on one day: the number has to be asked for.
    Ok(if found.len() == 1 { found.pop() } else { None })
}

async fn by_number(
    read: &mut Read,
    number: kana::ClientNumber,
    across: bool,
) -> Result<Vec<Found>> {
    let controller = read.actor.controller_id.clone();
    let rows: Vec<(String, i64, String)> = read
        .all(
            concat!(
                // The number of a record that was joined to another leads to the one that stayed.
                "select c.id, c.number, c.controller_id from clients c
                 where c.id = (select coalesce(x.merged_into, x.id) from clients x
                   where x.number = $1) and (c.controller_id = $2 or $3 = 1) and ",
                not_closed!("c.id")
            ),
            args![i64::from(number.running()), controller, across],
        )
        .await?;
    let found = |(id, number, controller_id): (String, i64, String)| Found {
        id,
        number: kana::ClientNumber::from_row(number),
        controller_id,
    };
    Ok(rows.into_iter().map(found).collect())
}

async fn by_name(read: &mut Read, v: &Values, across: bool) -> Result<Vec<Found>> {
    let wanted = kana::search_key(v.text("name"));
    let (Some(born), false) = (v.date("born_on"), wanted.is_empty()) else { return Ok(vec![]) };
    let (controller, today) = (read.actor.controller_id.clone(), read.actor.today());
    let rows: Vec<Named> = read
        .all(
            concat!(
                "select c.id, c.number, c.controller_id, n.family, n.given, n.family_kana,
                   n.given_kana
                 from client_births b join clients c on c.id = b.client_id
                 join client_names n on n.client_id = c.id and n.voided_at is null
                   and n.valid_from <= $4 and (n.valid_until is null or n.valid_until > $4)
                 where b.born_on = $1 and b.voided_at is null
                   and (c.controller_id = $2 or $3 = 1) and ",
                not_closed!("c.id"),
                " order by c.number"
            ),
            args![born, controller, across, today],
        )
        .await?;
    let is_called = |n: &Named| {
        let whole = |a: &str, b: &Option<String>| {
            kana::search_key(&format!("{a}{}", b.as_deref().unwrap_or_default()))
        };
        wanted == whole(&n.family, &n.given) || wanted == whole(&n.family_kana, &n.given_kana)
    };
    let found = |n: Named| Found {
        id: n.id,
        number: kana::ClientNumber::from_row(n.number),
        controller_id: n.controller_id,
    };
    let mut all: Vec<Found> = rows.into_iter().filter(is_called).map(found).collect();
    all.dedup_by(|a, b| a.id == b.id);
    Ok(all)
}
