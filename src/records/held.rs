//! What is held about a person: every row of every listed table, voided ones and history too.

use super::tables::{self, Listed};
use crate::access::visible;
use crate::args;
use crate::store::schema::{self, Table};
use crate::store::{Cells, Read, Sql};
use crate::web::Result;

/// 保有している記録. The rows of one table about one person, in the order of their keys.
#[derive(Clone, Debug)]
pub struct Held {
    pub listed: &'static Listed,
    pub table: Table,
    pub rows: Vec<Cells>,
}

/// Every listed table that has a row, in the order of the file. Who may not see the person gets
/// nothing; neither does anybody but the controller's staff: it is everything, whatever a consent
/// covers.
pub async fn held(read: &mut Read, client_id: &str) -> Result<Vec<Held>> {
    let schema = schema::schema(read).await?;
    let mut out = vec![];
    for listed in tables::all() {
        let Some(table) = schema.iter().find(|t| t.name == listed.name) else { continue };
        let rows = rows(read, listed, table, client_id).await?;
        if !rows.is_empty() {
            out.push(Held { listed, table: table.clone(), rows });
        }
    }
    Ok(out)
}

async fn rows(
    read: &mut Read,
    listed: &Listed,
    table: &Table,
    client_id: &str,
) -> Result<Vec<Cells>> {
    let key: Vec<_> = table.key.iter().map(|c| format!("x.\"{c}\"")).collect();
    let sql = format!(
        "select {} from {} x where {} and $1 = 'controller' and {}{} order by {}",
        table.list(),
        table.name,
        listed.about("$6"),
        visible("cast($6 as text)", "identity"),
        listed.beside_seen(),
        key.join(", ")
    );
    let rows: Vec<Cells> = read.see_all(Sql::built(sql), args![client_id]).await?;
    Ok(rows.into_iter().map(|r| r.typed(table)).collect())
}

/// The rows as one text, equal when and only when nothing differs.
pub fn export(held: &[Held]) -> String {
    let mut out = String::new();
    for h in held {
        for row in &h.rows {
            out.push_str(&format!("{} {:?}\n", h.table.name, row.0));
        }
    }
    out
}
