//! What tables there are: columns, keys and references, the same answer from both databases.

use std::collections::BTreeMap;

use super::{Read, Result};
use crate::args;

/// What a column holds; a missing value keeps its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    Text,
    Int,
    Real,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    pub name: String,
    pub holds: Holds,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    pub name: String,
    pub columns: Vec<Column>,
    pub key: Vec<String>,
    /// (column, table it names a row of)
    pub references: Vec<(String, String)>,
}

impl Table {
    pub fn names(&self) -> Vec<&str> {
        self.columns.iter().map(|c| c.name.as_str()).collect()
    }

    /// The columns as SQL writes them.
    pub fn list(&self) -> String {
        let quoted: Vec<_> = self.columns.iter().map(|c| format!("\"{}\"", c.name)).collect();
        quoted.join(", ")
    }

    /// The tables whose rows must be there before this table's.
    pub fn needs(&self) -> impl Iterator<Item = &str> {
        self.references.iter().map(|(_, to)| to.as_str()).filter(|to| *to != self.name)
    }
}

/// Every table of the program; a table comes after those it refers to.
pub async fn schema(read: &mut Read) -> Result<Vec<Table>> {
    let [columns, keys, references] = if read.is_postgres() { POSTGRES } else { SQLITE };
    let columns: Vec<(String, String, String)> = read.all(columns, args![]).await?;
    let keys: Vec<(String, String)> = read.all(keys, args![]).await?;
    let references: Vec<(String, String, String)> = read.all(references, args![]).await?;
    let mut all: BTreeMap<String, Table> = BTreeMap::new();
    for (table, name, kind) in columns {
        let holds = match kind.to_lowercase().as_str() {
            "bigint" | "integer" => Holds::Int,
            k if k.starts_with("double") || k == "real" => Holds::Real,
            _ => Holds::Text,
        };
        let of =
            all.entry(table.clone()).or_insert_with(|| Table { name: table, ..Table::default() });
        of.columns.push(Column { name, holds });
    }
    for (table, column) in keys {
        if let Some(t) = all.get_mut(&table) {
            t.key.push(column);
        }
    }
    for (table, column, to) in references {
        if let Some(t) = all.get_mut(&table) {
            t.references.push((column, to));
        }
    }
    Ok(in_order(all))
}

fn in_order(mut left: BTreeMap<String, Table>) -> Vec<Table> {
    let mut out: Vec<Table> = vec![];
    while !left.is_empty() {
        let free = |t: &Table| t.needs().all(|to| !left.contains_key(to));
        let next: Vec<String> = left.values().filter(|t| free(t)).map(|t| t.name.clone()).collect();
        // A circle of references: the rest in the order of names.
        let next = if next.is_empty() { left.keys().cloned().collect() } else { next };
        out.extend(next.iter().filter_map(|name| left.remove(name)));
    }
    out
}

const SQLITE: [&str; 3] = [
    "select m.name, c.name, c.type from sqlite_master m join pragma_table_info(m.name) c
     where m.type = 'table' and m.name not like 'sqlite_%' and m.name <> '_sqlx_migrations'
     order by m.name, c.cid",
    // Rows that lie together by person (`keyed`) have their id for a key all the same.
    "select m.name, c.name from sqlite_master m join pragma_table_info(m.name) c
     where m.type = 'table' and m.name not like 'sqlite_%' and c.pk > 0 and (c.name = 'id'
       or not exists (select 1 from pragma_table_info(m.name) i where i.name = 'id' and i.pk > 0))
     order by m.name, c.pk",
    "select m.name, f.\"from\", f.\"table\" from sqlite_master m
       join pragma_foreign_key_list(m.name) f
     where m.type = 'table' and m.name not like 'sqlite_%' order by m.name, f.\"from\"",
];

const POSTGRES: [&str; 3] = [
    "select table_name::text, column_name::text, data_type::text from information_schema.columns
     where table_schema = 'public' and table_name <> '_sqlx_migrations'
     order by table_name::text, ordinal_position",
    "select c.relname::text, a.attname::text from pg_constraint k
       join pg_class c on c.oid = k.conrelid
       join pg_attribute a on a.attrelid = c.oid and a.attnum = any (k.conkey)
     where k.contype = 'p' and c.relnamespace = 'public'::regnamespace
     order by 1, array_position(k.conkey, a.attnum)",
    "select c.relname::text, a.attname::text, p.relname::text from pg_constraint k
       join pg_class c on c.oid = k.conrelid join pg_class p on p.oid = k.confrelid
       join pg_attribute a on a.attrelid = c.oid and a.attnum = k.conkey[1]
     where k.contype = 'f' and c.relnamespace = 'public'::regnamespace order by 1, 2",
];
