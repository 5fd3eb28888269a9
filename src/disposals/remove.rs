//! All rows about a person go, from every listed table and from what is being typed; a tombstone is
//! left. Driven by `records/tables.toml`: a table listed there is emptied here without a word more.

use std::collections::BTreeMap;

use civil::{Date, FiscalYear};

use super::Due;
use crate::args;
use crate::audit::Event;
use crate::records::{drafts, tables};
use crate::store::schema::{self, Table};
use crate::store::{Sql, Tx};
use crate::web::Result;

/// Only within a confirmed disposal: the guards of append-only tables ask for it too. What was
/// merged into the record goes with it.
pub(super) async fn remove(tx: &mut Tx, disposal: &str, person: &Due) -> Result<()> {
    let all = schema::schema(tx).await?;
    let (years, families) = (years(tx, &person.id).await?, families(tx, &person.id).await?);
    let mut ids = merged(tx, &person.id).await?;
    release(tx, disposal, &ids, person).await?;
    ids.push((person.id.clone(), person.number));
    for (id, _) in &ids {
        loosen(tx, &all, id).await?;
    }
    let counts = rows(tx, &all, &ids).await?;
    for (id, number) in &ids {
        drafts::forget(tx, id, *number).await?;
    }
    for account in families {
        forget_family(tx, &account).await?;
    }
    for (_, number) in &ids {
        let own = *number == person.number;
        let left: (&[_], &[_]) = if own { (&counts, &years) } else { (&[], &[]) };
        tombstone(tx, disposal, (*number, person), left).await?;
    }
    tx.record(Event::new("dispose", "client", &person.id).about(&person.id)).await?;
    Ok(())
}

/// Children before what they hang on; (table, how many).
async fn rows(tx: &mut Tx, all: &[Table], ids: &[(String, i64)]) -> Result<Vec<(String, u64)>> {
    let mut counts: Vec<(String, u64)> = vec![];
    for table in all.iter().rev() {
        let Some(listed) = tables::find(&table.name).filter(|l| !l.stays_on_disposal) else {
            continue;
        };
        let mut n = 0;
        for (id, _) in ids {
            let sql =
                format!("delete from {} as x where {}", table.name, listed.about_either("$1"));
            n += tx.exec(Sql::built(sql), args![id]).await?;
        }
        if n > 0 {
            counts.push((table.name.clone(), n));
        }
    }
    counts.sort();
    Ok(counts)
}

/// Records that were found to be this person's, and what had been merged into those.
async fn merged(tx: &mut Tx, person: &str) -> Result<Vec<(String, i64)>> {
    let mut out: Vec<(String, i64)> = vec![];
    let mut ask = vec![person.to_owned()];
    while let Some(id) = ask.pop() {
        let sql = "select id, number from clients where merged_into = $1 order by id";
        let found: Vec<(String, i64)> = tx.all(sql, args![id]).await?;
        for one in found {
            if !out.contains(&one) {
                ask.push(one.0.clone());
                out.insert(0, one);
            }
        }
    }
    Ok(out)
}

/// They are items of the same disposal, and tombstones of their own.
async fn release(tx: &mut Tx, disposal: &str, ids: &[(String, i64)], person: &Due) -> Result<()> {
    for (id, _) in ids {
        tx.exec(
            "insert into disposal_items (disposal_id, client_id, due_on) values ($1, $2, $3)
             on conflict (disposal_id, client_id) do nothing",
            args![disposal, id, person.due_on],
        )
        .await?;
    }
    Ok(())
}

/// Rows of other people that name a row that goes: they keep everything but the name of it.
async fn loosen(tx: &mut Tx, all: &[Table], person: &str) -> Result<()> {
    for table in all {
        for (column, to) in &table.references {
            let Some(target) = tables::find(to).filter(|l| !l.stays_on_disposal) else { continue };
            let named = format!(
                "y.\"{column}\" in (select x.id from {to} x where {}) {}",
                target.about("$1"),
                not_their_own(&table.name)
            );
            let count = format!("select count(*) from {} y where {named}", table.name);
            let (n,): (i64,) = tx.one(Sql::built(count), args![person]).await?;
            if n > 0 {
                let sql =
                    format!("update {} as y set \"{column}\" = null where {named}", table.name);
                tx.exec(Sql::built(sql), args![person]).await?;
            }
        }
    }
    Ok(())
}

/// The person's own rows go anyway. A row that names nobody is not the person's.
fn not_their_own(table: &str) -> String {
    let Some(own) = tables::find(table) else { return String::new() };
    let about = own.about_either("$1").replace("x.\"", "y.\"");
    let column = format!("y.\"{}\"", own.by);
    format!("and not {}", about.replacen(&column, &format!("coalesce({column}, '')"), 1))
}

/// Consultations by fiscal year: what counting again will find missing.
async fn years(tx: &mut Tx, person: &str) -> Result<Vec<(String, i64)>> {
    let sql = "select occurred_on from consultations where client_id = $1 and voided_at is null";
    let days: Vec<(String,)> = tx.all(sql, args![person]).await?;
    let mut out = BTreeMap::<String, i64>::new();
    for day in days.iter().filter_map(|(d,)| d.parse::<Date>().ok()) {
        *out.entry(FiscalYear::of(day).year().to_string()).or_default() += 1;
    }
    Ok(out.into_iter().collect())
}

async fn families(tx: &mut Tx, person: &str) -> Result<Vec<String>> {
    let sql = "select distinct account_id from family_links where client_id = $1";
    let rows: Vec<(String,)> = tx.all(sql, args![person]).await?;
    Ok(rows.into_iter().map(|r| r.0).collect())
}

/// An account that led to this person alone is nobody's any more. The audit goes on naming its id.
async fn forget_family(tx: &mut Tx, account: &str) -> Result<()> {
    let sql = "select (select count(*) from family_links where account_id = $1)
                 + (select count(*) from posts where account_id = $1 and role <> 'family')";
    let (others,): (i64,) = tx.one(sql, args![account]).await?;
    if others > 0 {
        return Ok(());
    }
    let at = tx.actor.at;
    tx.exec("delete from sessions where account_id = $1", args![account]).await?;
    tx.exec(
        "update accounts set login = $2, name = '（廃棄済み）', kana = '', password_hash = null,
           disabled_at = coalesce(disabled_at, $3) where id = $1",
        args![account, format!("disposed-{account}"), at],
    )
    .await?;
    tx.record(Event::new("disable", "account", account)).await?;
    Ok(())
}

/// How many rows of each table went.
type Rows<'a> = &'a [(String, u64)];
/// How many consultations of each fiscal year went with them.
type Years<'a> = &'a [(String, i64)];

async fn tombstone(
    tx: &mut Tx,
    disposal: &str,
    (number, person): (i64, &Due),
    (counts, years): (Rows<'_>, Years<'_>),
) -> Result<()> {
    let counts = serde_json::json!({ "rows": counts, "consultations": years }).to_string();
    let (at, controller) = (tx.actor.at, tx.actor.controller_id.clone());
    tx.exec(
        "insert into tombstones (number, controller_id, disposal_id, enrolled_on, closed_on,
           due_on, disposed_at, counts) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![
            number,
            controller,
            disposal,
            person.enrolled_on,
            person.closed_on,
            person.due_on,
            at,
            counts
        ],
    )
    .await?;
    let done = "update disposal_items set disposed_at = $2
                where disposal_id = $1 and disposed_at is null
                  and client_id not in (select c.id from clients c)";
    tx.exec(done, args![disposal, at]).await?;
    Ok(())
}
