//! From a number to the list of its records.

use civil::{Date, FiscalYear};

use super::ask::Ask;
use super::figures::Figures;
use super::front::{Calendar, Dimension, Front, List};
use super::table::{Column, Row, Value};
use crate::access::escape;

/// The list behind a cell; `None` where it could not show exactly what the cell counts.
pub fn link(
    front: &Front,
    f: &Figures,
    row: &Row,
    column: &Column,
    value: Value,
) -> Option<String> {
    value.units().filter(|n| *n > 0)?;
    let list = front.list.as_ref().filter(|_| column.measure == 0)?;
    let ask: Ask = if column.period == 0 { f.ask } else { f.last? };
    let (mut from, mut until) = (ask.from, ask.until);
    let mut out: Vec<(&str, String)> = vec![];
    let rows = front.rows.iter().zip(&row.keys);
    for (d, key) in rows.chain(front.columns.iter().zip(&column.keys)) {
        if let Some(by) = d.calendar {
            let (a, b) = days(by, key, ask)?;
            (from, until) = (from.max(a), until.min(b));
        } else {
            out.extend(question(list, d, key)?);
        }
    }
    if let Some([first, end]) = &list.period {
        let last = Ask { until, ..ask }.last_day();
        out.extend([(first.as_str(), from.to_string()), (end.as_str(), last.to_string())]);
    } else if (from, until) != (ask.from, ask.until) {
        return None;
    }
    out.extend(list.known_at.iter().map(|name| (name.as_str(), ask.known_at.to_string())));
    let query: Vec<String> =
        out.iter().map(|(name, value)| format!("{name}={}", escape(value))).collect();
    Some(format!("{}?{}", list.path, query.join("&")))
}

/// What the list is asked so that it shows one value of a dimension; `None` if it cannot be.
fn question<'a>(list: &'a List, d: &Dimension, key: &str) -> Option<Vec<(&'a str, String)>> {
    let named =
        |name: String| list.query.iter().find(|(_, v)| **v == name).map(|(k, _)| k.as_str());
    if key.is_empty() {
        return None;
    }
    if let Some(name) = named(d.column.clone()) {
        return Some(vec![(name, key.to_owned())]);
    }
    let band = d.bands.iter().find(|b| b.from.to_string() == key)?;
    let mut out = vec![(named(format!("{}.from", d.column))?, key.to_owned())];
    if let Some(until) = band.until {
        out.push((named(format!("{}.until", d.column))?, until.to_string()));
    }
    Some(out)
}

/// The days of a month or quarter; only of a span inside one fiscal year it is clear which.
fn days(by: Calendar, key: &str, ask: Ask) -> Option<(Date, Date)> {
    let year = FiscalYear::of(ask.from);
    if ask.until > year.range().end {
        return None;
    }
    let range = match by {
        Calendar::Month => {
            let mut months = year.months().into_iter();
            months.find(|m| format!("{:02}", m.start.month()) == key)?
        }
        Calendar::Quarter => {
            year.quarters().into_iter().find(|q| q.number().to_string() == key)?.range()
        }
    };
    Some((range.start, range.end))
}
