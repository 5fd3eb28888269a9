//! Bars as SVG: positions are worked out here, `parts.html` draws them. Title, description, direct
//! labels, hatching for the second series; the table below says the same.

use super::figures::Figures;
use super::table::{Column, Row, Value};

const BAR: usize = 16;
const STEP: usize = 19;
const GAP: usize = 9;
const PLOT: f64 = 216.0;
const CHARACTER: usize = 14;
/// More lines than this are read in the table.
const MOST_ROWS: usize = 40;
const MOST_CHARACTERS: usize = 18;

/// 図.
pub struct ChartView {
    pub series: Vec<(&'static str, String)>,
    pub panels: Vec<Panel>,
}

/// 図の一枚.
pub struct Panel {
    pub id: String,
    pub caption: String,
    pub title: String,
    pub desc: String,
    pub width: usize,
    pub height: usize,
    pub left: usize,
    pub bottom: usize,
    pub ticks: Vec<(String, i64)>,
    pub groups: Vec<Group>,
}

/// 図の一行.
pub struct Group {
    pub label: String,
    pub y: usize,
    pub bars: Vec<Bar>,
}

/// 棒.
pub struct Bar {
    pub class: &'static str,
    pub y: usize,
    pub text_y: usize,
    pub text_x: String,
    /// Empty where there is nothing to draw.
    pub width: String,
    pub text: String,
}

/// The chart of a table, if the report draws one and there is something to draw.
pub fn chart(figures: &Figures) -> Option<ChartView> {
    figures.chart?;
    let table = &figures.table;
    let rows: Vec<&Row> = table.rows.iter().filter(|r| !r.total).collect();
    if rows.is_empty() || rows.len() > MOST_ROWS || table.is_empty() {
        return None;
    }
    let (panels, series) = (panels(figures), series(figures));
    let drawn = panels.iter().enumerate();
    let panels = drawn.map(|(n, p)| panel(figures, &rows, n, p, &series)).collect();
    let class = |n: usize| ["a", "b", "c"].get(n).copied().unwrap_or("c");
    let named = series.into_iter().enumerate().map(|(n, s)| (class(n), s.label));
    Some(ChartView { panels, series: named.filter(|(_, label)| !label.is_empty()).collect() })
}

/// One value of the dimension that panels or series stand for.
#[derive(Clone, Default)]
struct Slice {
    at: Option<usize>,
    key: String,
    label: String,
    period: usize,
}

fn panels(f: &Figures) -> Vec<Slice> {
    slices(f, f.chart.and_then(|c| c.panels))
}

fn series(f: &Figures) -> Vec<Slice> {
    if f.chart.is_some_and(|c| c.series.is_some()) || f.last.is_none() {
        return slices(f, f.chart.and_then(|c| c.series));
    }
    let words = ["この期間", "前年同期"].into_iter().enumerate();
    words.map(|(period, label)| Slice { label: label.into(), period, ..Slice::default() }).collect()
}

fn slices(f: &Figures, at: Option<usize>) -> Vec<Slice> {
    let Some(n) = at else { return vec![Slice::default()] };
    let mut out: Vec<Slice> = vec![];
    for c in f.table.columns.iter().filter(|c| !c.total && c.measure == 0 && c.period == 0) {
        let (Some(key), Some(label)) = (c.keys.get(n), c.labels.get(n)) else { continue };
        if !out.iter().any(|s| s.key == *key) {
            out.push(Slice { at, key: key.clone(), label: label.clone(), period: 0 });
        }
    }
    out
}

/// The column a panel and a series meet in.
fn column(f: &Figures, panel: &Slice, series: &Slice) -> Option<usize> {
    let named = [panel.at, series.at].into_iter().flatten().count();
    let wants_total = named == 0 && !f.table.column_ids.is_empty();
    let has = |c: &Column, s: &Slice| s.at.is_none_or(|n| c.keys.get(n) == Some(&s.key));
    f.table.columns.iter().position(|c| {
        let here = c.measure == 0 && c.period == series.period && c.total == wants_total;
        here && has(c, panel) && has(c, series)
    })
}

fn panel(f: &Figures, rows: &[&Row], n: usize, p: &Slice, series: &[Slice]) -> Panel {
    let at: Vec<Option<usize>> = series.iter().map(|s| column(f, p, s)).collect();
    let value = |row: &Row, s: usize| {
        let cell = at.get(s).copied().flatten().and_then(|c| row.cells.get(c));
        cell.map_or(Value::Absent, |c| c.value)
    };
    let all = rows.iter().flat_map(|r| (0..series.len()).map(move |s| (r, s)));
    let most = all.filter_map(|(r, s)| value(r, s).units()).max().unwrap_or(0).max(1);
    let step = nice(most);
    let top = (most + step - 1) / step * step;
    let longest = rows.iter().map(|r| short(r).chars().count()).max().unwrap_or(0);
    let left = longest * CHARACTER + 14;
    let x = |units: i64| PLOT * units as f64 / top as f64;
    let group = series.len() * STEP + GAP;
    let height = rows.len() * group + 4;
    Panel {
        id: format!("chart-{n}"),
        caption: p.label.clone(),
        title: title(f, p),
        desc: desc(f, rows, p, series, &at),
        width: left + PLOT as usize + 40,
        height: height + 24,
        left,
        bottom: height,
        ticks: (0..=top / step).map(|k| (place(left, x(k * step)), k * step)).collect(),
        groups: rows
            .iter()
            .enumerate()
            .map(|(r, row)| Group {
                label: short(row),
                y: r * group + group / 2 + 9,
                bars: (0..series.len())
                    .map(|s| bar(value(row, s), s, r * group + GAP + s * STEP, left, &x))
                    .collect(),
            })
            .collect(),
    }
}

fn bar(value: Value, s: usize, y: usize, left: usize, x: &impl Fn(i64) -> f64) -> Bar {
    let length = value.units().filter(|n| *n > 0).map(x);
    Bar {
        class: ["a", "b", "c"].get(s).copied().unwrap_or("c"),
        y,
        text_y: y + BAR - 3,
        text_x: place(left, length.unwrap_or(0.0) + 6.0),
        width: length.map(|l| format!("{l:.1}")).unwrap_or_default(),
        text: match value {
            Value::Absent => "－".into(),
            other => other.to_string(),
        },
    }
}

fn place(left: usize, x: f64) -> String {
    format!("{:.1}", left as f64 + x)
}

fn short(row: &Row) -> String {
    if row.short.chars().count() <= MOST_CHARACTERS {
        return row.short.clone();
    }
    row.short.chars().take(MOST_CHARACTERS - 1).chain(['…']).collect()
}

/// A step of 1, 2 or 5 times a power of ten that gives at most five lines.
fn nice(most: i64) -> i64 {
    let mut step = 1;
    for factor in [2, 5, 10].into_iter().cycle() {
        if most <= step * 5 {
            return step;
        }
        let power = 10_i64.saturating_pow(step.ilog10());
        step = if factor == 10 { power * 10 } else { power * factor };
    }
    step
}

fn title(f: &Figures, p: &Slice) -> String {
    if p.label.is_empty() { f.title.clone() } else { format!("{}、{}", f.title, p.label) }
}

/// The total and the largest lines of each series, in words.
fn desc(f: &Figures, rows: &[&Row], p: &Slice, series: &[Slice], at: &[Option<usize>]) -> String {
    let mut out = String::new();
    for (s, c) in series.iter().zip(at) {
        let Some(c) = *c else { continue };
        let mut lines: Vec<(i64, &str)> = rows
            .iter()
            .filter_map(|r| Some((r.cells.get(c)?.value.units()?, r.short.as_str())))
            .filter(|(n, _)| *n > 0)
            .collect();
        lines.sort_by_key(|(n, _)| std::cmp::Reverse(*n));
        let most: Vec<String> =
            lines.iter().take(2).map(|(n, name)| format!("{name}{n}{}", f.unit)).collect();
        let name = [p.label.as_str(), s.label.as_str()].join("");
        let who = if name.is_empty() { String::new() } else { format!("{name}は") };
        match most.is_empty() {
            true => out.push_str(&format!("{who}0{}。", f.unit)),
            false => out.push_str(&format!("{who}{}が多い。", most.join("、"))),
        }
    }
    out + "同じ数値を下の表に載せています。"
}

#[cfg(test)]
mod tests {
    use super::nice;

    #[test]
    fn steps_are_round_and_few() {
        for (most, step) in [
            (1, 1),
            (5, 1),
            (6, 2),
            (10, 2),
            (11, 5),
            (25, 5),
            (35, 10),
            (64, 20),
            (490, 100),
            (501, 200),
        ] {
            assert_eq!(nice(most), step, "{most}");
        }
    }
}
