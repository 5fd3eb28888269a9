//! From a number to the list of its records.

use super::ask::Ask;
use super::figures::Figures;
use super::front::List;
use super::table::{Column, Row, Value};
use crate::access::escape;

/// The list behind a cell; `None` where it could not show exactly what the cell counts.
pub fn link(list: &List, f: &Figures, row: &Row, column: &Column, value: Value) -> Option<String> {
    value.units().filter(|n| *n > 0)?;
    if column.measure != 0 {
        return None;
    }
    let lines = f.table.row_ids.iter().zip(&row.keys);
    let mut wanted: Vec<(&String, &String)> =
        lines.chain(f.table.column_ids.iter().zip(&column.keys)).collect();
    let mut out: Vec<(String, String)> = vec![];
    for (name, dimension) in &list.query {
        if let Some(at) = wanted.iter().position(|(id, _)| *id == dimension) {
            let (_, key) = wanted.remove(at);
            out.push((name.clone(), key.clone()));
        }
    }
    if !wanted.is_empty() || out.iter().any(|(_, key)| key.is_empty()) {
        return None;
    }
    out.extend(list.always.iter().map(|(name, value)| (name.clone(), value.clone())));
    let ask: Ask = if column.period == 0 { f.ask } else { f.last? };
    if let Some([from, until]) = &list.period {
        out.push((from.clone(), ask.from.to_string()));
        out.push((until.clone(), ask.last_day().to_string()));
    }
    let query: Vec<String> =
        out.iter().map(|(name, value)| format!("{name}={}", escape(value))).collect();
    Some(format!("{}?{}", list.path, query.join("&")))
}
