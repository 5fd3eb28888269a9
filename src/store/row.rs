//! A row of either database, and what is made of it.

use std::cell::{Cell, RefCell};

use rusqlite::types::{FromSql, ValueRef};
use sqlx::postgres::PgRow;
use sqlx::{Column as _, Decode, Postgres, Row as _, Type, TypeInfo};

use super::schema::{Holds, Table};
use super::{Arg, Result};

/// What a statement found, while it stands on it.
pub struct Row<'r> {
    source: Source<'r>,
    /// How many columns were asked for by their name.
    named: Cell<usize>,
}

enum Source<'r> {
    Lite(&'r rusqlite::Row<'r>, &'r Names),
    Pg(&'r PgRow),
}

/// 列の順: where the columns were that the first row was asked for, in that order. Every row of an
/// answer is asked for the same, and SQLite tells the place of a name by comparing all of them.
#[derive(Default)]
pub(super) struct Names(RefCell<Vec<(&'static str, usize)>>);

impl Names {
    fn place(&self, row: &rusqlite::Row<'_>, nth: usize, name: &'static str) -> Result<usize> {
        let mut known = self.0.borrow_mut();
        if let Some((_, at)) = known.get(nth).filter(|(n, _)| std::ptr::eq(*n, name)) {
            return Ok(*at);
        }
        // Structs name their columns in their order: the next is likely to be the one.
        let next = nth.checked_sub(1).and_then(|n| known.get(n)).map_or(0, |(_, at)| at + 1);
        let mut order = (next..row.as_ref().column_count()).chain(0..next);
        let at = order.find(|at| row.as_ref().column_name(*at) == Ok(name));
        let at = at.ok_or_else(|| rusqlite::Error::InvalidColumnName(name.to_owned()))?;
        if nth == known.len() {
            known.push((name, at));
        }
        Ok(at)
    }
}

/// A value both databases can hold.
pub trait Value: FromSql + for<'r> Decode<'r, Postgres> + Type<Postgres> {}
impl<T: FromSql + for<'r> Decode<'r, Postgres> + Type<Postgres>> Value for T {}

/// Read from a row: `#[derive(FromRow)]`, a tuple, or by hand.
pub trait FromRow: Sized {
    fn from_row(row: &Row<'_>) -> Result<Self>;
}

impl<'r> Row<'r> {
    pub(super) fn lite(row: &'r rusqlite::Row<'r>, names: &'r Names) -> Self {
        Self { source: Source::Lite(row, names), named: Cell::new(0) }
    }

    pub(super) fn pg(row: &'r PgRow) -> Self {
        Self { source: Source::Pg(row), named: Cell::new(0) }
    }

    /// The value of a column by its name.
    pub fn get<T: Value>(&self, name: &'static str) -> Result<T> {
        match self.source {
            Source::Pg(row) => Ok(row.try_get(name)?),
            Source::Lite(row, names) => {
                let nth = self.named.replace(self.named.get() + 1);
                Ok(row.get(names.place(row, nth, name)?)?)
            }
        }
    }

    /// The value of a column by its place.
    pub fn at<T: Value>(&self, at: usize) -> Result<T> {
        match self.source {
            Source::Pg(row) => Ok(row.try_get(at)?),
            Source::Lite(row, _) => Ok(row.get(at)?),
        }
    }

    /// How many columns there are.
    pub fn width(&self) -> usize {
        match self.source {
            Source::Pg(row) => row.len(),
            Source::Lite(row, _) => row.as_ref().column_count(),
        }
    }

    fn cell(&self, at: usize) -> Result<Arg<'static>> {
        match self.source {
            Source::Lite(row, _) => Ok(match row.get_ref(at)? {
                ValueRef::Integer(n) => Arg::Int(Some(n)),
                ValueRef::Real(x) => Arg::Real(Some(x)),
                ValueRef::Null => Arg::Text(None),
                ValueRef::Text(_) | ValueRef::Blob(_) => {
                    Arg::Text(row.get::<_, Option<String>>(at)?.map(Into::into))
                }
            }),
            Source::Pg(row) => Ok(match row.column(at).type_info().name() {
                "INT8" => Arg::Int(row.try_get(at)?),
                "FLOAT8" => Arg::Real(row.try_get(at)?),
                _ => Arg::Text(row.try_get::<Option<String>, _>(at)?.map(Into::into)),
            }),
        }
    }
}

macro_rules! tuples {
    ($(($($t:ident $at:tt),+))*) => { $(
        impl<$($t: Value),+> FromRow for ($($t,)+) {
            fn from_row(row: &Row<'_>) -> Result<Self> {
                Ok(($(row.at::<$t>($at)?,)+))
            }
        }
    )* };
}

tuples! {
    (A 0)
    (A 0, B 1)
    (A 0, B 1, C 2)
    (A 0, B 1, C 2, D 3)
    (A 0, B 1, C 2, D 3, E 4)
    (A 0, B 1, C 2, D 3, E 4, F 5)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9)
}

/// 行の値, whatever the table. The values in the order of the columns asked for.
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

impl FromRow for Cells {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        (0..row.width()).map(|at| row.cell(at)).collect::<Result<_>>().map(Self)
    }
}
