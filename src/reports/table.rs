//! A filled table: the one value that page, CSV, XLSX and JSON are drawn from.

use serde::{Deserialize, Serialize};

/// 表. Lines and columns with their words and keys, cells in between.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Table {
    pub row_names: Vec<String>,
    /// Column ids of the dimensions of the lines, and of the columns.
    pub row_ids: Vec<String>,
    pub column_ids: Vec<String>,
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
}

/// 列.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// One text a line of the header.
    pub labels: Vec<String>,
    /// A key for every dimension; empty in the column of totals.
    pub keys: Vec<String>,
    /// 0 the period asked, 1 the one it is compared with.
    pub period: usize,
    pub measure: usize,
    pub unit: String,
    pub digits: u32,
    pub total: bool,
    /// Whether its cells carry a percentage.
    pub percent: bool,
}

/// 行.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    pub labels: Vec<String>,
    /// A shorter word for the chart.
    pub short: String,
    pub keys: Vec<String>,
    pub total: bool,
    pub cells: Vec<Cell>,
}

/// セル.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    pub value: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<String>,
}

/// 値. `Hidden` is a small count or its complement; `Absent`: there is nothing to say it about.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    Number { units: i64, digits: u32 },
    Hidden,
    Absent,
}

impl Value {
    pub fn number(units: i64) -> Self {
        Self::Number { units, digits: 0 }
    }

    pub fn units(self) -> Option<i64> {
        match self {
            Self::Number { units, .. } => Some(units),
            _ => None,
        }
    }
}

impl std::fmt::Display for Value {
    /// "77", "3.5", "*" for what is hidden, nothing for what is absent.
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        match *self {
            Self::Hidden => f.write_str("*"),
            Self::Absent => Ok(()),
            Self::Number { units, digits: 0 } => write!(f, "{units}"),
            Self::Number { units, digits } => {
                let one = 10_u64.saturating_pow(digits);
                let (n, sign) = (units.unsigned_abs(), if units < 0 { "-" } else { "" });
                write!(f, "{sign}{}.{:0width$}", n / one, n % one, width = digits as usize)
            }
        }
    }
}

impl Table {
    /// The line of totals.
    pub fn total(&self) -> Option<&Row> {
        self.rows.iter().find(|r| r.total)
    }

    pub fn is_empty(&self) -> bool {
        let counted = |c: &Cell| !matches!(c.value, Value::Number { units: 0, .. } | Value::Absent);
        !self.rows.iter().any(|r| r.cells.iter().any(counted))
    }

    pub fn hides(&self) -> bool {
        self.rows.iter().any(|r| r.cells.iter().any(|c| c.value == Value::Hidden))
    }

    /// The table as rows of text, one header line: what the files hold.
    pub fn texts(&self) -> Vec<Vec<String>> {
        let mut head = self.row_names.clone();
        for c in &self.columns {
            head.push(c.labels.join("・"));
            if c.percent {
                head.push(format!("{}・割合（％）", c.labels.join("・")));
            }
        }
        let mut out = vec![head];
        for row in &self.rows {
            let mut line = row.labels.clone();
            for (c, cell) in self.columns.iter().zip(&row.cells) {
                line.push(cell.value.to_string());
                if c.percent {
                    line.push(cell.percent.clone().unwrap_or_default());
                }
            }
            out.push(line);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_print_to_the_digit() {
        let n = |units, digits| Value::Number { units, digits }.to_string();
        assert_eq!([n(77, 0), n(35, 1), n(-5, 2), n(100, 2)], ["77", "3.5", "-0.05", "1.00"]);
        assert_eq!((Value::Hidden.to_string(), Value::Absent.to_string()), ("*".into(), "".into()));
    }
}
