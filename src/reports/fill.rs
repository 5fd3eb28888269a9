//! From facts to a table: aggregates, totals, percentages, small cells.

use super::front::{Aggregate, Front, Measure, Method, PercentRule, Within};
use super::grid::{Entry, Grid};
use super::statement::Fact;
use super::suppress::{self, Shown};
use super::table::{Cell, Column, Row, Table, Value};

/// `periods`: words for the period asked and the one beside it, if any. `below`: the small-cell
/// limit for the reader.
pub fn table(front: &Front, grid: &Grid, periods: &[String], below: Option<i64>) -> Table {
    let spots = spots(front, grid, periods.len());
    let columns: Vec<Column> = spots.iter().map(|s| column(front, grid, periods, s)).collect();
    let lines = (0..grid.rows.len()).map(Some);
    let total = front.totals.below.iter().filter(|_| !grid.rows.is_empty()).map(|_| None);
    let mut rows: Vec<Row> = lines
        .chain(total)
        .map(|r| Row { cells: cells(front, grid, &spots, r), ..row(front, grid, r) })
        .collect();
    if let Some(rule) = &front.percent {
        percentages(front, rule, grid, &spots, &mut rows);
    }
    if let Some(limit) = below {
        for period in 0..periods.len() {
            hide(front, grid, &spots, period, limit, &mut rows);
        }
    }
    Table {
        row_names: front.rows.iter().map(|d| d.label.clone()).collect(),
        row_ids: front.rows.iter().map(|d| d.column.clone()).collect(),
        column_ids: front.columns.iter().map(|d| d.column.clone()).collect(),
        columns,
        rows,
    }
}

/// Where a column of the table stands: a combination of values (`None`: all), period, measure.
#[derive(Clone, Copy, PartialEq)]
struct Spot {
    column: Option<usize>,
    period: usize,
    measure: usize,
}

fn spots(front: &Front, grid: &Grid, periods: usize) -> Vec<Spot> {
    let right = front.totals.right.is_some() && !front.columns.is_empty();
    let columns = (0..grid.columns.len()).map(Some).chain(right.then_some(None));
    let measures = front.measures.len();
    columns
        .flat_map(|column| (0..periods).map(move |period| (column, period)))
        .flat_map(|(column, period)| {
            (0..measures).map(move |m| Spot { column, period, measure: m })
        })
        .collect()
}

fn column(front: &Front, grid: &Grid, periods: &[String], s: &Spot) -> Column {
    let measure = front.measures.get(s.measure);
    let entries = s.column.and_then(|c| grid.columns.get(c));
    let mut labels: Vec<String> = match entries {
        Some(entries) => entries.iter().map(|e| e.short.clone()).collect(),
        None => vec![front.totals.right.clone().unwrap_or_default(); front.columns.len()],
    };
    if periods.len() > 1 {
        labels.extend(periods.get(s.period).cloned());
    }
    if front.measures.len() > 1 || labels.is_empty() {
        labels.extend(measure.map(|m| m.label.clone()));
    }
    Column {
        labels,
        keys: entries.map(|e| e.iter().map(|e| e.key.clone()).collect()).unwrap_or_default(),
        period: s.period,
        measure: s.measure,
        unit: measure
            .map(|m| m.unit.clone())
            .filter(|u| !u.is_empty())
            .unwrap_or(front.unit.clone()),
        digits: measure.map_or(0, |m| m.digits),
        total: s.column.is_none(),
        percent: front.percent.is_some() && s.measure == 0,
    }
}

fn row(front: &Front, grid: &Grid, r: Option<usize>) -> Row {
    let entries: &[Entry] = r.and_then(|r| grid.rows.get(r)).map_or(&[], |e| e);
    let mut labels: Vec<String> = entries.iter().map(|e| e.label.clone()).collect();
    if r.is_none() {
        labels = vec![front.totals.below.clone().unwrap_or_default(); front.rows.len()];
    }
    let shorts: Vec<&str> = entries.iter().map(|e| e.short.as_str()).collect();
    Row {
        labels,
        short: shorts.join("・"),
        keys: entries.iter().map(|e| e.key.clone()).collect(),
        total: r.is_none(),
        cells: vec![],
    }
}

fn cells(front: &Front, grid: &Grid, spots: &[Spot], row: Option<usize>) -> Vec<Cell> {
    let value = |s: &Spot| match front.measures.get(s.measure) {
        Some(m) => aggregate(m, s.measure, &grid.facts(row, s.column, s.period)),
        None => Value::Absent,
    };
    spots.iter().map(|s| Cell { value: value(s), percent: None }).collect()
}

fn aggregate(m: &Measure, n: usize, facts: &[&Fact]) -> Value {
    let mut numbers: Vec<i64> = facts.iter().filter_map(|f| f.number(n)).collect();
    let of = |units| Value::Number { units, digits: m.digits };
    match m.aggregate {
        Aggregate::Sum => of(numbers.iter().sum()),
        Aggregate::Distinct => {
            let all: std::collections::BTreeSet<_> =
                facts.iter().filter_map(|f| f.subject.as_deref()).collect();
            of(all.len() as i64)
        }
        Aggregate::Max => numbers.into_iter().max().map_or(Value::Absent, of),
        Aggregate::Median => {
            numbers.sort_unstable();
            let middle = |n: usize| numbers.get(n).copied().unwrap_or_default();
            let (half, odd) = (numbers.len() / 2, numbers.len() % 2 == 1);
            let twice =
                if odd { middle(half) * 2 } else { middle(half.wrapping_sub(1)) + middle(half) };
            let digits = m.digits + 1; // between two neighbours lies a half
            if numbers.is_empty() {
                Value::Absent
            } else {
                Value::Number { units: twice * 5, digits }
            }
        }
    }
}

/// The count of a crossing by the first measure, whether or not the table shows it.
fn count(front: &Front, grid: &Grid, r: Option<usize>, c: Option<usize>, period: usize) -> i64 {
    let measure = front.measures.first();
    let value = measure.map(|m| aggregate(m, 0, &grid.facts(r, c, period)));
    value.and_then(Value::units).unwrap_or(0)
}

fn percentages(front: &Front, rule: &PercentRule, grid: &Grid, spots: &[Spot], rows: &mut [Row]) {
    let lines = grid.rows.len();
    let counted: Vec<usize> = (0..spots.len()).filter(|s| spots[*s].measure == 0).collect();
    if rule.within == Within::Column {
        for &s in &counted {
            let Spot { column, period, .. } = spots[s];
            let counts: Vec<i64> =
                (0..lines).map(|r| count(front, grid, Some(r), column, period)).collect();
            let all = count(front, grid, None, column, period);
            let texts = shares(rule, &counts, all);
            for (row, text) in rows.iter_mut().zip(texts.into_iter().chain([whole(rule, all)])) {
                row.cells[s].percent = text;
            }
        }
        return;
    }
    for (n, row) in rows.iter_mut().enumerate() {
        let r = (n < lines).then_some(n);
        for period in 0..=spots.iter().map(|s| s.period).max().unwrap_or(0) {
            let here: Vec<usize> =
                counted.iter().copied().filter(|s| spots[*s].period == period).collect();
            let inner: Vec<usize> =
                here.iter().copied().filter(|s| spots[*s].column.is_some()).collect();
            let counts: Vec<i64> =
                inner.iter().map(|s| count(front, grid, r, spots[*s].column, period)).collect();
            let all = count(front, grid, r, None, period);
            for (s, text) in inner.iter().zip(shares(rule, &counts, all)) {
                row.cells[*s].percent = text;
            }
            for s in here.iter().filter(|s| spots[**s].column.is_none()) {
                row.cells[*s].percent = whole(rule, all);
            }
        }
    }
}

/// What a percentage of each count reads; nothing where nothing was counted.
fn shares(rule: &PercentRule, counts: &[i64], all: i64) -> Vec<Option<String>> {
    let plain: Vec<u64> = counts.iter().map(|c| u64::try_from(*c).unwrap_or(0)).collect();
    let all = u64::try_from(all).unwrap_or(0);
    let texts: Vec<String> = match rule.method {
        Method::LargestRemainder => {
            civil::largest_remainder(&plain, rule.digits).iter().map(ToString::to_string).collect()
        }
        // Each against the whole: with several answers a record the parts add up to more.
        Method::HalfUp => plain
            .iter()
            .map(|n| civil::half_up(&[*n, all.saturating_sub(*n)], rule.digits))
            .map(|p| p.first().map(ToString::to_string).unwrap_or_default())
            .collect(),
    };
    texts.into_iter().zip(&plain).map(|(text, n)| (*n > 0).then_some(text)).collect()
}

fn whole(rule: &PercentRule, all: i64) -> Option<String> {
    let hundred = civil::half_up(&[1], rule.digits);
    hundred.first().map(ToString::to_string).filter(|_| all > 0)
}

/// Hides small counts of one period with their complements, and all that would give them away.
fn hide(front: &Front, grid: &Grid, spots: &[Spot], period: usize, limit: i64, rows: &mut [Row]) {
    let (lines, columns) = (grid.rows.len(), grid.columns.len());
    let line = |r: Option<usize>| -> Vec<i64> {
        let all = (0..columns).map(Some).chain([None]);
        all.map(|c| count(front, grid, r, c, period)).collect()
    };
    let counts: Vec<Vec<i64>> = (0..lines).map(Some).chain([None]).map(line).collect();
    let within = front.percent.as_ref().map(|p| p.within);
    // A percentage tells its whole, so the whole counts as shown.
    let shown = Shown {
        below: front.totals.below.is_some() || within == Some(Within::Column),
        right: front.totals.right.is_some() || within == Some(Within::Row),
    };
    let hidden = suppress::hidden(&counts, shown, limit);
    for (r, row) in rows.iter_mut().enumerate() {
        for (spot, cell) in spots.iter().zip(&mut row.cells).filter(|(s, _)| s.period == period) {
            let c = spot.column.unwrap_or(columns);
            let whole = match within {
                Some(Within::Row) => hidden[r][columns],
                _ => hidden[lines][c],
            };
            if hidden[r][c] {
                cell.value = Value::Hidden;
            }
            if hidden[r][c] || whole {
                cell.percent = None;
            }
        }
    }
}
