//! What no single field of a part can say, and what its dates must keep to.

use civil::Date;

use super::Part;
use crate::args;
use crate::clients::{custody, see};
use crate::store::{Sql, Tx};
use crate::web::{Error, Field, Kind, Problems, Result, Values};

/// The values to keep: as they were read, with the numbers of other people in their written form.
pub(super) async fn check(
    tx: &mut Tx,
    client_id: &str,
    part: &Part,
    values: &Values,
    from: Date,
) -> Result<Values> {
    let today = tx.actor.today();
    let mut bad = within(part, values, today);
    if part.lasting && from > today {
        bad.add("from", format!("{}を、先の日付から変えることはできません", part.title));
    }
    if part.id == custody::PART {
        custody::check(values, &mut bad);
    }
    let mut kept = values.clone();
    let people = part.form.fields.iter().filter(|f| f.kind == Kind::Client);
    for field in people.filter(|f| values.is_given(f.name)) {
        match person(tx, client_id, part, field, values.text(field.name)).await? {
            Ok(number) => kept.put_text(field.name, &number),
            Err(why) => bad.add(field.name, why),
        }
    }
    if bad.is_empty() { Ok(kept) } else { Err(Error::Refused(bad)) }
}

/// Times in order, nothing from the future, and not nothing at all.
fn within(part: &Part, values: &Values, today: Date) -> Problems {
    let mut bad = Problems::default();
    let of_kind = |kind: Kind| part.form.fields.iter().filter(move |f| f.kind == kind);
    let times: Vec<&str> = of_kind(Kind::Time).map(|f| f.name).collect();
    if let [starts, ends] = times[..]
        && values.text(starts) >= values.text(ends)
    {
        bad.add(ends, "おわりの時刻は、はじまりより後にしてください");
    }
    for name in part.past.iter().filter(|n| values.date(n).is_some_and(|d| d > today)) {
        let label = part.form.field(name).map_or(*name, |f| f.label);
        bad.add(name, format!("{label}が、きょうより先です。年と月を確かめてください"));
    }
    if !part.one_of.is_empty() && !part.one_of.iter().any(|n| values.is_given(n)) {
        let labels = part.one_of.iter().filter_map(|n| part.form.field(n)).map(|f| f.label);
        let labels = labels.collect::<Vec<_>>().join("か");
        bad.add(part.one_of[0], format!("{labels}のどちらかを入力してください"));
    }
    if part.form.fields.iter().all(|f| !values.is_given(f.name)) {
        bad.add("", "何も入力されていません。どれか一つは入力してください");
    }
    bad
}

/// The number of somebody else whom the actor may see; one that the folder already names is taken
/// as it stands, so that who corrects a spelling need not see the brother or sister.
async fn person(
    tx: &mut Tx,
    client_id: &str,
    part: &Part,
    field: &Field,
    typed: &str,
) -> Result<std::result::Result<String, &'static str>> {
    match see(tx, typed).await {
        Ok(found) if found.id == client_id => {
            return Ok(Err("本人の番号です。相手の番号を入力してください"));
        }
        Ok(found) => return Ok(Ok(found.number.to_string())),
        Err(Error::NotFound) => {}
        Err(e) => return Err(e),
    }
    let sql = format!(
        "select count(*) from {} where client_id = $1 and {} = $2 and voided_at is null",
        part.table, field.name
    );
    let (known,): (i64,) = tx.one(Sql::built(sql), args![client_id, typed]).await?;
    Ok(match known {
        0 => Err("その番号の利用者は見つかりません。番号を確かめるか、空けておいてください"),
        _ => Ok(typed.to_owned()),
    })
}
