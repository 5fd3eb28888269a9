//! The lines and columns of a table, in the order of their code lists, and which facts fall where.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::front::{Calendar, Dimension, Front};
use super::statement::Fact;
use crate::codes::Codes;

/// 区分の値. One value of a dimension; `place` is its position in the list it comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    place: usize,
    pub label: String,
    pub short: String,
    pub key: String,
}

/// 集計のます目. Lines, columns, and the facts of each crossing and period.
pub struct Grid<'a> {
    pub rows: Vec<Vec<Entry>>,
    pub columns: Vec<Vec<Entry>>,
    cells: HashMap<(usize, usize, usize), Vec<&'a Fact>>,
}

impl<'a> Grid<'a> {
    /// `facts` of the period asked and, where there is one, of the period beside it.
    pub fn of(front: &Front, facts: &'a [Vec<Fact>], codes: &Codes) -> Self {
        let split = front.rows.len();
        let dims: Vec<&Dimension> = front.dimensions().collect();
        let axes: Vec<Axis> =
            dims.iter().enumerate().map(|(n, d)| Axis::of(d, n, facts, codes)).collect();
        let (row_axes, column_axes) = axes.split_at(split.min(axes.len()));
        let keys = |f: &Fact, n: usize| {
            let key = |(n, d): (usize, &&Dimension)| understood(d, f.of(n).0);
            let all: Vec<String> = dims.iter().enumerate().map(key).collect();
            (all.iter().take(n).cloned().collect::<Vec<_>>(), all.into_iter().skip(n).collect())
        };
        let placed: Vec<(usize, &Fact, Vec<String>, Vec<String>)> = facts
            .iter()
            .enumerate()
            .flat_map(|(period, of)| of.iter().map(move |f| (period, f)))
            .map(|(period, f)| {
                let (row, column) = keys(f, split);
                (period, f, row, column)
            })
            .collect();
        let rows = lines(row_axes, placed.iter().map(|p| &p.2));
        let columns = lines(column_axes, placed.iter().map(|p| &p.3));
        let (at_row, at_column) = (index(&rows), index(&columns));
        let mut cells: HashMap<_, Vec<&Fact>> = HashMap::new();
        for (period, fact, row, column) in &placed {
            if let (Some(r), Some(c)) = (at_row.get(row), at_column.get(column)) {
                cells.entry((*r, *c, *period)).or_default().push(fact);
            }
        }
        Self { rows, columns, cells }
    }

    /// The facts of a crossing; `None` stands for all lines, or all columns.
    pub fn facts(&self, row: Option<usize>, column: Option<usize>, period: usize) -> Vec<&'a Fact> {
        let rows = row.map_or(0..self.rows.len(), |r| r..r + 1);
        let columns = column.map_or(0..self.columns.len(), |c| c..c + 1);
        rows.flat_map(|r| columns.clone().map(move |c| (r, c, period)))
            .filter_map(|at| self.cells.get(&at))
            .flatten()
            .copied()
            .collect()
    }
}

fn index(lines: &[Vec<Entry>]) -> HashMap<Vec<String>, usize> {
    let keys = |l: &[Entry]| l.iter().map(|e| e.key.clone()).collect();
    lines.iter().enumerate().map(|(n, l)| (keys(l), n)).collect()
}

/// One dimension's values, and whether they are known before anything is counted.
struct Axis {
    entries: BTreeMap<String, Entry>,
    closed: bool,
}

/// Every combination of closed dimensions; of open ones (offices, persons) those that occur.
fn lines<'k>(axes: &[Axis], occurring: impl Iterator<Item = &'k Vec<String>>) -> Vec<Vec<Entry>> {
    let entry = |axis: &Axis, key: &String| axis.entries.get(key).cloned();
    let mut out: BTreeSet<Vec<Entry>> = occurring
        .map(|keys| axes.iter().zip(keys).filter_map(|(a, k)| entry(a, k)).collect())
        .collect();
    if axes.iter().all(|a| a.closed) {
        out.extend(axes.iter().fold(vec![vec![]], |lines, axis| {
            let longer = |line: &Vec<Entry>, e: &Entry| {
                line.iter().cloned().chain([e.clone()]).collect::<Vec<_>>()
            };
            lines.iter().flat_map(|l| axis.entries.values().map(move |e| longer(l, e))).collect()
        }));
    }
    out.into_iter().collect()
}

impl Axis {
    fn of(d: &Dimension, n: usize, facts: &[Vec<Fact>], codes: &Codes) -> Self {
        let mut entries: BTreeMap<String, Entry> = BTreeMap::new();
        let offered = offered(d, codes);
        let closed = !offered.is_empty();
        for (key, label, short) in offered {
            let short = if short.is_empty() { label.clone() } else { short };
            entries.insert(key.clone(), Entry { place: entries.len(), label, short, key });
        }
        // What occurs without being offered any more still counts, on a line of its own.
        for fact in facts.iter().flatten() {
            let (key, words) = fact.of(n);
            let key = understood(d, key);
            if entries.contains_key(&key) {
                continue;
            }
            let label = match (key.as_str(), words, &d.codes) {
                ("", None, _) => "不明".to_owned(),
                (_, Some(words), _) => words.to_owned(),
                (key, None, Some(list)) => codes.label(list, key).to_owned(),
                (key, None, None) => format!("一覧にない区分（{key}）"),
            };
            let place = if d.words.is_some() { 0 } else { usize::MAX };
            let short = label.clone();
            entries.insert(key.clone(), Entry { place, label, short, key });
        }
        Self { entries, closed }
    }
}

/// (key, words, short words) known beforehand.
fn offered(d: &Dimension, codes: &Codes) -> Vec<(String, String, String)> {
    let list = d.codes.as_deref().map(|l| codes.list(l)).unwrap_or_default();
    let open = list.iter().filter(|c| !c.retired);
    let coded = open.map(|c| (c.id.clone(), c.label.clone(), c.short.clone()));
    let bands = d.bands.iter().map(|b| (b.from.to_string(), b.label.clone(), String::new()));
    let choices = d.values.iter().chain(&d.others);
    let chosen = choices.map(|c| (c.id.clone(), c.label.clone(), String::new()));
    let months = d.calendar.into_iter().flat_map(calendar);
    coded.chain(bands).chain(chosen).chain(months).collect()
}

/// The year as offices count it, from April on.
fn calendar(by: Calendar) -> Vec<(String, String, String)> {
    let month = |n: u8| (n + 2) % 12 + 1;
    match by {
        Calendar::Month => (1..=12)
            .map(month)
            .map(|m| (format!("{m:02}"), format!("{m}月"), String::new()))
            .collect(),
        Calendar::Quarter => (1..=4)
            .map(|q| {
                let label = format!("{}～{}月", month(q * 3 - 2), month(q * 3));
                (q.to_string(), label, String::new())
            })
            .collect(),
    }
}

/// The key a text of the SELECT stands for; "" is unknown.
fn understood(d: &Dimension, key: Option<&str>) -> String {
    let key = key.unwrap_or_default();
    if d.calendar == Some(Calendar::Quarter) {
        let month = key.parse::<u8>().ok().filter(|m| (1..=12).contains(m));
        return month.map(|m| ((m + 8) % 12 / 3 + 1).to_string()).unwrap_or_default();
    }
    if d.bands.is_empty() || d.others.iter().any(|c| c.id == key) {
        return key.to_owned();
    }
    let Ok(number) = key.parse::<i64>() else { return String::new() };
    let mut bands = d.bands.iter();
    let band = bands.find(|b| number >= b.from && b.until.is_none_or(|until| number < until));
    band.map(|b| b.from.to_string()).unwrap_or_default()
}
