//! 実績報告の行: as typed into the form, or read from a file. Nothing is interpreted here.

use sheets::{ColumnSpec, Limits};

use crate::web::{Entry, Error, Result};

/// So many lines of one month are taken at once.
const MOST: usize = 1_000;

/// (key, label, other spellings, needed in a file)
pub type Column = (&'static str, &'static str, &'static [&'static str], bool);

pub const COLUMNS: &[Column] = &[
    ("client", "利用者番号", &["利用者番号", "番号", "利用者"], true),
    ("on", "利用日", &["利用日", "日付", "年月日", "日", "サービス提供日", "提供日"], true),
    ("from", "開始", &["開始", "開始時刻", "開始時間", "始まり", "から"], false),
    ("to", "終了", &["終了", "終了時刻", "終了時間", "終わり", "まで"], false),
    ("quantity", "量", &["量", "回数", "枚数", "日数", "数量", "分"], false),
    ("by", "担い手", &["担い手", "職種", "従事者"], false),
    ("venue", "場所", &["場所", "提供場所"], false),
    ("purpose", "目的", &["目的", "理由"], false),
    ("of", "だれ・何の分か", &["だれ・何の分か", "だれの分", "何の分", "内訳"], false),
    ("programme", "事業", &["事業", "事業名", "サービス"], false),
    ("item", "種類", &["種類", "利用の種類", "サービス内容"], false),
    ("invoiced", "請求額", &["請求額", "請求金額", "金額"], false),
];

/// 実績報告の一行.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// As the form counts it, or the spreadsheet.
    pub number: usize,
    cells: Vec<String>,
}

impl Line {
    pub fn of(number: usize, cell: impl Fn(&str) -> String) -> Self {
        Self { number, cells: COLUMNS.iter().map(|c| cell(c.0).trim().to_owned()).collect() }
    }

    pub fn get(&self, key: &str) -> &str {
        let at = COLUMNS.iter().position(|c| c.0 == key);
        at.and_then(|at| self.cells.get(at)).map_or("", String::as_str)
    }

    /// (column, label, value), for the form.
    pub fn fields(&self) -> Vec<(&'static str, &'static str, &str)> {
        COLUMNS.iter().zip(&self.cells).map(|(c, cell)| (c.0, c.1, cell.as_str())).collect()
    }
}

/// The rows of the form; those without person and day were left empty.
pub fn typed(entry: &Entry) -> Vec<Line> {
    let column = |key: &str| {
        let of = entry.0.iter().filter(|(name, _)| name == key);
        of.map(|(_, value)| value.as_str()).collect::<Vec<_>>()
    };
    let columns: Vec<Vec<&str>> = COLUMNS.iter().map(|c| column(c.0)).collect();
    let rows = columns.first().map_or(0, Vec::len).min(MOST);
    let cell = |row: usize, key: &str| {
        let at = COLUMNS.iter().position(|c| c.0 == key);
        let cell = at.and_then(|at| columns.get(at)?.get(row).copied());
        cell.unwrap_or_default().to_owned()
    };
    let lines = (0..rows).map(|row| Line::of(row + 1, |key| cell(row, key)));
    lines.filter(|line| !line.get("client").is_empty() || !line.get("on").is_empty()).collect()
}

/// The rows of a CSV or XLSX file.
pub fn from_file(name: &str, bytes: &[u8]) -> Result<Vec<Line>> {
    let refused = |why: String| Error::refused("file", why);
    if bytes.is_empty() {
        return Err(refused("ファイルを選んでください".into()));
    }
    let limits = Limits { rows: 2 * MOST, ..Limits::default() };
    let book = sheets::open(name, bytes, &limits).map_err(|why| refused(why.to_string()))?;
    let spec = |c: &Column| ColumnSpec { key: c.0, headers: c.2, required: c.3 };
    let specs: Vec<ColumnSpec<'static>> = COLUMNS.iter().map(spec).collect();
    let found = sheets::find_tables(&book, &specs);
    if found.tables.is_empty() {
        let why = found.passed_over.first().map(|p| p.why.to_string()).unwrap_or_default();
        return Err(refused(why));
    }
    match found.tables.iter().map(sheets::Table::len).sum::<usize>() {
        0 => Err(refused("実績の行がありません".into())),
        n if n > MOST => Err(refused(format!("一度に{MOST}行までです（{n}行）"))),
        _ => {
            let rows = found.tables.iter().flat_map(sheets::Table::records);
            Ok(rows.map(|r| Line::of(r.row_number, |key| r.text(key).to_owned())).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_without_person_and_day_were_left_empty() {
        let pairs = [("client", "M-1"), ("on", "3"), ("client", ""), ("on", ""), ("from", "9:00")];
        let entry = Entry(pairs.map(|(n, v)| (n.to_owned(), v.to_owned())).to_vec());
        let lines = typed(&entry);
        assert_eq!(lines.len(), 1);
        assert_eq!((lines[0].get("client"), lines[0].get("from")), ("M-1", "9:00"));
    }

    #[test]
    fn a_file_is_read_by_its_headers() {
        let text =
            "実績報告\n番号,日付,開始時刻,終了時刻,職種\nM-00019,2026-11-02,9:00,11:00,看護師\n";
        let lines = from_file("a.csv", text.as_bytes()).unwrap_or_default();
        assert_eq!(lines.len(), 1);
        assert_eq!(
            (lines[0].get("to"), lines[0].get("by"), lines[0].number),
            ("11:00", "看護師", 3)
        );
        assert!(from_file("a.csv", b"").is_err() && from_file("a.csv", b"x,y\n1,2\n").is_err());
    }
}
