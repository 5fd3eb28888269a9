//! 変わったことの目印: counts what was committed, so that something that was read may be kept in
//! memory until a change that could concern it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

/// Whoever writes to one of these may change what a session is allowed to do.
const STAFF: &[&str] =
    &["accounts", "posts", "sessions", "organisations", "controllers", "settings"];

/// Whoever writes to these alone (names of tables, or how they begin) changes neither who there is
/// nor who may see whom: what a desk writes all day.
const DAILY: &[&str] =
    &["consultation", "case_note", "follow_up", "submissions", "drafts", "sessions", "api_answers"];

/// How many changes there were: of people and of who may see them, and of staff. Another process
/// that writes to the same database is not counted: what is kept is also forgotten every other
/// second (`forget`).
#[derive(Clone, Default)]
pub struct Changes(Arc<[AtomicU64; 2]>);

impl Changes {
    pub fn people(&self) -> u64 {
        self.0[0].load(SeqCst)
    }

    pub fn staff(&self) -> u64 {
        self.0[1].load(SeqCst)
    }

    /// From now on nothing that was kept counts any more.
    pub fn forget(&self) {
        self.count(Touched { people: true, staff: true, moved: false });
    }

    pub(super) fn count(&self, touched: Touched) {
        for (n, touched) in self.0.iter().zip([touched.people, touched.staff]) {
            n.fetch_add(u64::from(touched), SeqCst);
        }
    }
}

/// What a transaction has written to so far.
#[derive(Clone, Copy, Default)]
pub struct Touched {
    people: bool,
    staff: bool,
    /// Consultations changed otherwise than one at a time, or whose they are.
    pub(super) moved: bool,
}

/// Writes to consultations that have an event of their own, by which they are followed.
const FOLLOWED: &[&str] =
    &["insert into consultations (id, controller_id,", "update consultations set voided_at ="];

impl Touched {
    pub(super) fn by(&mut self, sql: &str) {
        let table = written(sql);
        self.people |= table.is_none_or(|table| !DAILY.iter().any(|d| table.starts_with(d)));
        self.staff |= table.is_none_or(|table| STAFF.contains(&table));
        self.moved |= match table {
            Some("consultations") => !FOLLOWED.iter().any(|known| sql.starts_with(known)),
            Some("clients") => !sql.trim_start().starts_with("insert"),
            Some(_) => false,
            None => true,
        };
    }
}

/// Counts when the transaction is over, also when nobody waits for its end any more.
pub(super) struct Count(pub Changes, pub Touched);

impl Drop for Count {
    fn drop(&mut self) {
        self.0.count(self.1);
    }
}

/// The table a statement changes; `None` where it does not begin with the change.
fn written(sql: &str) -> Option<&str> {
    let mut words = sql.split_whitespace();
    match words.next()? {
        "insert" | "delete" => words.nth(1),
        "update" => words.next(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_followed_row_by_row_is_told() {
        let moved = |sql: &str| {
            let mut touched = Touched::default();
            touched.by(sql);
            touched.moved
        };
        assert!(moved("update consultations set client_id = $1 where id = $2"));
        assert!(moved("delete from consultations as x where x.client_id = $1"));
        assert!(moved("insert into consultations (\"id\", \"text\") values ($1, $2)"), "put back");
        assert!(moved("update clients set absent = 'trashed' where id = $1"));
        assert!(moved("with x as (select 1) delete from consultations"), "not understood");
        assert!(!moved("insert into clients (id, number) values ($1, $2)"));
        assert!(!moved("insert into consultations (id, controller_id, text) values ($1, $2, $3)"));
        assert!(!moved("update consultations set voided_at = $2 where id = $1"));
        assert!(!moved("insert into case_notes (id) values ($1)"));
    }

    #[test]
    fn what_a_desk_writes_all_day_changes_no_list_of_people() {
        let people = |sql: &str| {
            let mut touched = Touched::default();
            touched.by(sql);
            touched.people
        };
        assert!(!people("insert into consultations (id, controller_id, text) values ($1, $2, $3)"));
        assert!(!people("delete from drafts where id = $1"));
        assert!(people("insert into closures (id) values ($1)"));
        assert!(people("update assignments set valid_until = $1 where id = $2"));
        assert!(people("with x as (select 1) delete from drafts"), "not understood");
    }

    #[test]
    fn a_change_of_staff_is_told_from_others() {
        let staff = |sql: &str| {
            let mut touched = Touched::default();
            touched.by(sql);
            touched.staff
        };
        assert!(staff("update accounts set login = $1"));
        assert!(staff("insert into posts (id) values ($1)"));
        assert!(staff("\n delete from sessions where account_id = $1"));
        assert!(staff("with x as (select 1) update posts set title = ''"), "not understood");
        assert!(!staff("insert into client_names (id) values ($1)"));
        assert!(!staff("update drafts set entry = $1"));
    }
}
