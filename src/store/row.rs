//! A row of any table, value by value: for what works on every table alike.

use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Column as _, FromRow, Row, TypeInfo, ValueRef};

use super::Arg;
use super::schema::{Holds, Table};

/// The values in the order of the columns asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Cells(pub Vec<Arg<'static>>);

impl Cells {
    /// Of a row read with all columns of `table`: the types are the table's.
    pub fn typed(mut self, table: &Table) -> Self {
        for (value, column) in self.0.iter_mut().zip(&table.columns) {
            if is_null(value) {
                *value = match column.holds {
                    Holds::Text => Arg::Text(None),
                    Holds::Int => Arg::Int(None),
                    Holds::Real => Arg::Real(None),
                };
            }
        }
        self
    }

    /// The value of a column, "" where there is none.
    pub fn text(&self, table: &Table, column: &str) -> String {
        let at = table.columns.iter().position(|c| c.name == column);
        at.and_then(|at| self.0.get(at)).map(words).unwrap_or_default()
    }
}

pub fn is_null(value: &Arg<'_>) -> bool {
    matches!(value, Arg::Text(None) | Arg::Int(None) | Arg::Real(None))
}

/// A value as text, "" for none.
pub fn words(value: &Arg<'_>) -> String {
    match value {
        Arg::Text(t) => t.as_deref().unwrap_or_default().to_owned(),
        Arg::Int(n) => n.map(|n| n.to_string()).unwrap_or_default(),
        Arg::Real(x) => x.map(|x| x.to_string()).unwrap_or_default(),
    }
}

impl<'r> FromRow<'r, SqliteRow> for Cells {
    fn from_row(row: &'r SqliteRow) -> Result<Self, sqlx::Error> {
        let mut out = vec![];
        for at in 0..row.len() {
            let kind = row.try_get_raw(at)?.type_info().name().to_owned();
            out.push(match kind.as_str() {
                "INTEGER" => Arg::Int(row.try_get_unchecked(at)?),
                "REAL" => Arg::Real(row.try_get_unchecked(at)?),
                _ => Arg::Text(row.try_get_unchecked::<Option<String>, _>(at)?.map(Into::into)),
            });
        }
        Ok(Self(out))
    }
}

impl<'r> FromRow<'r, PgRow> for Cells {
    fn from_row(row: &'r PgRow) -> Result<Self, sqlx::Error> {
        let mut out = vec![];
        for column in row.columns() {
            let at = column.ordinal();
            out.push(match column.type_info().name() {
                "INT8" => Arg::Int(row.try_get(at)?),
                "FLOAT8" => Arg::Real(row.try_get(at)?),
                _ => Arg::Text(row.try_get::<Option<String>, _>(at)?.map(Into::into)),
            });
        }
        Ok(Self(out))
    }
}
