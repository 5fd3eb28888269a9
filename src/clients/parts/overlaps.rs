//! Looks for two rows of a single part that are true on the same day: pages never write them.

use crate::args;
use crate::store::{Read, Sql};
use crate::web::Result;

/// Facts of which a person has one at a time, beside the single parts.
const OTHERS: &[(&str, &str)] = &[("care_scores", ""), ("assignments", " and a.kind = 'main'")];

/// One line an overlap: the table and the two rows, never what they say.
pub async fn overlaps(read: &mut Read) -> Result<Vec<String>> {
    let parts = super::all().iter().filter(|p| p.single).map(|p| (p.table, ""));
    let mut out = vec![];
    for (table, only) in parts.chain(OTHERS.iter().copied()) {
        let sql = format!(
            "select a.id, b.id from {table} a join {table} b on b.client_id = a.client_id
               and a.id < b.id where a.voided_at is null and b.voided_at is null{only}{}
               and a.valid_from < coalesce(a.valid_until, '9999-12-31')
               and b.valid_from < coalesce(b.valid_until, '9999-12-31')
               and a.valid_from < coalesce(b.valid_until, '9999-12-31')
               and b.valid_from < coalesce(a.valid_until, '9999-12-31')
             order by 1, 2 limit 100",
            only.replace("a.", "b.")
        );
        let rows: Vec<(String, String)> = read.all(Sql::built(sql), args![]).await?;
        out.extend(
            rows.into_iter().map(|(a, b)| format!("{table}: {a} と {b} の期間が重なります")),
        );
    }
    Ok(out)
}
