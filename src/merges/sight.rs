//! Who sees a person through only one of two records, and would see the whole after a merge. They
//! go on only where the officer says so; for everybody else it ends with the merge.

use std::collections::{BTreeMap, BTreeSet};

use super::spans::void;
use crate::args;
use crate::clients::custody;
use crate::records::tables::{self, Merging};
use crate::store::{FromRow, Read, Sql, Tx};
use crate::web::Result;

/// 記録を見られる相手. One organisation, or one account of the family.
#[derive(Clone, Debug)]
pub struct Viewer {
    pub id: String,
    pub name: String,
    /// 「支援チーム」「同意」「家族のアカウント」, of the one record only.
    pub by: BTreeSet<&'static str>,
    /// Through the record that stays.
    pub stays: bool,
    rows: Vec<Row>,
}

#[derive(Clone, Debug, FromRow)]
struct Row {
    id: String,
    client_id: String,
    viewer: String,
    name: String,
    /// Rows that agree in this give the same sight.
    same: String,
    table_name: String,
}

/// Table, what it is called, and the statement: rows in force of the two people on a day.
const GIVEN: &[(&str, &str, &str)] = &[
    (
        "team_members",
        "支援チーム",
        "select t.id, t.client_id, t.organisation_id as viewer, o.name, '' as same,
           'team_members' as table_name
         from team_members t join organisations o on o.id = t.organisation_id
         where t.client_id in ($1, $2) and t.voided_at is null
           and (t.valid_until is null or t.valid_until > $3) order by t.id",
    ),
    (
        "family_links",
        "家族のアカウント",
        "select l.id, l.client_id, l.account_id as viewer, a.name, '' as same,
           'family_links' as table_name
         from family_links l join accounts a on a.id = l.account_id
         where l.client_id in ($1, $2) and l.voided_at is null
           and (l.valid_until is null or l.valid_until > $3) order by l.id",
    ),
    (
        "consents",
        "同意",
        "select k.id, k.client_id, k.recipient_id as viewer, o.name, k.purpose as same,
           'consents' as table_name
         from consents k join organisations o on o.id = k.recipient_id
         where k.client_id in ($1, $2) and k.voided_at is null and k.withdrawn_on is null
           and (k.valid_until is null or k.valid_until > $3) order by k.id",
    ),
];

async fn given(read: &mut Read, (stays, lost): (&str, &str)) -> Result<Vec<(&'static str, Row)>> {
    let today = read.actor.today();
    let mut out = vec![];
    for (_, title, sql) in GIVEN {
        let rows: Vec<Row> = read.all(*sql, args![stays, lost, today]).await?;
        for mut row in rows {
            if row.table_name == "consents" {
                let sql = "select category from consent_categories where consent_id = $1
                           order by category";
                let all: Vec<(String,)> = read.all(sql, args![row.id]).await?;
                row.same.extend(all.into_iter().map(|(c,)| format!(" {c}")));
            }
            out.push((*title, row));
        }
    }
    Ok(out)
}

/// Those who gain sight by the merge, by name.
pub async fn gains(read: &mut Read, (stays, lost): (&str, &str)) -> Result<Vec<Viewer>> {
    let all = given(read, (stays, lost)).await?;
    let mut out: BTreeMap<String, Viewer> = BTreeMap::new();
    for (title, row) in &all {
        let twin = |o: &Row| o.client_id != row.client_id && equal(o, row);
        if all.iter().any(|(_, o)| twin(o)) {
            continue;
        }
        let viewer = out.entry(row.viewer.clone()).or_insert_with(|| Viewer {
            id: row.viewer.clone(),
            name: row.name.clone(),
            by: BTreeSet::new(),
            stays: row.client_id == stays,
            rows: vec![],
        });
        viewer.by.insert(title);
        viewer.rows.push(row.clone());
    }
    Ok(out.into_values().collect())
}

fn equal(a: &Row, b: &Row) -> bool {
    a.table_name == b.table_name && a.viewer == b.viewer && a.same == b.same
}

/// Ends what only one record gave, except for those `kept`; of what both gave one row is enough.
pub async fn settle(tx: &mut Tx, people: (&str, &str), kept: &[String]) -> Result<()> {
    let twice = given(tx, people).await?;
    for viewer in gains(tx, people).await? {
        for row in &viewer.rows {
            if !kept.contains(&viewer.id) {
                end(tx, row).await?;
            }
        }
    }
    for (_, row) in &twice {
        let twin = |o: &Row| o.client_id == people.0 && row.client_id == people.1 && equal(o, row);
        let listed = tables::find(&row.table_name).filter(|t| t.merge == Merging::Sight);
        if let (true, Some(listed)) = (twice.iter().any(|(_, o)| twin(o)), listed) {
            void(tx, listed, &row.id).await?;
        }
    }
    Ok(())
}

const ENDED: &str = "結合したとき、続けないことにしたため";

/// From today on; what began today never held.
async fn end(tx: &mut Tx, row: &Row) -> Result<()> {
    if row.table_name == "family_links" {
        custody::end(tx, &row.client_id, &row.id, ENDED).await?;
        return Ok(());
    }
    let (at, by, today) = (tx.actor.at, tx.actor.account_id.clone(), tx.actor.today());
    let table = &row.table_name;
    let sql = format!("update {table} set valid_until = $2 where id = $1 and valid_from < $2");
    if tx.exec(Sql::built(sql), args![row.id, today]).await? == 0 {
        let sql = format!(
            "update {table} set voided_at = $2, voided_by = $3, void_reason = $4 where id = $1"
        );
        tx.exec(Sql::built(sql), args![row.id, at, by, ENDED]).await?;
    }
    Ok(())
}
