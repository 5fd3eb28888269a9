//! What a merge changed, row by row, so that it can be taken back: the rows about both people
//! before and after are compared, whatever changed them.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::args;
use crate::records::tables::{self, Listed, Merging};
use crate::store::schema::{Holds, Table, schema};
use crate::store::{Arg, Cells, Read, Sql, Tx};
use crate::web::{Error, Result};

/// 二人についての行. Of every table a merge can change, by key.
pub struct Shot(Vec<(Table, BTreeMap<String, Cells>)>);

/// 変わった行. `was` and `became` hold the columns that differ; `None` where there was no row.
pub struct Change {
    pub table: String,
    pub key: String,
    pub was: Option<Map<String, Value>>,
    pub became: Option<Map<String, Value>>,
}

/// The tables a merge can change, with the columns that name a person. What hangs on a row of
/// another table follows it by itself.
pub async fn tables(read: &mut Read) -> Result<Vec<(&'static Listed, Table, Vec<String>)>> {
    let mut out = vec![];
    for table in schema(read).await? {
        let Some(listed) = tables::find(&table.name) else { continue };
        let own = listed.name == "clients";
        let kept = matches!(listed.merge, Merging::Stay | Merging::Rebuild) && !own;
        if kept || listed.parent.is_some() {
            continue;
        }
        let named = table.references.iter().filter(|(_, to)| to == "clients");
        let mut columns: Vec<String> = named.map(|(column, _)| column.clone()).collect();
        if !columns.contains(&listed.by) {
            columns.push(listed.by.clone());
        }
        out.push((listed, table, columns));
    }
    Ok(out)
}

pub async fn shot(read: &mut Read, (a, b): (&str, &str)) -> Result<Shot> {
    let mut out = vec![];
    for (_, table, columns) in tables(read).await? {
        let about: Vec<_> = columns.iter().map(|c| format!("x.\"{c}\" in ($1, $2)")).collect();
        let sql =
            format!("select {} from {} x where {}", table.list(), table.name, about.join(" or "));
        let rows: Vec<Cells> = read.all(Sql::built(sql), args![a, b]).await?;
        let rows = rows.into_iter().map(|r| r.typed(&table));
        let rows = rows.map(|r| (key(&table, &r), r)).collect();
        out.push((table, rows));
    }
    Ok(Shot(out))
}

fn key(table: &Table, row: &Cells) -> String {
    let of = |k: &String| Value::String(row.text(table, k));
    Value::Array(table.key.iter().map(of).collect()).to_string()
}

impl Shot {
    pub fn changes(&self, after: &Self) -> Vec<Change> {
        let mut out = vec![];
        for ((table, was), (_, became)) in self.0.iter().zip(&after.0) {
            for (key, row) in was {
                out.extend(change(table, key, Some(row), became.get(key)));
            }
            for (key, row) in became.iter().filter(|(key, _)| !was.contains_key(*key)) {
                out.extend(change(table, key, None, Some(row)));
            }
        }
        out
    }
}

fn change(table: &Table, key: &str, was: Option<&Cells>, became: Option<&Cells>) -> Option<Change> {
    let differs = |at: usize| match (was, became) {
        (Some(was), Some(became)) => was.0.get(at) != became.0.get(at),
        _ => true,
    };
    let part = |row: &Cells| {
        let columns = table.columns.iter().zip(&row.0).enumerate();
        let columns = columns.filter(|(at, _)| differs(*at));
        columns.map(|(_, (c, value))| (c.name.clone(), json(value))).collect::<Map<_, _>>()
    };
    let (was, became) = (was.map(part), became.map(part));
    let same = was.as_ref().is_some_and(Map::is_empty) && became.is_some();
    (!same).then(|| Change { table: table.name.clone(), key: key.to_owned(), was, became })
}

fn json(value: &Arg<'_>) -> Value {
    match value {
        Arg::Text(t) => t.as_deref().map_or(Value::Null, Value::from),
        Arg::Int(n) => n.map_or(Value::Null, Value::from),
        Arg::Real(x) => x.map_or(Value::Null, Value::from),
    }
}

fn arg(value: Option<&Value>, holds: Holds) -> Arg<'static> {
    match holds {
        Holds::Text => Arg::Text(value.and_then(Value::as_str).map(|s| s.to_owned().into())),
        Holds::Int => Arg::Int(value.and_then(Value::as_i64)),
        Holds::Real => Arg::Real(value.and_then(Value::as_f64)),
    }
}

pub async fn keep(tx: &mut Tx, merge: &str, changes: &[Change]) -> Result<()> {
    let text = |m: &Option<Map<String, Value>>| match m {
        Some(m) => Value::Object(m.clone()).to_string(),
        None => String::new(),
    };
    for (position, c) in (1_i64..).zip(changes) {
        tx.exec(
            "insert into merge_changes (merge_id, position, table_name, row_key, was, became)
             values ($1, $2, $3, $4, $5, $6)",
            args![merge, position, c.table, c.key, text(&c.was), text(&c.became)],
        )
        .await?;
    }
    Ok(())
}

/// What a merge changed, the last first.
pub async fn read(read: &mut Read, merge: &str) -> Result<Vec<Change>> {
    let rows: Vec<(String, String, String, String)> = read
        .all(
            "select table_name, row_key, was, became from merge_changes where merge_id = $1
             order by position desc",
            args![merge],
        )
        .await?;
    let map = |text: &str| serde_json::from_str::<Map<String, Value>>(text).ok();
    let change = |(table, key, was, became): (String, String, String, String)| Change {
        was: map(&was),
        became: map(&became),
        table,
        key,
    };
    Ok(rows.into_iter().map(change).collect())
}

/// Puts one row back as it was. `false`: it has been changed since in what the merge had changed,
/// and stays as it is.
pub async fn restore(tx: &mut Tx, table: &Table, c: &Change) -> Result<bool> {
    let key: Vec<String> = serde_json::from_str(&c.key).map_err(|_| Error::NotFound)?;
    let now = current(tx, table, &key).await?;
    let as_left = match (&c.became, &now) {
        (Some(became), Some(now)) => became.iter().all(|(column, value)| {
            let at = table.columns.iter().position(|of| of.name == *column);
            at.and_then(|at| now.0.get(at)).is_some_and(|v| json(v) == *value)
        }),
        (None, None) => true,
        _ => false,
    };
    if !as_left {
        return Ok(false);
    }
    let (sql, values) = match (&c.was, &c.became) {
        (Some(was), Some(_)) => update(table, was, &key),
        (Some(was), None) => insert(table, was),
        (None, _) => (format!("delete from {} where {}", table.name, named(table, 1)), texts(&key)),
    };
    tx.exec(Sql::built(sql), &values).await?;
    Ok(true)
}

async fn current(tx: &mut Tx, table: &Table, key: &[String]) -> Result<Option<Cells>> {
    let sql = format!("select {} from {} where {}", table.list(), table.name, named(table, 1));
    Ok(tx.maybe::<Cells>(Sql::built(sql), &texts(key)).await?.map(|row| row.typed(table)))
}

/// The condition that names one row; all keys are texts here.
fn named(table: &Table, first: usize) -> String {
    let column = |(n, k): (usize, &String)| format!("\"{k}\" = ${n}");
    (first..).zip(&table.key).map(column).collect::<Vec<_>>().join(" and ")
}

fn texts(key: &[String]) -> Vec<Arg<'static>> {
    key.iter().map(|k| Arg::Text(Some(k.clone().into()))).collect()
}

fn update(table: &Table, was: &Map<String, Value>, key: &[String]) -> (String, Vec<Arg<'static>>) {
    let columns: Vec<_> = table.columns.iter().filter(|c| was.contains_key(&c.name)).collect();
    let set = |(n, c): (usize, &&crate::store::schema::Column)| format!("\"{}\" = ${n}", c.name);
    let set: Vec<_> = (1..).zip(&columns).map(set).collect();
    let mut values: Vec<_> = columns.iter().map(|c| arg(was.get(&c.name), c.holds)).collect();
    values.extend(texts(key));
    let named = named(table, columns.len() + 1);
    (format!("update {} set {} where {named}", table.name, set.join(", ")), values)
}

fn insert(table: &Table, was: &Map<String, Value>) -> (String, Vec<Arg<'static>>) {
    let places: Vec<_> = (1..=table.columns.len()).map(|n| format!("${n}")).collect();
    let values = table.columns.iter().map(|c| arg(was.get(&c.name), c.holds)).collect();
    let (columns, places) = (table.list(), places.join(", "));
    (format!("insert into {} ({columns}) values ({places})", table.name), values)
}
