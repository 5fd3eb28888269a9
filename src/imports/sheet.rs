//! From the bytes of a file to rows with keys: tables found, totals and notes set aside.

use sheets::{CellKind, ColumnSpec, Found, Limits, Refusal, Table};

use super::cells::{Letters, Rows, Summary, TableRows};
use super::layout::Layout;
use crate::codes::Codes;

/// Opens the file and reads every sheet that has the layout's headers. The message says why not.
pub fn read(
    layout: &Layout,
    codes: &Codes,
    name: &str,
    bytes: &[u8],
) -> Result<(Summary, Rows), String> {
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
    if found.tables.iter().all(Table::is_empty) {
        return Err(why_nothing(&found));
    }
    let mut summary = summary(layout, &found);
    summary.encoding = match book.encoding {
        Some(encoding) => format!("CSV（{}）", encoding.name()),
        None => "Excelブック".into(),
    };
    let rows = Rows(found.tables.iter().map(rows).collect());
    summary.rows = rows.0.iter().map(|t| t.rows.len()).sum();
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

/// Rows and columns left out that are named one by one; of more, their number.
const NAMED: usize = 1_000;

fn summary(layout: &Layout, found: &Found) -> Summary {
    let mut out = Summary::default();
    for t in &found.tables {
        let columns = t.columns.iter().map(|(key, letter)| (words(layout, key), letter.clone()));
        let mut columns: Letters = columns.collect();
        columns.sort_by_key(|(_, letter)| (letter.len(), letter.clone()));
        out.sheets.push((t.sheet.to_owned(), t.len(), columns));
        let skipped = t.skipped.iter().map(|s| (t.sheet.to_owned(), s.row, s.why.to_string()));
        out.skipped.extend(skipped.take(NAMED.saturating_sub(out.skipped.len())));
        let ignored = t.unknown.iter().chain(&t.duplicates);
        let ignored = ignored.map(|h| (t.sheet.to_owned(), h.column.clone(), h.text.clone()));
        out.ignored.extend(ignored.take(NAMED.saturating_sub(out.ignored.len())));
    }
    let all = |of: fn(&Table) -> usize| found.tables.iter().map(of).sum::<usize>();
    out.more_skipped = all(|t| t.skipped.len()) - out.skipped.len();
    out.more_ignored = all(|t| t.unknown.len() + t.duplicates.len()) - out.ignored.len();
    let over = found.passed_over.iter().map(|p| (p.sheet.clone(), p.why.to_string()));
    out.passed_over = over.collect();
    out
}

fn words(layout: &Layout, key: &str) -> String {
    let base = key.split('=').next().unwrap_or(key);
    layout.column(base).map_or_else(|| key.to_owned(), |c| c.label().to_owned())
}

fn rows(table: &Table) -> TableRows {
    let columns = table.columns.iter().map(|(key, letter)| ((*key).to_owned(), letter.clone()));
    let row = |r: sheets::Record| {
        // In the order of the columns: both are sorted by key.
        let said = r.values.values().zip(0_u16..).filter(|(v, _)| !v.text.is_empty());
        let said = said.map(|(v, n)| (n, Box::from(plain(v.text, v.kind)))).collect();
        (i64::try_from(r.row_number).unwrap_or_default(), said)
    };
    TableRows {
        sheet: table.sheet.to_owned(),
        columns: columns.collect(),
        rows: table.records().map(row).collect(),
    }
}

/// A time of day comes as 10:30:00 from a cell with a time format; forms take 10:30.
fn plain(text: &str, kind: CellKind) -> &str {
    match kind {
        CellKind::Date { .. } if text.len() == 8 && text.ends_with(":00") => &text[..5],
        _ => text,
    }
}
