//! From the bytes of a file to rows with keys: tables found, totals and notes set aside.

use std::collections::BTreeMap;

use sheets::{CellKind, ColumnSpec, Found, Limits, Refusal, Table};

use super::cells::{Cell, Letters, Row, Summary};
use super::layout::Layout;
use crate::codes::Codes;

/// Opens the file and reads every sheet that has the layout's headers. The message says why not.
pub fn read(
    layout: &Layout,
    codes: &Codes,
    name: &str,
    bytes: &[u8],
) -> Result<(Summary, Vec<Row>), String> {
    let book = sheets::open(name, bytes, &Limits::default()).map_err(|why| why.to_string())?;
    let specs = layout.specs(codes);
    let headers: Vec<Vec<&str>> =
        specs.iter().map(|(_, h, _)| h.iter().map(String::as_str).collect()).collect();
    let columns: Vec<ColumnSpec> = specs
        .iter()
        .zip(&headers)
        .map(|((key, _, required), headers)| ColumnSpec { key, headers, required: *required })
        .collect();
    let found = sheets::find_tables(&book, &columns);
    if found.tables.iter().all(|t| t.rows.is_empty()) {
        return Err(why_nothing(&found));
    }
    let mut summary = summary(layout, &found);
    summary.encoding = match book.encoding {
        Some(encoding) => format!("CSV（{}）", encoding.name()),
        None => "Excelブック".into(),
    };
    let rows: Vec<Row> = found.tables.into_iter().flat_map(rows).collect();
    summary.rows = rows.len();
    Ok((summary, rows))
}

fn why_nothing(found: &Found) -> String {
    let telling = |w: &Refusal| !matches!(w, Refusal::HiddenSheet | Refusal::Empty);
    let over = &found.passed_over;
    let why = over.iter().find(|p| telling(&p.why)).or_else(|| over.first());
    match why {
        Some(p) if over.len() > 1 => format!("シート「{}」：{}", p.sheet, p.why),
        Some(p) => p.why.to_string(),
        None => "見出しの下に、取り込む行がありません。ファイルを確かめてください。".into(),
    }
}

fn summary(layout: &Layout, found: &Found) -> Summary {
    let mut out = Summary::default();
    for t in &found.tables {
        let columns = t.columns.iter().map(|(key, letter)| (words(layout, key), letter.clone()));
        let mut columns: Letters = columns.collect();
        columns.sort_by_key(|(_, letter)| (letter.len(), letter.clone()));
        out.sheets.push((t.sheet.clone(), t.rows.len(), columns));
        let skipped = t.skipped.iter().map(|s| (t.sheet.clone(), s.row, s.why.to_string()));
        out.skipped.extend(skipped);
        for h in t.unknown.iter().chain(&t.duplicates) {
            out.ignored.push((t.sheet.clone(), h.column.clone(), h.text.clone()));
        }
    }
    let over = found.passed_over.iter().map(|p| (p.sheet.clone(), p.why.to_string()));
    out.passed_over = over.collect();
    out
}

fn words(layout: &Layout, key: &str) -> String {
    let base = key.split('=').next().unwrap_or(key);
    layout.column(base).map_or_else(|| key.to_owned(), |c| c.label().to_owned())
}

/// Empty cells are left out: the rows are kept in the database.
fn rows(table: Table) -> Vec<Row> {
    let row = |r: sheets::Record| {
        let cells = r.values.into_iter().filter(|(_, v)| !v.text.is_empty()).map(|(key, v)| {
            (key.to_owned(), Cell { text: plain(v.text, v.kind), column: v.column, was: None })
        });
        let mut cells: BTreeMap<String, Cell> = cells.collect();
        for (key, letter) in &table.columns {
            let blank = || Cell { column: letter.clone(), ..Cell::default() };
            cells.entry((*key).to_owned()).or_insert_with(blank);
        }
        cells.retain(|key, c| !key.contains('=') || !c.text.is_empty());
        let number = i64::try_from(r.row_number).unwrap_or_default();
        Row { sheet: r.sheet, number, cells, problems: vec![] }
    };
    table.rows.into_iter().map(row).collect()
}

/// A time of day comes as 10:30:00 from a cell with a time format; forms take 10:30.
fn plain(text: String, kind: CellKind) -> String {
    match kind {
        CellKind::Date { .. } if text.len() == 8 && text.ends_with(":00") => text[..5].to_owned(),
        _ => text,
    }
}
