//! 変わったことの目印: counts what was committed, so that something that was read may be kept in
//! memory until a change that could concern it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

/// Whoever writes to one of these may change what a session is allowed to do.
const STAFF: &[&str] =
    &["accounts", "posts", "sessions", "organisations", "controllers", "settings"];

/// How many changes there were, of any kind and about staff. Another process that writes to the
/// same database is not counted: what is kept is also forgotten every other second (`forget`).
#[derive(Clone, Default)]
pub struct Changes(Arc<[AtomicU64; 2]>);

impl Changes {
    pub fn any(&self) -> u64 {
        self.0[0].load(SeqCst)
    }

    pub fn staff(&self) -> u64 {
        self.0[1].load(SeqCst)
    }

    /// From now on nothing that was kept counts any more.
    pub fn forget(&self) {
        self.count(Touched { any: true, staff: true });
    }

    pub(super) fn count(&self, touched: Touched) {
        for (n, touched) in self.0.iter().zip([touched.any, touched.staff]) {
            n.fetch_add(u64::from(touched), SeqCst);
        }
    }
}

/// What a transaction has written to so far.
#[derive(Clone, Copy, Default)]
pub struct Touched {
    any: bool,
    staff: bool,
}

impl Touched {
    pub(super) fn by(&mut self, sql: &str) {
        self.any = true;
        self.staff |= written(sql).is_none_or(|table| STAFF.contains(&table));
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
