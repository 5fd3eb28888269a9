//! Rows that name a row that is not there. PostgreSQL never lets one in; SQLite keeps none as long
//! as every program that wrote the file had foreign keys on.

use super::{Conn, Read, Result};
use crate::args;

/// One line a broken reference: table, row, the table it names.
pub async fn broken_references(read: &mut Read) -> Result<Vec<String>> {
    if matches!(read.conn, Conn::Pg(_)) {
        return Ok(vec![]);
    }
    let rows: Vec<(String, Option<i64>, String)> =
        read.all("select \"table\", rowid, parent from pragma_foreign_key_check", args![]).await?;
    let line = |(table, row, parent): (String, Option<i64>, String)| {
        format!("{table} {}: {parent} に参照先がありません", row.unwrap_or_default())
    };
    Ok(rows.into_iter().map(line).collect())
}
