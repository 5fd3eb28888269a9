//! Facts of which only one is true at a time: where both records have one on the same days.

use uuid::Uuid;

use crate::args;
use crate::records::tables::{self, Listed, Merging};
use crate::store::schema::{Table, schema};
use crate::store::{Cells, Read, Sql, Tx};
use crate::web::Result;

/// 期間. Days as the database keeps them; an open end is the last day there is.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    pub id: String,
    pub from: String,
    pub until: String,
}

const OPEN: &str = "9999-12-31";

impl Span {
    fn meets(&self, other: &Self) -> bool {
        self.from < other.until && other.from < self.until
    }

    /// What is left of it on the days that none of the others takes.
    fn left(&self, others: &[Self]) -> Vec<(String, String)> {
        let mut pieces = vec![(self.from.clone(), self.until.clone())];
        for o in others {
            let cut = |(from, until): (String, String)| {
                let before = (from.clone(), until.clone().min(o.from.clone()));
                let after = (from.max(o.until.clone()), until);
                [before, after].into_iter().filter(|(from, until)| from < until)
            };
            pieces = pieces.into_iter().flat_map(cut).collect();
        }
        pieces
    }
}

async fn spans(read: &mut Read, of: &Listed, person: &str) -> Result<Vec<Span>> {
    let only = of.only.as_ref().map(|only| format!(" and {only}")).unwrap_or_default();
    let sql = format!(
        "select id, valid_from, coalesce(valid_until, '{OPEN}') from {} where \"{}\" = $1
           and voided_at is null and valid_from < coalesce(valid_until, '{OPEN}'){only}
         order by valid_from, id",
        of.name, of.by
    );
    let rows: Vec<(String, String, String)> = read.all(Sql::built(sql), args![person]).await?;
    Ok(rows.into_iter().map(|(id, from, until)| Span { id, from, until }).collect())
}

/// Every table whose facts exclude each other.
pub fn alone() -> impl Iterator<Item = &'static Listed> {
    tables::all().iter().filter(|t| matches!(t.merge, Merging::Single | Merging::Once))
}

/// The tables in which the two say different things about the same days.
pub async fn contradictions(
    read: &mut Read,
    (stays, lost): (&str, &str),
) -> Result<Vec<&'static Listed>> {
    let schema = schema(read).await?;
    let mut out = vec![];
    for listed in alone() {
        let Some(table) = schema.iter().find(|t| t.name == listed.name) else { continue };
        let (a, b) = (spans(read, listed, stays).await?, spans(read, listed, lost).await?);
        for (a, b) in meetings(&a, &b) {
            if says(read, table, &a).await? != says(read, table, &b).await? {
                out.push(listed);
                break;
            }
        }
    }
    Ok(out)
}

/// The rows of both that share a day.
fn meetings(a: &[Span], b: &[Span]) -> Vec<(String, String)> {
    let pairs = a.iter().flat_map(|a| b.iter().map(move |b| (a, b)));
    pairs.filter(|(a, b)| a.meets(b)).map(|(a, b)| (a.id.clone(), b.id.clone())).collect()
}

/// What a row says, apart from when it was so and who wrote it.
async fn says(read: &mut Read, table: &Table, id: &str) -> Result<Option<Cells>> {
    const ABOUT: &[&str] = &["id", "client_id", "replaces_id", "reason", "considered"];
    let own = |c: &&str| {
        let dated = ["valid_", "recorded_", "ended_", "void"].iter().any(|p| c.starts_with(p));
        !dated && !ABOUT.contains(c)
    };
    let names: Vec<_> = table.names().into_iter().filter(own).collect();
    let sql = format!("select {} from {} where id = $1", names.join(", "), table.name);
    Ok(read.maybe(Sql::built(sql), args![id]).await?)
}

/// Makes room: what the one says stands, the other's holds on the days that are left over.
pub async fn settle(tx: &mut Tx, of: &Listed, stands: &str, gives_way: &str) -> Result<()> {
    let (stand, way) = (spans(tx, of, stands).await?, spans(tx, of, gives_way).await?);
    for row in &way {
        if !stand.iter().any(|s| s.meets(row)) {
            continue;
        }
        let left = if of.merge == Merging::Once { vec![] } else { row.left(&stand) };
        let first = left.first().filter(|(from, _)| *from == row.from);
        match first {
            Some((_, until)) => shorten(tx, of, &row.id, until).await?,
            None => void(tx, of, &row.id).await?,
        }
        for piece in left.iter().skip(usize::from(first.is_some())) {
            copy(tx, of, &row.id, piece).await?;
        }
    }
    Ok(())
}

/// Said of every row that a merge takes out of force.
pub const WHY: &str = "結合したとき、もう一方の記録を残したため";

pub async fn void(tx: &mut Tx, of: &Listed, id: &str) -> Result<()> {
    let (at, by) = (tx.actor.at, tx.actor.account_id.clone());
    let sql = format!(
        "update {} set voided_at = $2, voided_by = $3, void_reason = $4 where id = $1",
        of.name
    );
    tx.exec(Sql::built(sql), args![id, at, by, WHY]).await?;
    Ok(())
}

async fn columns(tx: &mut Tx, of: &Listed) -> Result<Vec<String>> {
    let table = schema(tx).await?.into_iter().find(|t| t.name == of.name);
    Ok(table.map(|t| t.columns.into_iter().map(|c| c.name).collect()).unwrap_or_default())
}

async fn shorten(tx: &mut Tx, of: &Listed, id: &str, until: &str) -> Result<()> {
    let (at, by) = (tx.actor.at, tx.actor.account_id.clone());
    if columns(tx, of).await?.iter().any(|c| c == "ended_at") {
        let sql = format!("update {} set ended_at = $2, ended_by = $3 where id = $1", of.name);
        tx.exec(Sql::built(sql), args![id, at, by]).await?;
    }
    let sql = format!("update {} set valid_until = $2 where id = $1", of.name);
    tx.exec(Sql::built(sql), args![id, until]).await?;
    Ok(())
}

/// The same row once more, for other days.
async fn copy(tx: &mut Tx, of: &Listed, id: &str, (from, until): &(String, String)) -> Result<()> {
    const OWN: &[&str] = &["id", "valid_from", "valid_until", "recorded_at", "recorded_by"];
    let all = columns(tx, of).await?;
    let replaces = all.iter().any(|c| c == "replaces_id");
    let same = all.iter().filter(|c| !OWN.contains(&c.as_str()) && *c != "replaces_id");
    let same = same.map(|c| format!("\"{c}\"")).collect::<Vec<_>>().join(", ");
    let (column, value) = if replaces { (", replaces_id", ", id") } else { ("", "") };
    let sql = format!(
        "insert into {0} (id, valid_from, valid_until, recorded_at, recorded_by{column}, {same})
         select $1, $2, $3, $4, $5{value}, {same} from {0} where id = $6",
        of.name
    );
    let (new, at, by) = (Uuid::now_v7().to_string(), tx.actor.at, tx.actor.account_id.clone());
    let until = (until != OPEN).then(|| until.clone());
    // A copy of a row that has just been voided is in force.
    tx.exec(Sql::built(sql), args![new, from, until, at, by, id]).await?;
    let sql = format!(
        "update {} set voided_at = null, voided_by = null, void_reason = null where id = $1",
        of.name
    );
    tx.exec(Sql::built(sql), args![new]).await?;
    Ok(())
}

/// The first table in which the person has two facts on the same day.
pub async fn doubled(read: &mut Read, person: &str) -> Result<Option<&'static Listed>> {
    for listed in alone() {
        let all = spans(read, listed, person).await?;
        if all.windows(2).any(|w| matches!(w, [a, b] if a.meets(b))) {
            return Ok(Some(listed));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_gives_way_holds_on_the_days_left_over() {
        let span = |from: &str, until: &str| Span {
            id: String::new(),
            from: from.into(),
            until: until.into(),
        };
        let left = |of: Span, others: &[Span]| of.left(others);
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        let open = span("2025-01-01", OPEN);
        let one = span("2026-01-01", "2026-02-01");
        assert_eq!(
            left(open.clone(), std::slice::from_ref(&one)),
            [pair("2025-01-01", "2026-01-01"), pair("2026-02-01", OPEN)]
        );
        assert_eq!(left(one, std::slice::from_ref(&open)), []);
        let apart = span("2024-01-01", "2025-01-01");
        assert!(!apart.meets(&open));
        assert_eq!(left(open.clone(), &[apart]), [pair("2025-01-01", OPEN)]);
    }
}
