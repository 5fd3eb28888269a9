//! What the tests may watch: every statement that was asked, and one predicate that is switched
//! off to see whether a test notices. Release builds keep nothing and switch nothing off.

use super::Sql;

/// 計測. Belongs to one [`super::Db`], so that tests which run side by side do not meet.
#[derive(Clone, Default)]
pub struct Probe {
    #[cfg(debug_assertions)]
    kept: std::sync::Arc<std::sync::Mutex<watched::Kept>>,
}

#[cfg(not(debug_assertions))]
impl Probe {
    pub(super) fn asks(&self, _: &Sql) {}

    pub(super) fn sees(&self, sql: Sql) -> Sql {
        sql
    }
}

#[cfg(debug_assertions)]
mod watched {
    use std::collections::BTreeSet;

    use super::{Probe, Sql};

    /// How a predicate begins in the text of a statement.
    const SEE: &str = "(/*see*/";

    #[derive(Default)]
    pub struct Kept {
        asked: BTreeSet<String>,
        seen: BTreeSet<String>,
        weak: Option<(String, usize)>,
    }

    impl Probe {
        pub(in crate::store) fn asks(&self, sql: &Sql) {
            if let Ok(mut kept) = self.kept.lock()
                && !kept.asked.contains(sql.text())
            {
                kept.asked.insert(sql.text().to_owned());
            }
        }

        pub(in crate::store) fn sees(&self, sql: Sql) -> Sql {
            let Ok(mut kept) = self.kept.lock() else { return sql };
            if !kept.seen.contains(sql.text()) {
                kept.seen.insert(sql.text().to_owned());
            }
            match &kept.weak {
                Some((text, n)) if text == sql.text() => Sql::built(weakened(text, *n)),
                _ => sql,
            }
        }

        /// Every statement so far.
        pub fn asked(&self) -> BTreeSet<String> {
            self.kept.lock().map(|k| k.asked.clone()).unwrap_or_default()
        }

        /// Every predicate so far: the statement that was asked as the actor, and which of the
        /// predicates in it.
        pub fn predicates(&self) -> Vec<(String, usize)> {
            let seen = self.kept.lock().map(|k| k.seen.clone()).unwrap_or_default();
            let each = |s: String| (0..s.matches(SEE).count().max(1)).map(move |n| (s.clone(), n));
            seen.into_iter().flat_map(each).collect()
        }

        /// From now on this predicate is true for everybody; `None` makes all hold again.
        pub fn weaken(&self, which: Option<(String, usize)>) {
            if let Ok(mut kept) = self.kept.lock() {
                kept.weak = which;
            }
        }
    }

    /// The placeholders stay in the text: PostgreSQL wants each of them used.
    fn weakened(text: &str, n: usize) -> String {
        match text.match_indices(SEE).nth(n) {
            Some((at, _)) => {
                let (before, after) = text.split_at(at);
                format!("{before}(1 = 1 or {}", after.trim_start_matches(SEE))
            }
            None => text.to_owned(),
        }
    }
}
