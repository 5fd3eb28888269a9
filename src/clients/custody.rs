//! 親権のない人: somebody of the family who is not told things. They never become a guardian, and
//! no account of theirs sees the record, by whatever way the row was written.

use super::parts::PartRow;
use crate::args;
use crate::audit::Event;
use crate::store::{Read, Tx};
use crate::web::{Problems, Result, Values};

/// The part of the folder that says so.
pub const PART: &str = "carer";

/// Why a link ends by itself.
const LOST: &str = "親権がない、または情報を伝えない人と記録されたため";

/// Whether nothing may be said to this person.
pub fn is_barred(row: &PartRow) -> bool {
    row.raw("custody") == "no" || row.raw("informed") == "must_not"
}

/// A guardian without custody is a contradiction that must be resolved by whoever writes it.
pub(super) fn check(v: &Values, bad: &mut Problems) {
    if v.text("custody") == "no" && v.yes("guardian") {
        bad.add(
            "guardian",
            "親権が「ない」人は、保護者にできません。どちらかを直してください（続柄は残ります）",
        );
    }
}

/// 家族の一人, as a link needs to know them.
#[derive(Clone, Debug, crate::store::FromRow)]
pub struct Relative {
    pub id: String,
    pub name: String,
    pub relation: String,
    pub barred: i64,
}

/// The carers of a person today, also those who may not be told anything.
pub async fn relatives(read: &mut Read, client_id: &str) -> Result<Vec<Relative>> {
    let today = read.actor.today();
    Ok(read
        .all(
            "select id, name, relation, cast(case when custody = 'no' or informed = 'must_not'
               then 1 else 0 end as bigint) as barred from client_carers
             where client_id = $1 and voided_at is null and valid_from <= $2
               and (valid_until is null or valid_until > $2) order by valid_from, id",
            args![client_id, today],
        )
        .await?)
}

/// The same name however it is spelled.
pub fn same_name(a: &str, b: &str) -> bool {
    kana::search_key(a) == kana::search_key(b)
}

/// Ends the family accounts of those who may no longer be told anything, at once.
pub async fn unlink(tx: &mut Tx, client_id: &str) -> Result<()> {
    let barred: Vec<Relative> = relatives(tx, client_id).await?;
    let barred: Vec<Relative> = barred.into_iter().filter(|r| r.barred == 1).collect();
    if barred.is_empty() {
        return Ok(());
    }
    for (link, name, carer) in links(tx, client_id).await? {
        let chain = rows_of(tx, carer).await?;
        let hit = |r: &Relative| same_name(&r.name, &name) || chain.contains(&r.id);
        if barred.iter().any(hit) {
            end(tx, client_id, &link, LOST).await?;
        }
    }
    Ok(())
}

/// (link, name of the account, the carer it was made for) of the links that hold.
async fn links(tx: &mut Tx, client_id: &str) -> Result<Vec<(String, String, Option<String>)>> {
    let today = tx.actor.today();
    Ok(tx
        .all(
            "select l.id, a.name, l.carer_id from family_links l
             join accounts a on a.id = l.account_id
             where l.client_id = $1 and l.voided_at is null
               and (l.valid_until is null or l.valid_until > $2)",
            args![client_id, today],
        )
        .await?)
}

/// A row and everything that took its place since.
async fn rows_of(tx: &mut Tx, first: Option<String>) -> Result<Vec<String>> {
    let mut all: Vec<String> = first.into_iter().collect();
    let mut at = 0;
    while let Some(id) = all.get(at).cloned() {
        let sql = "select id from client_carers where replaces_id = $1";
        let next: Vec<(String,)> = tx.all(sql, args![id]).await?;
        all.extend(next.into_iter().map(|r| r.0));
        at += 1;
    }
    Ok(all)
}

/// From this moment the account sees nothing more. A link of the same day never held.
pub async fn end(tx: &mut Tx, client_id: &str, link: &str, why: &str) -> Result<bool> {
    let (at, by, today) = (tx.actor.at, tx.actor.account_id.clone(), tx.actor.today());
    let ended = tx
        .exec(
            "update family_links set ended_at = $3, ended_by = $4, end_reason = $5,
               valid_until = case when valid_from < $6 then $6 else valid_until end,
               voided_at = case when valid_from < $6 then voided_at else $3 end,
               voided_by = case when valid_from < $6 then voided_by else $4 end,
               void_reason = case when valid_from < $6 then void_reason else $5 end
             where id = $1 and client_id = $2 and voided_at is null
               and (valid_until is null or valid_until > $6)",
            args![link, client_id, at, by, why, today],
        )
        .await?;
    if ended == 1 {
        tx.record(Event::new("unlink", "family_link", link).about(client_id)).await?;
    }
    Ok(ended == 1)
}
