//! What was read from a file, row by row, and what is wrong with it. Kept as JSON until it is
//! saved or thrown away.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// 取り込む行.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    pub sheet: String,
    /// As the spreadsheet shows it.
    pub number: i64,
    pub cells: BTreeMap<String, Cell>,
    pub problems: Vec<Problem>,
}

/// セル. What it says, and where.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    #[serde(rename = "t")]
    pub text: String,
    #[serde(rename = "c")]
    pub column: String,
    /// What it said before a proposal was taken.
    #[serde(rename = "w", default, skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
}

/// 問題. `key` is the layout's column; the proposal is the text that would be right there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    pub key: String,
    pub column: String,
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<String>,
}

/// 読み取った行. As they were read, in little room: what is empty takes none of it, and a whole
/// file is held until its last row is checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows(pub Vec<TableRows>);

/// 一枚の表の行. Those of one sheet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableRows {
    pub sheet: String,
    /// (key, column letter)
    pub columns: Vec<(String, String)>,
    pub rows: Vec<PackedRow>,
}

/// (number of the row, (which column, what it says))
pub type PackedRow = (i64, Box<[(u16, Box<str>)]>);

/// So many are unpacked, checked and kept at a time.
pub const PIECE: usize = 2_000;

/// (header, column letter)
pub type Letters = Vec<(String, String)>;

/// 読み取りの結果. What the page says about the file as a whole.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Summary {
    pub encoding: String,
    /// (sheet, rows, what is read)
    pub sheets: Vec<(String, usize, Letters)>,
    /// (sheet, why)
    pub passed_over: Vec<(String, String)>,
    /// (sheet, row, why)
    pub skipped: Vec<(String, usize, String)>,
    /// (sheet, column letter, header)
    pub ignored: Vec<(String, String, String)>,
    /// How many more rows were skipped, and columns ignored, than are named.
    pub more_skipped: usize,
    pub more_ignored: usize,
    pub warnings: Vec<String>,
    pub rows: usize,
    pub bad: usize,
    pub saved: usize,
    /// Rows about people the registry does not know: only this number is kept.
    pub unknown: usize,
}

impl Rows {
    /// In the order of the file, each with at least one row and at most [`PIECE`].
    pub fn pieces(self) -> impl Iterator<Item = Vec<Row>> {
        let mut rows = self.0.into_iter().flat_map(TableRows::unpacked).peekable();
        std::iter::from_fn(move || {
            rows.peek()?;
            Some(rows.by_ref().take(PIECE).collect())
        })
    }
}

impl TableRows {
    fn unpacked(self) -> impl Iterator<Item = Row> {
        let Self { sheet, columns, rows } = self;
        rows.into_iter().map(move |(number, said)| {
            let cell = |(n, (key, letter)): (usize, &(String, String))| {
                let said = said.iter().find(|(at, _)| usize::from(*at) == n);
                let text = said.map_or("", |(_, text)| text);
                // A column for a single choice says nothing where it has no mark.
                let silent = text.is_empty() && key.contains('=');
                let cell = Cell { text: text.to_owned(), column: letter.clone(), was: None };
                (!silent).then(|| (key.clone(), cell))
            };
            let cells = columns.iter().enumerate().filter_map(cell).collect();
            Row { sheet: sheet.clone(), number, cells, problems: vec![] }
        })
    }
}

impl Row {
    pub fn text(&self, key: &str) -> &str {
        self.cells.get(key).map_or("", |c| c.text.as_str())
    }

    /// Of two columns that make the same answer the one that says something.
    pub fn either<'k>(&self, own: &'k str, other: &'k str) -> &'k str {
        let silent = self.text(own).is_empty();
        let better = if self.cells.contains_key(own) { !self.text(other).is_empty() } else { true };
        if silent && better { other } else { own }
    }

    /// Notes a problem once a column: the first message is the one to act on.
    pub fn add(&mut self, key: &str, message: impl Into<String>, proposal: Option<String>) {
        if self.problems.iter().any(|p| p.key == key) {
            return;
        }
        let column = self.cells.get(key).map(|c| c.column.clone()).unwrap_or_default();
        let message = message.into();
        self.problems.push(Problem { key: key.to_owned(), column, message, proposal });
    }

    pub fn cells_json(&self) -> String {
        serde_json::to_string(&self.cells).unwrap_or_default()
    }

    /// "" when there is nothing wrong, so that the database can count without reading JSON.
    pub fn problems_json(&self) -> String {
        match self.problems.is_empty() {
            true => String::new(),
            false => serde_json::to_string(&self.problems).unwrap_or_default(),
        }
    }

    pub fn read(sheet: String, number: i64, cells: &str, problems: &str) -> Self {
        let cells = serde_json::from_str(cells).unwrap_or_default();
        let problems = serde_json::from_str(problems).unwrap_or_default();
        Self { sheet, number, cells, problems }
    }
}

impl Summary {
    pub fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    pub fn read(json: &str) -> Self {
        serde_json::from_str(json).unwrap_or_default()
    }
}
