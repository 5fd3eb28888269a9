//! Changing a part: a change ends a row, a correction voids one; nothing is overwritten.

use civil::Date;
use uuid::Uuid;

use super::Part;
use crate::args;
use crate::audit::Event;
use crate::clients::search;
use crate::store::{Arg, Sql, Tx};
use crate::web::{Error, Kind, Problems, Result, Values};

/// Adds a row from `from` on. Of a single part the row before ends the same day. The answer is the
/// new row's id. The caller has seen the client through the predicate.
pub async fn add(
    tx: &mut Tx,
    client_id: &str,
    part: &Part,
    values: &Values,
    from: Option<Date>,
) -> Result<String> {
    let from = from.unwrap_or_else(|| tx.actor.today());
    check(part, values)?;
    if part.single {
        make_room(tx, client_id, part, from).await?;
    }
    let id = insert(tx, client_id, part, values, (from, None), None).await?;
    changed(tx, client_id, part).await?;
    tx.record(Event::new("add", part.table, &id).about(client_id).fields(given(part, values)))
        .await?;
    Ok(id)
}

/// Ends a row: the day from which it is no longer so.
pub async fn end(tx: &mut Tx, client_id: &str, part: &Part, row: &str, on: Date) -> Result<()> {
    let sql = format!(
        "update {} set valid_until = $3 where id = $1 and client_id = $2 and voided_at is null
           and valid_until is null and valid_from <= $3",
        part.table
    );
    if tx.exec(Sql::built(sql), args![row, client_id, on]).await? != 1 {
        return Err(Error::refused(
            "until",
            "終わりの日は、始まりの日より後にしてください。もう終わっている行は終えられません",
        ));
    }
    changed(tx, client_id, part).await?;
    tx.record(Event::new("end", part.table, row).about(client_id).fields("valid_until")).await?;
    Ok(())
}

/// Voids a row that was wrong and adds the right one in its place, with the same dates. `version`
/// is the part's version the page was opened with.
pub async fn correct(
    tx: &mut Tx,
    client_id: &str,
    part: &Part,
    row: &str,
    values: &Values,
    why: &str,
    version: i64,
) -> Result<String> {
    check(part, values)?;
    if self::version(tx, client_id, part.id).await? != version {
        return Err(Error::Conflict(
            "開いている間に、ほかの人がこの項目を直しました。いまの内容と見比べてください。".into(),
        ));
    }
    let sql = format!(
        "select valid_from, valid_until from {} where id = $1 and client_id = $2
           and voided_at is null",
        part.table
    );
    let dates: Option<(String, Option<String>)> =
        tx.maybe(Sql::built(sql), args![row, client_id]).await?;
    let (from, until) = dates.ok_or(Error::NotFound)?;
    void(tx, part, row, why).await?;
    let parse = |d: &str| d.parse::<Date>().map_err(|_| Error::NotFound);
    let until = until.as_deref().map(parse).transpose()?;
    let id = insert(tx, client_id, part, values, (parse(&from)?, until), Some(row)).await?;
    changed(tx, client_id, part).await?;
    tx.record(Event::new("correct", part.table, &id).about(client_id).fields(given(part, values)))
        .await?;
    Ok(id)
}

async fn void(tx: &mut Tx, part: &Part, row: &str, why: &str) -> Result<()> {
    let (at, by) = (tx.actor.at, tx.actor.account_id.clone());
    let sql = format!(
        "update {} set voided_at = $2, voided_by = $3, void_reason = $4 where id = $1",
        part.table
    );
    tx.exec(Sql::built(sql), args![row, at, by, why]).await?;
    Ok(())
}

/// Ends the row a single part has on `from`; rows that begin later would overlap and are refused.
async fn make_room(tx: &mut Tx, client_id: &str, part: &Part, from: Date) -> Result<()> {
    let later = format!(
        "select count(*) from {} where client_id = $1 and voided_at is null and valid_from >= $2",
        part.table
    );
    let (later,): (i64,) = tx.one(Sql::built(later), args![client_id, from]).await?;
    if later > 0 {
        return Err(Error::refused(
            "from",
            format!(
                "{}には、{}か、それより後から始まる行がすでにあります。その行を訂正するか、\
                 後の日付にしてください",
                part.title,
                civil::format_era(from)
            ),
        ));
    }
    let sql = format!(
        "update {} set valid_until = $2 where client_id = $1 and voided_at is null
           and (valid_until is null or valid_until > $2)",
        part.table
    );
    tx.exec(Sql::built(sql), args![client_id, from]).await?;
    Ok(())
}

async fn insert(
    tx: &mut Tx,
    client_id: &str,
    part: &Part,
    values: &Values,
    (from, until): (Date, Option<Date>),
    replaces: Option<&str>,
) -> Result<String> {
    let id = Uuid::now_v7().to_string();
    let by = tx.actor.account_id.clone();
    let at = tx.actor.at;
    let first = 8;
    let places: Vec<String> =
        (first..first + part.form.fields.len()).map(|n| format!("${n}")).collect();
    let sql = format!(
        "insert into {} (id, client_id, valid_from, valid_until, recorded_at, recorded_by,
           replaces_id, {}) values ($1, $2, $3, $4, $5, $6, $7, {})",
        part.table,
        part.columns(),
        places.join(", ")
    );
    let replaces = replaces.map(str::to_owned);
    let fixed = args![id, client_id, from, until, at, by, replaces];
    let mut args: Vec<Arg> = fixed.to_vec();
    args.extend(part.form.fields.iter().map(|f| values.arg(f)));
    tx.exec(Sql::built(sql), &args).await?;
    Ok(id)
}

/// What no single field can say: times in order, an era of life before birth.
fn check(part: &Part, values: &Values) -> Result<()> {
    let mut bad = Problems::default();
    let times: Vec<&str> =
        part.form.fields.iter().filter(|f| f.kind == Kind::Time).map(|f| f.name).collect();
    if let [starts, ends] = times[..]
        && values.text(starts) >= values.text(ends)
    {
        bad.add(ends, "おわりの時刻は、はじまりより後にしてください");
    }
    let empty = part.form.fields.iter().all(|f| !values.is_given(f.name));
    if empty {
        bad.add("", "何も入力されていません。どれか一つは入力してください");
    }
    if bad.is_empty() { Ok(()) } else { Err(Error::Refused(bad)) }
}

fn given(part: &Part, values: &Values) -> String {
    let names = part.form.fields.iter().map(|f| f.name).filter(|n| values.is_given(n));
    names.collect::<Vec<_>>().join(",")
}

async fn changed(tx: &mut Tx, client_id: &str, part: &Part) -> Result<()> {
    bump(tx, client_id, part.id).await?;
    if part.searched {
        search::index(tx, client_id).await?;
    }
    Ok(())
}

/// The part has changed: whoever opened it before must look again.
pub async fn bump(tx: &mut Tx, client_id: &str, part: &str) -> Result<()> {
    let (at, by) = (tx.actor.at, tx.actor.account_id.clone());
    tx.exec(
        "insert into client_parts (client_id, part, version, changed_at, changed_by)
         values ($1, $2, 1, $3, $4)
         on conflict (client_id, part) do update set version = client_parts.version + 1,
           changed_at = excluded.changed_at, changed_by = excluded.changed_by",
        args![client_id, part, at, by],
    )
    .await?;
    Ok(())
}

/// How often the part has changed; 0 when it was never filled in.
pub async fn version(read: &mut crate::store::Read, client_id: &str, part: &str) -> Result<i64> {
    let row: Option<(i64,)> = read
        .maybe(
            "select version from client_parts where client_id = $1 and part = $2",
            args![client_id, part],
        )
        .await?;
    Ok(row.map_or(0, |r| r.0))
}
