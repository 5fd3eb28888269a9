//! What a page shows of figures: header lines, cells with their links, the strip of totals.

use super::chart::{ChartView, chart};
use super::figures::Figures;
use super::front::Front;
use super::links::link;
use super::table::{Column, Row, Value};

/// 集計の画面.
pub struct FiguresView {
    pub caption: String,
    pub counted: String,
    pub strip: Vec<Count>,
    pub chart: Option<ChartView>,
    pub row_names: Vec<String>,
    pub head: Vec<Vec<Head>>,
    pub body: Vec<Line>,
    pub foot: Vec<Line>,
    pub notes: Vec<String>,
    pub sight: String,
    pub source: String,
    pub linked: bool,
    pub empty: bool,
}

/// 合計の一つ.
pub struct Count {
    pub label: String,
    pub value: String,
    pub unit: String,
    pub note: String,
    pub href: String,
}

/// 表の見出し.
pub struct Head {
    pub text: String,
    pub span: usize,
    pub last: bool,
    pub first: bool,
}

/// 表の行.
pub struct Line {
    /// (words, how many lines they stand for).
    pub heads: Vec<(String, usize)>,
    pub cells: Vec<CellView>,
}

/// 表のセル.
pub struct CellView {
    pub text: String,
    pub hidden: bool,
    pub href: String,
    pub first: bool,
    /// The cell of the percentage beside it, if the column has one.
    pub percent: Option<String>,
}

/// `front`: says where numbers lead, for those who may go there.
pub fn figures(f: &Figures, front: Option<&Front>) -> FiguresView {
    let lines = lines(f, front);
    let (foot, body): (Vec<_>, Vec<_>) =
        lines.into_iter().zip(&f.table.rows).partition(|(_, row)| row.total);
    let plain = |lines: Vec<(Line, &Row)>| lines.into_iter().map(|(line, _)| line).collect();
    let (foot, body): (Vec<Line>, Vec<Line>) = (plain(foot), plain(body));
    let mut all = body.iter().chain(&foot).flat_map(|l| &l.cells);
    FiguresView {
        caption: format!("{}、{}", f.title, f.period),
        counted: f.counted.clone(),
        strip: strip(f, front),
        chart: chart(f),
        row_names: f.table.row_names.clone(),
        head: head(&f.table.columns),
        linked: all.any(|c| !c.href.is_empty()),
        notes: f.notes.clone(),
        sight: f.sight.clone(),
        source: f.source.clone(),
        empty: f.table.is_empty(),
        body,
        foot,
    }
}

fn href(f: &Figures, front: Option<&Front>, row: &Row, c: &Column, value: Value) -> String {
    front.and_then(|l| link(l, f, row, c, value)).unwrap_or_default()
}

/// Equal neighbours of a header line become one cell.
fn head(columns: &[Column]) -> Vec<Vec<Head>> {
    let levels = columns.iter().map(|c| c.labels.len()).max().unwrap_or(0);
    let width = |c: &Column| if c.percent { 2 } else { 1 };
    (0..levels)
        .map(|level| {
            let mut out: Vec<Head> = vec![];
            let mut before: Option<&[String]> = None;
            for (n, c) in columns.iter().enumerate() {
                let path = c.labels.get(..=level);
                match out.last_mut() {
                    Some(h) if path == before && level + 1 < levels => h.span += width(c),
                    _ => out.push(Head {
                        text: c.labels.get(level).cloned().unwrap_or_default(),
                        span: width(c),
                        last: level + 1 == levels,
                        first: starts_group(columns, n),
                    }),
                }
                before = path;
            }
            out
        })
        .collect()
}

/// Whether a column begins another group of the uppermost header line.
fn starts_group(columns: &[Column], n: usize) -> bool {
    let top = |n: usize| columns.get(n).and_then(|c| c.labels.first());
    n == 0 || top(n) != top(n - 1)
}

fn lines(f: &Figures, front: Option<&Front>) -> Vec<Line> {
    let rows = &f.table.rows;
    let line = |(n, row): (usize, &Row)| Line {
        heads: if row.total {
            vec![(row.labels.first().cloned().unwrap_or_default(), 1)]
        } else {
            heads(rows, n)
        },
        cells: (f.table.columns.iter().enumerate().zip(&row.cells))
            .map(|((at, c), cell)| CellView {
                text: cell.value.to_string(),
                hidden: cell.value == Value::Hidden,
                href: href(f, front, row, c, cell.value),
                first: starts_group(&f.table.columns, at),
                percent: c.percent.then(|| cell.percent.clone().unwrap_or_default()),
            })
            .collect(),
    };
    rows.iter().enumerate().map(line).collect()
}

/// The words of a line; the first of several spans the lines that share it.
fn heads(rows: &[Row], n: usize) -> Vec<(String, usize)> {
    let Some(row) = rows.get(n) else { return vec![] };
    let Some((first, rest)) = row.labels.split_first() else { return vec![] };
    if rest.is_empty() {
        return vec![(first.clone(), 1)];
    }
    let same = |r: &&Row| !r.total && r.keys.first() == row.keys.first();
    let again = n > 0 && rows.get(n - 1).is_some_and(|r| same(&r));
    let span = rows.iter().skip(n).take_while(same).count();
    let first = (!again).then(|| (first.clone(), span));
    first.into_iter().chain(rest.iter().map(|l| (l.clone(), 1))).collect()
}

const MOST_COUNTS: usize = 6;

/// The totals of the columns, when there are few.
fn strip(f: &Figures, front: Option<&Front>) -> Vec<Count> {
    let Some(total) = f.table.total() else { return vec![] };
    let columns = f.table.columns.iter().enumerate().zip(&total.cells);
    let first: Vec<_> = columns.filter(|((_, c), _)| c.measure == 0 && c.period == 0).collect();
    let several = first.len() > MOST_COUNTS;
    let shown = first.into_iter().filter(|((_, c), _)| !several || c.total);
    shown
        .map(|((at, c), cell)| Count {
            label: c.labels.join("・"),
            value: cell.value.to_string(),
            unit: c.unit.clone(),
            note: largest(f, at),
            href: href(f, front, total, c, cell.value),
        })
        .collect()
}

fn largest(f: &Figures, column: usize) -> String {
    let lines = f.table.rows.iter().filter(|r| !r.total);
    let percent = |r: &Row| {
        let cell = r.cells.get(column)?;
        Some((cell.value.units()?, format!("{} {}％", r.short, cell.percent.as_ref()?)))
    };
    let most = lines.filter_map(percent).max_by_key(|(n, _)| *n);
    most.map(|(_, text)| text).unwrap_or_default()
}
