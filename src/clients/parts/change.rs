//! Changing a part: a change ends a row, a correction voids one; nothing is overwritten.

use civil::Date;
use uuid::Uuid;

use super::{Part, read, rules};
use crate::args;
use crate::audit::Event;
use crate::clients::{custody, search};
use crate::store::{Arg, Sql, Tx};
use crate::web::{Error, Result, Values, said};

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
    let values = rules::check(tx, client_id, part, values, from).await?;
    // First: whoever saves the same part at the same moment waits here.
    bump(tx, client_id, part.id).await?;
    if part.single {
        make_room(tx, client_id, part, from).await?;
    }
    let id = insert(tx, client_id, part, &values, (from, None), None).await?;
    index(tx, client_id, part).await?;
    tx.record(Event::new("add", part.table, &id).about(client_id).fields(given(part, &values)))
        .await?;
    Ok(id)
}

/// Ends a row: the day from which it is no longer so.
pub async fn end(tx: &mut Tx, client_id: &str, part: &Part, row: &str, on: Date) -> Result<()> {
    if part.lasting {
        let why = "終わりにはできません。変わったときは新しく記録し、まちがいは訂正してください";
        return Err(Error::refused("", format!("{}は{why}", part.title)));
    }
    bump(tx, client_id, part.id).await?;
    let (at, by) = (tx.actor.at, tx.actor.account_id.clone());
    let sql = format!(
        "update {} set valid_until = $3, ended_at = $4, ended_by = $5
         where id = $1 and client_id = $2 and voided_at is null
           and valid_until is null and valid_from <= $3",
        part.table
    );
    if tx.exec(Sql::built(sql), args![row, client_id, on, at, by]).await? != 1 {
        return Err(Error::refused(
            "until",
            "終わりの日は、始まりの日より後にしてください。もう終わっている行は終えられません",
        ));
    }
    index(tx, client_id, part).await?;
    tx.record(Event::new("end", part.table, row).about(client_id).fields("valid_until")).await?;
    Ok(())
}

/// Voids a row that was wrong and adds the right one in its place, with the same dates unless the
/// values say `from`. `version` is the part's version the page was opened with.
pub async fn correct(
    tx: &mut Tx,
    client_id: &str,
    part: &Part,
    row: &str,
    values: &Values,
    why: &str,
    version: i64,
) -> Result<String> {
    claim(tx, client_id, part.id, version).await?;
    let (old, until) = dates(tx, client_id, part, row).await?;
    let from = values.date("from").unwrap_or(old);
    let values = rules::check(tx, client_id, part, values, from).await?;
    strike(tx, part, row, why).await?;
    if from != old {
        moved(tx, client_id, part, (old, from, until), why).await?;
    }
    let id = insert(tx, client_id, part, &values, (from, until), Some(row)).await?;
    keep_hidden(tx, client_id, part, (row, &id)).await?;
    index(tx, client_id, part).await?;
    tx.record(Event::new("correct", part.table, &id).about(client_id).fields(given(part, &values)))
        .await?;
    Ok(id)
}

/// What the actor could not read, a correction by them does not take away.
async fn keep_hidden(
    tx: &mut Tx,
    client_id: &str,
    part: &Part,
    (old, new): (&str, &str),
) -> Result<()> {
    for field in read::hidden_fields(tx, client_id, part).await? {
        let sql = format!(
            "update {0} set {field} = (select o.{field} from {0} o where o.id = $1)
             where id = $2 and {field} is null",
            part.table
        );
        tx.exec(Sql::built(sql), args![old, new]).await?;
    }
    Ok(())
}

/// Takes back a row that should never have been there, such as one about somebody else.
pub async fn void(tx: &mut Tx, client_id: &str, part: &Part, row: &str, why: &str) -> Result<()> {
    if part.lasting {
        let what = "取り消せません。正しい内容に訂正してください";
        return Err(Error::refused("", format!("{}は{what}", part.title)));
    }
    bump(tx, client_id, part.id).await?;
    dates(tx, client_id, part, row).await?;
    strike(tx, part, row, why).await?;
    index(tx, client_id, part).await?;
    tx.record(Event::new("void", part.table, row).about(client_id)).await?;
    Ok(())
}

pub(super) async fn strike(tx: &mut Tx, part: &Part, row: &str, why: &str) -> Result<()> {
    let (at, by) = (tx.actor.at, tx.actor.account_id.clone());
    let sql = format!(
        "update {} set voided_at = $2, voided_by = $3, void_reason = $4 where id = $1",
        part.table
    );
    tx.exec(Sql::built(sql), args![row, at, by, why]).await?;
    Ok(())
}

/// From when until when a row holds that has not been voided.
async fn dates(
    tx: &mut Tx,
    client_id: &str,
    part: &Part,
    row: &str,
) -> Result<(Date, Option<Date>)> {
    let sql = format!(
        "select valid_from, valid_until from {} where id = $1 and client_id = $2
           and voided_at is null",
        part.table
    );
    let found: Option<(String, Option<String>)> =
        tx.maybe(Sql::built(sql), args![row, client_id]).await?;
    let (from, until) = found.ok_or(Error::NotFound)?;
    let parse = |d: &str| d.parse::<Date>().map_err(|_| Error::NotFound);
    Ok((parse(&from)?, until.as_deref().map(parse).transpose()?))
}

/// A corrected row begins on another day: the row before it of a single part ends there too.
async fn moved(
    tx: &mut Tx,
    client_id: &str,
    part: &Part,
    (old, from, until): (Date, Date, Option<Date>),
    why: &str,
) -> Result<()> {
    if from > tx.actor.today() || until.is_some_and(|u| from >= u) {
        let why = "始まりの日は、終わりの日より前の、きょうまでの日付にしてください";
        return Err(Error::refused("from", why));
    }
    if !part.single {
        return Ok(());
    }
    let sql = format!(
        "select id from {} where client_id = $1 and voided_at is null and valid_until = $2
           and valid_from < $3 order by valid_from desc limit 1",
        part.table
    );
    let before: Option<(String,)> = tx.maybe(Sql::built(sql), args![client_id, old, from]).await?;
    if let Some((before,)) = before {
        strike(tx, part, &before, why).await?;
        copy(tx, part, &before, from).await?;
    }
    let until = until.map(|u| u.to_string());
    let sql = format!(
        "select count(*) from {} where client_id = $1 and voided_at is null
           and (valid_until is null or (valid_until > $2 and valid_until > valid_from))
           and (cast($3 as text) is null or valid_from < $3)",
        part.table
    );
    let (others,): (i64,) = tx.one(Sql::built(sql), args![client_id, from, until]).await?;
    if others > 0 {
        let why = "その日には、ほかの記録がすでにあります。始まりの日を確かめてください";
        return Err(Error::refused("from", why));
    }
    Ok(())
}

/// The same row again with another end.
async fn copy(tx: &mut Tx, part: &Part, row: &str, until: Date) -> Result<()> {
    let (id, at, by) = (Uuid::now_v7().to_string(), tx.actor.at, tx.actor.account_id.clone());
    let columns = part.columns();
    let sql = format!(
        "insert into {table} (id, client_id, valid_from, valid_until, recorded_at, recorded_by,
           replaces_id, {columns})
         select $1, client_id, valid_from, $2, $3, $4, id, {columns} from {table} where id = $5",
        table = part.table
    );
    tx.exec(Sql::built(sql), args![id, until, at, by, row]).await?;
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
    let (at, by) = (tx.actor.at, tx.actor.account_id.clone());
    let sql = format!(
        "update {} set valid_until = $2, ended_at = $3, ended_by = $4
         where client_id = $1 and voided_at is null
           and (valid_until is null or valid_until > $2)",
        part.table
    );
    tx.exec(Sql::built(sql), args![client_id, from, at, by]).await?;
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

fn given(part: &Part, values: &Values) -> String {
    let names = part.form.fields.iter().map(|f| f.name).filter(|n| values.is_given(n));
    names.collect::<Vec<_>>().join(",")
}

/// What follows from a changed row: the search finds it, and who lost custody sees nothing more.
pub(super) async fn index(tx: &mut Tx, client_id: &str, part: &Part) -> Result<()> {
    if part.id == custody::PART {
        custody::unlink(tx, client_id).await?;
    }
    if part.searched { search::index(tx, client_id).await } else { Ok(()) }
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

/// As [`bump`], if the part is still at `version`. One statement decides, so that of two who save
/// at the same moment only one is first.
async fn claim(tx: &mut Tx, client_id: &str, part: &str, version: i64) -> Result<()> {
    let (at, by) = (tx.actor.at, tx.actor.account_id.clone());
    let claimed = if version == 0 {
        tx.exec(
            "insert into client_parts (client_id, part, version, changed_at, changed_by)
             values ($1, $2, 1, $3, $4) on conflict (client_id, part) do nothing",
            args![client_id, part, at, by],
        )
        .await?
    } else {
        tx.exec(
            "update client_parts set version = version + 1, changed_at = $3, changed_by = $4
             where client_id = $1 and part = $2 and version = $5",
            args![client_id, part, at, by, version],
        )
        .await?
    };
    if claimed == 1 {
        return Ok(());
    }
    Err(Error::Conflict(
        "開いている間に、ほかの人がこの項目を直しました。いまの内容と見比べてください。".into(),
    ))
}

/// Who changed the part last, and when, in words.
pub async fn changed(
    read: &mut crate::store::Read,
    client_id: &str,
    part: &str,
) -> Result<(String, String)> {
    let row: Option<(Option<String>, String)> = read
        .maybe(
            "select a.name, p.changed_at from client_parts p
             left join accounts a on a.id = p.changed_by
             where p.client_id = $1 and p.part = $2",
            args![client_id, part],
        )
        .await?;
    let (who, at) = row.unwrap_or_default();
    Ok((who.unwrap_or_else(|| "ほかの人".into()), said::moment(&at)))
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
