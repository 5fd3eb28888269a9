//! 鍵の順の表: SQLite looks a text key up in an index and then the row in the table, two pages. A
//! table that every statement about people asks is kept in the order of its key instead: one page.
//! PostgreSQL has no word for this; migrations stay the same for both.

use rusqlite::Connection;

use super::{Error, Result};

const KEYED: &[&str] = &["clients", "client_lines"];

/// Puts them in order that are not. A table is copied whole or not at all.
pub(super) fn arrange(conn: &Connection) -> Result<()> {
    for table in KEYED {
        let sql = "select sql from sqlite_master where type = 'table' and name = ?1";
        let made: String = conn.query_row(sql, [table], |row| row.get(0))?;
        if !made.ends_with(ORDERED) {
            // The rows that name it go on naming it; both settings hold outside a transaction only.
            conn.execute_batch("pragma foreign_keys = off; pragma legacy_alter_table = on")?;
            let done = anew(conn, table, &made);
            if done.is_err() && !conn.is_autocommit() {
                conn.execute_batch("rollback")?;
            }
            conn.execute_batch("pragma foreign_keys = on; pragma legacy_alter_table = off")?;
            done?;
        }
    }
    Ok(())
}

const ORDERED: &str = " without rowid";

fn anew(conn: &Connection, table: &str, made: &str) -> Result<()> {
    let columns = made.split_once('(').ok_or_else(|| Error::Lost(format!("no table {table}")))?.1;
    let sql = "select sql from sqlite_master where tbl_name = ?1 and type <> 'table'
                 and sql is not null";
    let mut around = conn.prepare(sql)?;
    let around = around.query_map([table], |row| row.get(0))?;
    let around = around.collect::<Result<Vec<String>, _>>()?.join("; ");
    Ok(conn.execute_batch(&format!(
        "begin immediate;
         create table {table}_keyed ({columns}{ORDERED};
         insert into {table}_keyed select * from {table};
         drop table {table};
         alter table {table}_keyed rename to {table};
         {around};
         commit"
    ))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file as it was before: rows in the order they came, and rows that name them.
    fn old() -> Connection {
        let conn = Connection::open_in_memory().unwrap();
        let sql = "pragma foreign_keys = on;
            create table client_lines (id text primary key) without rowid;
            create table clients (
              id text primary key,
              number bigint not null unique -- printed with a check digit
            );
            alter table clients add column merged_into text references clients (id);
            create index clients_number on clients (number desc);
            create table names (client_id text not null references clients (id));
            create trigger names_seen after insert on names when exists (select 1 from clients)
              begin select 1; end;
            create trigger clients_kept before delete on clients
              begin select raise(abort, 'kept'); end;
            insert into clients values ('b', 1, null), ('a', 2, 'b');
            insert into names values ('a')";
        conn.execute_batch(sql).unwrap();
        conn
    }

    fn texts(conn: &Connection, sql: &str) -> Vec<String> {
        let mut asked = conn.prepare(sql).unwrap();
        asked.query_map((), |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    #[test]
    fn an_old_table_is_put_in_the_order_of_its_key_and_loses_nothing() {
        let conn = old();
        let made = "select name from sqlite_master where name not like 'sqlite_%'
            and tbl_name <> 'client_lines' order by name";
        let before = texts(&conn, made);
        arrange(&conn).unwrap();
        arrange(&conn).unwrap();
        assert_eq!(texts(&conn, made), before);
        assert_eq!(texts(&conn, "select id from clients"), ["a", "b"]);
        assert!(conn.prepare("select rowid from clients").is_err());
        assert_eq!(texts(&conn, "select parent from pragma_foreign_key_check"), [""; 0]);
        for refused in [
            "insert into names values ('nobody')",
            "insert into clients values ('c', 3, 'nobody')",
            "insert into clients values ('c', 2, null)",
            "delete from clients where id = 'b'",
        ] {
            assert!(conn.execute(refused, ()).is_err(), "{refused}");
        }
        assert_eq!(conn.execute("insert into names values ('b')", ()).unwrap(), 1);
    }

    #[test]
    fn what_cannot_be_put_in_order_stays_as_it_was() {
        let conn = old();
        conn.execute_batch("create table clients_keyed (id text)").unwrap();
        assert!(arrange(&conn).is_err());
        assert_eq!(texts(&conn, "select id from clients order by number"), ["b", "a"]);
        assert!(conn.execute("insert into names values ('nobody')", ()).is_err(), "rules hold");
    }
}
