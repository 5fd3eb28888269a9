//! 取り込みの記録: what is kept of a file between the dry run and the save, and who may open it.

use super::cells::{Row, Summary};
use crate::access::{Actor, Reach};
use crate::args;
use crate::store::{FromRow, Read, Tx};
use crate::web::{Error, Result};

/// 取り込み.
#[derive(Clone, Debug, FromRow)]
pub struct Batch {
    pub id: String,
    pub layout: String,
    pub file_name: String,
    pub state: String,
    pub summary: String,
    pub created_at: String,
    pub creator: String,
    pub saved_at: Option<String>,
    pub undone_at: Option<String>,
}

/// Rows are read in pieces: a file may have many thousands.
pub const PIECE: i64 = 500;

macro_rules! batches {
    ($rest:literal) => {
        concat!(
            "select b.id, b.layout, b.file_name, b.state, b.summary, b.created_at,
               a.name as creator, b.saved_at, b.undone_at
             from import_batches b join accounts a on a.id = b.created_by
             where b.controller_id = $1
               and ($2 = 'controller' or (b.reach = $2 and b.organisation_id = $3)) ",
            $rest
        )
    };
}

/// The newest first. Those with a wider sight see the narrower ones' files, never the other way.
pub async fn list(read: &mut Read) -> Result<Vec<Batch>> {
    let a = read.actor.clone();
    let sql = batches!("order by b.created_at desc, b.id desc limit 50");
    Ok(read.all(sql, args![a.controller_id, reach(&a)?, a.organisation_id]).await?)
}

/// For programs: at most `limit` behind a key, the newest first.
pub async fn page_of(
    read: &mut Read,
    after: Option<(String, String)>,
    limit: i64,
) -> Result<Vec<Batch>> {
    let (a, (at, id)) = (read.actor.clone(), after.unwrap_or(("9999".into(), String::new())));
    let sql = batches!(
        "and (b.created_at < $4 or (b.created_at = $4 and b.id < $5)) \
         order by b.created_at desc, b.id desc limit cast($6 as bigint)"
    );
    let reach = reach(&a)?;
    Ok(read.all(sql, args![a.controller_id, reach, a.organisation_id, at, id, limit]).await?)
}

/// How many there are, counted up to `most`.
pub async fn count_to(read: &mut Read, most: i64) -> Result<i64> {
    let a = read.actor.clone();
    let (n,): (i64,) = read
        .one(
            concat!("select count(*) from (", batches!("limit cast($4 as bigint)"), ") as found"),
            args![a.controller_id, reach(&a)?, a.organisation_id, most],
        )
        .await?;
    Ok(n)
}

pub async fn see(read: &mut Read, id: &str) -> Result<Batch> {
    let a = read.actor.clone();
    let sql = batches!("and b.id = $4");
    let batch = read.maybe(sql, args![a.controller_id, reach(&a)?, a.organisation_id, id]).await?;
    batch.ok_or(Error::NotFound)
}

fn reach(actor: &Actor) -> Result<&'static str> {
    match actor.role.reach() {
        reach @ (Reach::Controller | Reach::Team) => Ok(reach.code()),
        _ => Err(Error::NotFound),
    }
}

/// A file of the same content that was saved and not undone.
pub async fn saved_before(read: &mut Read, digest: &str) -> Result<Option<String>> {
    let controller = read.actor.controller_id.clone();
    let row: Option<(String,)> = read
        .maybe(
            "select saved_at from import_batches
             where controller_id = $1 and file_digest = $2 and state = 'saved'
             order by saved_at desc limit 1",
            args![controller, digest],
        )
        .await?;
    Ok(row.map(|r| r.0))
}

pub async fn create(tx: &mut Tx, id: &str, layout: &str, name: &str, digest: &str) -> Result<()> {
    let a = tx.actor.clone();
    tx.exec(
        "insert into import_batches (id, controller_id, organisation_id, reach, layout, file_name,
           file_digest, state, created_at, created_by)
         values ($1, $2, $3, $4, $5, $6, $7, 'checking', $8, $9)",
        args![
            id,
            a.controller_id,
            a.organisation_id,
            a.role.reach().code(),
            layout,
            name,
            digest,
            a.at,
            a.account_id
        ],
    )
    .await?;
    Ok(())
}

pub async fn set(tx: &mut Tx, id: &str, state: &str, summary: &Summary) -> Result<()> {
    let sql = "update import_batches set state = $2, summary = $3 where id = $1";
    tx.exec(sql, args![id, state, summary.json()]).await?;
    Ok(())
}

pub async fn add_row(tx: &mut Tx, id: &str, position: i64, row: &Row) -> Result<()> {
    tx.exec(
        "insert into import_rows (batch_id, position, sheet, row_number, cells, problems)
         values ($1, $2, $3, $4, $5, $6)",
        args![id, position, row.sheet, row.number, row.cells_json(), row.problems_json()],
    )
    .await?;
    Ok(())
}

pub async fn change_row(tx: &mut Tx, id: &str, position: i64, row: &Row) -> Result<()> {
    tx.exec(
        "update import_rows set cells = $3, problems = $4 where batch_id = $1 and position = $2",
        args![id, position, row.cells_json(), row.problems_json()],
    )
    .await?;
    Ok(())
}

/// Rows behind `after`, at most [`PIECE`]; only those with problems where `bad` is asked.
pub async fn rows(read: &mut Read, id: &str, after: i64, bad: bool) -> Result<Vec<(i64, Row)>> {
    let rows: Vec<(i64, String, i64, String, String)> = read
        .all(
            "select position, sheet, row_number, cells, problems from import_rows
             where batch_id = $1 and position > $2 and ($3 = 0 or problems <> '')
             order by position limit cast($4 as bigint)",
            args![id, after, bad, PIECE],
        )
        .await?;
    let row = |(at, sheet, number, cells, problems): (i64, String, i64, String, String)| {
        (at, Row::read(sheet, number, &cells, &problems))
    };
    Ok(rows.into_iter().map(row).collect())
}

/// What the file said about people is not kept longer than it is needed.
pub async fn forget(tx: &mut Tx, id: &str) -> Result<()> {
    tx.exec("update import_rows set cells = '', problems = '' where batch_id = $1", args![id])
        .await?;
    Ok(())
}

/// The dry run broke off. A batch that was already checked stays.
pub async fn fail(tx: &mut Tx, id: &str) -> Result<()> {
    let broken_off = tx
        .exec(
            "update import_batches set state = 'failed' where id = $1 and state = 'checking'",
            args![id],
        )
        .await?;
    if broken_off > 0 {
        forget(tx, id).await?;
    }
    Ok(())
}
