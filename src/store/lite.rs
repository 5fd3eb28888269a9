//! SQLite, where it is asked: to hand a statement to another thread and every row back costs more
//! than the statement.

use std::path::Path;

use rusqlite::{CachedStatement, Connection, OpenFlags};

use super::faults::{self, Fault};
use super::row::Names;
use super::{Arg, Error, FromRow, Result, Row, Sql};

/// Statements that stay prepared: more than the program has.
const STATEMENTS: usize = 512;

/// A statement without values and without an answer.
pub fn say(conn: &Connection, command: &str) -> rusqlite::Result<()> {
    conn.prepare_cached(command)?.execute(()).map(|_| ())
}

/// A connection with what every connection needs.
pub fn open(file: &Path, access: OpenFlags) -> Result<Connection> {
    let conn = Connection::open_with_flags(file, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    conn.pragma_update(None, "foreign_keys", true)?;
    let synchronous = if faults::chosen() == Fault::Unsynced { "off" } else { "full" };
    conn.pragma_update(None, "synchronous", synchronous)?;
    Ok(conn)
}

/// What a statement finds, at most so many rows.
pub fn rows<T: FromRow>(
    conn: &Connection,
    sql: &Sql,
    args: &[Arg<'_>],
    most: usize,
) -> Result<Vec<T>> {
    let mut statement = prepared(conn, sql, args)?;
    let mut found = statement.raw_query();
    let (mut out, names) = (vec![], Names::default());
    while out.len() < most
        && let Some(row) = found.next()?
    {
        out.push(T::from_row(&Row::lite(row, &names))?);
    }
    Ok(out)
}

/// How many rows a statement changed.
pub fn run(conn: &Connection, sql: &Sql, args: &[Arg<'_>]) -> Result<u64> {
    Ok(prepared(conn, sql, args)?.raw_execute()? as u64)
}

/// `$3` is the third value wherever it stands: SQLite numbers names in the order it meets them.
fn prepared<'c>(conn: &'c Connection, sql: &Sql, args: &[Arg<'_>]) -> Result<CachedStatement<'c>> {
    let mut statement = conn.prepare_cached(sql.text())?;
    for place in 1..=statement.parameter_count() {
        let name = statement.parameter_name(place).unwrap_or_default();
        let nth: Option<usize> = name.strip_prefix('$').and_then(|n| n.parse().ok());
        let value = nth.and_then(|n| args.get(n.checked_sub(1)?));
        let value = value.ok_or_else(|| Error::Lost(format!("no value for {name}")))?;
        statement.raw_bind_parameter(place, value)?;
    }
    Ok(statement)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args;

    #[test]
    fn values_go_where_their_number_stands() {
        let conn = Connection::open_in_memory().unwrap();
        let ask = |sql: &'static str, args: &[Arg<'_>]| {
            rows::<(String, i64, Option<String>)>(&conn, &sql.into(), args, 9)
        };
        let found = ask("select $2, $1 + $1, $3", args![21, "b", None::<String>]).unwrap();
        assert_eq!(found, [("b".to_owned(), 42, None)]);
        assert!(ask("select $2, $1, $3", args![1, "b"]).is_err(), "one is missing");
        assert!(ask("select $1, $2, $3", args![1, 2, "c"]).is_err(), "not a text");
    }

    #[test]
    fn a_column_is_found_by_its_name_whatever_a_row_asks_first() {
        /// Asks for more where the first column says so, and not in the order of the statement.
        #[derive(Debug, PartialEq)]
        struct Odd(i64, Option<String>, String);
        impl FromRow for Odd {
            fn from_row(row: &Row<'_>) -> Result<Self> {
                let n = row.get("n")?;
                let b = if n == 2 { Some(row.get("b")?) } else { None };
                Ok(Self(n, b, row.get("a")?))
            }
        }
        let conn = Connection::open_in_memory().unwrap();
        let sql = Sql::from(
            "select 'a' as a, 'b' as b, 1 as n union all select 'c', 'd', 2
             union all select 'e', 'f', 3",
        );
        let found = rows::<Odd>(&conn, &sql, &[], 9).unwrap();
        let odd = |n, b: Option<&str>, a: &str| Odd(n, b.map(str::to_owned), a.to_owned());
        assert_eq!(found, [odd(1, None, "a"), odd(2, Some("d"), "c"), odd(3, None, "e")]);
        let gone = Sql::from("select 1 as n, 'b' as b");
        assert!(rows::<Odd>(&conn, &gone, &[], 9).is_err(), "no column a");
    }

    #[test]
    fn no_more_rows_are_read_than_are_wanted() {
        let conn = Connection::open_in_memory().unwrap();
        let sql = Sql::from("select 1 union all select 2 union all select 3");
        assert_eq!(rows::<(i64,)>(&conn, &sql, &[], 2).unwrap(), [(1,), (2,)]);
    }
}
