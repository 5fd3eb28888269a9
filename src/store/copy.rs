//! Every row of one database into another. Interrupted, it goes on when it is run again; a target
//! that holds anything else is refused.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use super::schema::{Table, schema};
use super::{Arg, Cells, Db, Error, Read, Result, Sql, Tx, words};
use crate::access::Actor;
use crate::args;

/// 表ごとの結果: rows, and a digest over all of them in the order of the key.
#[derive(Clone, Debug, PartialEq)]
pub struct Content {
    pub table: String,
    pub rows: u64,
    pub digest: String,
}

/// So many rows are read and written at a time; fewer of wide tables.
const PAGE: usize = 500;
const VALUES: usize = 20_000;

/// Not part of what is moved: where the rows came from, and what triggers make of them.
const OWN: &[&str] = &["copied_from", "client_lines"];

/// Copies what the target lacks. `told` hears table and rows, and may stop the work by `false`.
pub async fn copy(
    from: &Db,
    to: &Db,
    actor: &Actor,
    mut told: impl FnMut(&str, u64) -> bool,
) -> Result<()> {
    let source = source(&mut from.read(actor).await?).await?;
    claim(to, actor, &source).await?;
    for table in tables(&mut from.read(actor).await?).await? {
        let mut done = 0;
        let mut after = None;
        loop {
            let rows = page(&mut from.read(actor).await?, &table, after.as_ref()).await?;
            after = rows.last().map(|r| key(&table, r));
            let last =
                table.key.is_empty() || refers_to_itself(&table) || rows.len() < size(&table);
            put(to, actor, &table, &ordered(&table, rows)?, &mut done).await?;
            if !told(&table.name, done) {
                return Err(Error::Lost(
                    "引っ越しを途中で止めました。もう一度実行すると続きから進みます".into(),
                ));
            }
            if last {
                break;
            }
        }
    }
    Ok(())
}

/// Says in the target that everything is there.
pub async fn finish(to: &Db, actor: &Actor) -> Result<()> {
    let mut tx = to.write(actor).await?;
    tx.exec("update copied_from set finished_at = $1 where finished_at is null", args![actor.at])
        .await?;
    tx.commit_copied().await
}

/// What every table holds.
pub async fn contents(db: &Db, actor: &Actor) -> Result<Vec<Content>> {
    let mut read = db.read(actor).await?;
    let mut out = vec![];
    for mut table in tables(&mut read).await? {
        // Read in pages by the key even where rows name each other.
        table.references.clear();
        let (mut sha, mut rows, mut after) = (Sha256::new(), 0, None);
        loop {
            let page = page(&mut read, &table, after.as_ref()).await?;
            page.iter().for_each(|r| sha.update(format!("{:?}\n", r.0)));
            rows += page.len() as u64;
            after = page.last().map(|r| key(&table, r));
            if table.key.is_empty() || page.len() < size(&table) {
                break;
            }
        }
        let digest = hex(&sha.finalize());
        out.push(Content { table: table.name, rows, digest });
    }
    out.sort_by(|a, b| a.table.cmp(&b.table));
    Ok(out)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

async fn tables(read: &mut Read) -> Result<Vec<Table>> {
    let mut all = schema(read).await?;
    all.retain(|t| !OWN.contains(&t.name.as_str()));
    for table in &mut all {
        // Both databases name their columns in the order they were added; the text is the same.
        table.columns.sort_by(|a, b| a.name.cmp(&b.name));
    }
    Ok(all)
}

/// Changes when anything was done in the source since.
async fn source(read: &mut Read) -> Result<String> {
    let mut sha = Sha256::new();
    for table in tables(read).await? {
        let sql = format!("select count(*) from {}", table.name);
        let (n,): (i64,) = read.one(Sql::built(sql), args![]).await?;
        sha.update(format!("{} {n}\n", table.name));
    }
    let heads: Vec<(String, String)> =
        read.all("select writer_id, hash from audit_heads order by writer_id", args![]).await?;
    sha.update(format!("{heads:?}"));
    Ok(hex(&sha.finalize()))
}

/// An empty target is taken; one that was begun from the same source is taken up again.
async fn claim(to: &Db, actor: &Actor, source: &str) -> Result<()> {
    let mut tx = to.write(actor).await?;
    let begun: Vec<(String,)> = tx.all("select source from copied_from", args![]).await?;
    if !begun.is_empty() {
        if begun.iter().any(|(s,)| s == source) {
            return Ok(());
        }
        return Err(Error::Lost(
            "移し先には、別のデータベースか、その後に変わったデータベースから移した記録があります。\
             何も書いていません。空のデータベースを指定してください"
                .into(),
        ));
    }
    let (there,): (i64,) = tx
        .one(
            "select (select count(*) from accounts) + (select count(*) from controllers)
               + (select count(*) from clients) + (select count(*) from audit_events)",
            args![],
        )
        .await?;
    if there > 0 {
        return Err(Error::Lost(
            "移し先にはすでに別の記録があります。何も書いていません。空のデータベースを指定してください"
                .into(),
        ));
    }
    tx.exec(
        "insert into copied_from (id, source, started_at) values ('1', $1, $2)",
        args![source, actor.at],
    )
    .await?;
    tx.commit_copied().await
}

fn size(table: &Table) -> usize {
    PAGE.min(VALUES / table.columns.len().max(1))
}

fn refers_to_itself(table: &Table) -> bool {
    table.references.iter().any(|(_, to)| *to == table.name)
}

fn key(table: &Table, row: &Cells) -> Vec<Arg<'static>> {
    let at = |k: &String| table.columns.iter().position(|c| c.name == *k);
    table.key.iter().filter_map(at).filter_map(|at| row.0.get(at).cloned()).collect()
}

/// The rows after a key; all of them where rows name others of the same table.
async fn page(
    read: &mut Read,
    table: &Table,
    after: Option<&Vec<Arg<'static>>>,
) -> Result<Vec<Cells>> {
    let columns: Vec<_> = table.key.iter().map(|k| format!("\"{k}\"")).collect();
    let mut sql = format!("select {} from {}", table.list(), table.name);
    if let Some(after) = after {
        let places: Vec<_> = (1..=after.len()).map(|n| format!("${n}")).collect();
        sql.push_str(&format!(" where ({}) > ({})", columns.join(", "), places.join(", ")));
    }
    if !columns.is_empty() {
        sql.push_str(&format!(" order by {}", columns.join(", ")));
        if !refers_to_itself(table) {
            sql.push_str(&format!(" limit {}", size(table)));
        }
    }
    let rows: Vec<Cells> =
        read.all(Sql::built(sql), after.map_or(&[][..], |a| a.as_slice())).await?;
    Ok(rows.into_iter().map(|r| r.typed(table)).collect())
}

/// A row after those it names.
fn ordered(table: &Table, rows: Vec<Cells>) -> Result<Vec<Cells>> {
    let own: Vec<_> = table.references.iter().filter(|(_, to)| *to == table.name).collect();
    if own.is_empty() {
        return Ok(rows);
    }
    let (mut placed, mut out, mut left) = (BTreeSet::new(), vec![], rows);
    while !left.is_empty() {
        let free = |r: &Cells, placed: &BTreeSet<String>| {
            own.iter().all(|(c, _)| {
                let named = r.text(table, c);
                named.is_empty() || placed.contains(&named)
            })
        };
        let (now, later): (Vec<_>, Vec<_>) = left.into_iter().partition(|r| free(r, &placed));
        if now.is_empty() {
            return Err(Error::Lost(format!("{}: 互いを指す行があります", table.name)));
        }
        placed.extend(now.iter().filter_map(|r| key(table, r).first().map(words)));
        out.extend(now);
        left = later;
    }
    Ok(out)
}

async fn put(to: &Db, actor: &Actor, table: &Table, rows: &[Cells], done: &mut u64) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut tx = to.write(actor).await?;
    if table.key.is_empty() {
        tx.exec(Sql::built(format!("delete from {}", table.name)), args![]).await?;
    }
    for some in rows.chunks(size(table)) {
        insert(&mut tx, table, some).await?;
        *done += some.len() as u64;
    }
    tx.commit_copied().await
}

async fn insert(tx: &mut Tx, table: &Table, rows: &[Cells]) -> Result<()> {
    let wide = table.columns.len();
    let places = |n: usize| {
        let of: Vec<_> = (1..=wide).map(|c| format!("${}", n * wide + c)).collect();
        format!("({})", of.join(", "))
    };
    let places: Vec<_> = (0..rows.len()).map(places).collect();
    let sql = format!(
        "insert into {} ({}) values {} on conflict do nothing",
        table.name,
        table.list(),
        places.join(", ")
    );
    let values: Vec<Arg> = rows.iter().flat_map(|r| r.0.iter().cloned()).collect();
    tx.exec(Sql::built(sql), &values).await?;
    Ok(())
}
