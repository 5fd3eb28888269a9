//! A digest over all rows of a database.

use kakehashi::args;
use kakehashi::staff::sessions;
use kakehashi::store::{Read, Sql};

/// Change by themselves when somebody only looks.
const LEFT_OUT: &[&str] =
    &["sessions", "drafts", "audit_events", "audit_heads", "_sqlx_migrations"];

pub async fn digest(read: &mut Read) -> String {
    let mut text = String::new();
    for (table, columns) in tables(read).await {
        if LEFT_OUT.contains(&table.as_str()) {
            continue;
        }
        let row: Vec<_> =
            columns.iter().map(|c| format!("coalesce(cast(\"{c}\" as text), '∅')")).collect();
        let sql = format!("select {} from \"{table}\"", row.join(" || '␟' || "));
        let mut rows: Vec<(String,)> = read.all(Sql::built(sql), args![]).await.unwrap();
        rows.sort();
        text.push_str(&table);
        rows.iter().for_each(|(r,)| text.extend(["␞", r.as_str()]));
    }
    sessions::digest(&text)
}

/// Every table with its columns, in the order of their names.
pub async fn tables(read: &mut Read) -> Vec<(String, Vec<String>)> {
    let columns: Vec<(String, String)> =
        read.all(Sql::built(columns_sql(read)), args![]).await.unwrap();
    let mut out: Vec<(String, Vec<String>)> = vec![];
    for (table, column) in columns {
        match out.last_mut() {
            Some((t, of)) if *t == table => of.push(column),
            _ => out.push((table, vec![column])),
        }
    }
    out
}

fn columns_sql(read: &Read) -> &'static str {
    if read.is_postgres() {
        "select table_name::text, column_name::text from information_schema.columns
         where table_schema = 'public' order by 1, 2"
    } else {
        "select m.name, c.name from sqlite_master m join pragma_table_info(m.name) c
         where m.type = 'table' and m.name not like 'sqlite_%' order by 1, 2"
    }
}
