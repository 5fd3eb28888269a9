//! 鍵の順の表: SQLite looks a text key up in an index and then the row in the table, two pages, and
//! what is known about a person lies wherever there was room when it was written. Here it keeps
//! tables in the order of a key instead, one page. PostgreSQL has no word for this; migrations stay
//! the same for both.

use rusqlite::Connection;

use super::{Error, Result};

/// In the order of their own key: nearly every statement asks for them, or every look or form
/// writes.
const BY_KEY: &[&str] = &[
    "clients",
    "client_lines",
    "accounts",
    "posts",
    "organisations",
    "audit_events",
    "submissions",
];

/// Nothing but a key, and nothing looks for them in another order.
const ALL_KEY: &str = "select m.name, m.sql from sqlite_master m where m.type = 'table'
    and 0 < (select count(*) from pragma_table_info(m.name) c where c.pk > 0)
    and 0 = (select count(*) from pragma_table_info(m.name) c where c.pk = 0)
    and 0 = (select count(*) from pragma_index_list(m.name) i where i.origin = 'c')
    order by m.name";

/// What holds for a person from a day on: the rows of one person lie together.
const OF_PEOPLE: &str = "select m.name, m.sql from sqlite_master m where m.type = 'table'
    and 3 = (select count(*) from pragma_table_info(m.name) c where (c.name = 'id' and c.pk > 0)
      or (c.name in ('client_id', 'valid_from') and c.\"notnull\" = 1)) order by m.name";

/// Puts those in order that are not, all or none.
pub(super) fn arrange(conn: &Connection) -> Result<()> {
    let new: Vec<Ordered> = ordered(conn)?.into_iter().filter(|t| !t.is_done()).collect();
    if new.is_empty() {
        return Ok(());
    }
    // What names a table goes on naming it; both settings hold outside a transaction only.
    conn.execute_batch("pragma foreign_keys = off; pragma legacy_alter_table = on")?;
    conn.execute_batch("begin immediate")?;
    let done = new.iter().try_for_each(|table| table.anew(conn));
    conn.execute_batch(if done.is_ok() { "commit" } else { "rollback" })?;
    conn.execute_batch("pragma foreign_keys = on; pragma legacy_alter_table = off")?;
    done
}

/// A table, and the words that made it.
struct Ordered {
    name: String,
    made: String,
    by_person: bool,
}

fn ordered(conn: &Connection) -> Result<Vec<Ordered>> {
    let tables = |sql: &str, by_person| -> Result<Vec<Ordered>> {
        let mut asked = conn.prepare(sql)?;
        let found = asked
            .query_map((), |row| Ok(Ordered { name: row.get(0)?, made: row.get(1)?, by_person }))?;
        Ok(found.collect::<Result<_, _>>()?)
    };
    let listed = BY_KEY.join("', '");
    let by_key = format!(
        "select m.name, m.sql from sqlite_master m
           where m.type = 'table' and m.name in ('{listed}')"
    );
    let all = [tables(&by_key, false)?, tables(ALL_KEY, false)?, tables(OF_PEOPLE, true)?];
    Ok(all.into_iter().flatten().collect())
}

const WITHOUT: &str = " without rowid";
const OWN_KEY: &str = "id text primary key";
const PERSONS_KEY: &str = "(client_id, valid_from, id)";
/// An index that the key makes needless.
const NEEDLESS: &str = "(client_id, valid_from)";

impl Ordered {
    fn is_done(&self) -> bool {
        self.made.ends_with(WITHOUT)
    }

    fn anew(&self, conn: &Connection) -> Result<()> {
        let name = &self.name;
        let sql = "select sql from sqlite_master where tbl_name = ?1 and type <> 'table'
                     and sql is not null";
        let mut around = conn.prepare(sql)?;
        let around = around.query_map([name], |row| row.get(0))?;
        let mut around = around.collect::<Result<Vec<String>, _>>()?;
        around.retain(|sql| !(self.by_person && sql.ends_with(NEEDLESS)));
        Ok(conn.execute_batch(&format!(
            "create table {name}_keyed ({}{WITHOUT};
             insert into {name}_keyed select * from {name};
             drop table {name};
             alter table {name}_keyed rename to {name};
             {}",
            self.columns()?,
            around.join("; ")
        ))?)
    }

    /// The columns and the key, to the closing bracket.
    fn columns(&self) -> Result<String> {
        let unknown = || Error::Lost(format!("{}: not a table as we write them", self.name));
        let (_, columns) = self.made.split_once('(').ok_or_else(unknown)?;
        if !self.by_person {
            return Ok(columns.to_owned());
        }
        let inner = columns.trim_end().strip_suffix(')').ok_or_else(unknown)?;
        let (before, after) = inner.split_once(OWN_KEY).ok_or_else(unknown)?;
        Ok(format!("{before}id text not null unique{after}, primary key {PERSONS_KEY})"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file as it was before: rows in the order they came, and rows that name them.
    fn old() -> Connection {
        let conn = Connection::open_in_memory().unwrap();
        let sql = "pragma foreign_keys = on;
            create table clients (
              id text primary key,
              number bigint not null unique -- printed with a check digit
            );
            alter table clients add column merged_into text references clients (id);
            create index clients_number on clients (number desc);
            create table names (
              id text primary key,
              client_id text not null references clients (id),
              valid_from text not null,
              replaces_id text references names (id), said text
            );
            create index names_client on names (client_id, valid_from);
            create index names_said on names (said);
            create trigger names_seen after insert on names when exists (select 1 from clients)
              begin select 1; end;
            create trigger clients_kept before delete on clients
              begin select raise(abort, 'kept'); end;
            create table topics (name_id text references names (id), topic text,
              primary key (name_id, topic));
            insert into clients values ('b', 1, null), ('a', 2, 'b');
            insert into names values ('y', 'b', 'x', null, null), ('x', 'a', 'x', 'y', 'w')";
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
            and name <> 'names_client' order by name";
        let before = texts(&conn, made);
        arrange(&conn).unwrap();
        arrange(&conn).unwrap();
        assert_eq!(texts(&conn, made), before);
        assert_eq!(texts(&conn, "select id from clients"), ["a", "b"]);
        assert_eq!(texts(&conn, "select id from names"), ["x", "y"], "by person");
        for kept in ["clients", "names", "topics"] {
            assert!(conn.prepare(&format!("select rowid from {kept}")).is_err(), "{kept}");
        }
        assert_eq!(texts(&conn, "select parent from pragma_foreign_key_check"), [""; 0]);
        for refused in [
            "insert into names values ('z', 'nobody', 'x', null, null)",
            "insert into names values ('z', 'a', 'x', 'nothing', null)",
            "insert into names values ('x', 'b', 'x', null, null)",
            "insert into names values (null, 'b', 'x', null, null)",
            "insert into clients values ('c', 3, 'nobody')",
            "insert into clients values ('c', 2, null)",
            "delete from clients where id = 'b'",
        ] {
            assert!(conn.execute(refused, ()).is_err(), "{refused}");
        }
        let more = "insert into names values ('z', 'b', 'x', 'x', null)";
        assert_eq!(conn.execute(more, ()).unwrap(), 1);
    }

    #[test]
    fn what_cannot_be_put_in_order_stays_as_it_was() {
        let conn = old();
        conn.execute_batch("create table names_keyed (id text)").unwrap();
        assert!(arrange(&conn).is_err());
        assert!(conn.prepare("select rowid from clients").is_ok(), "neither is in order");
        let nobody = "insert into names values ('z', 'nobody', 'x', null, null)";
        assert!(conn.execute(nobody, ()).is_err(), "the rules hold");
    }
}
