//! What the tests may watch: every statement that was asked, and one predicate that is switched
//! off to see whether a test notices. Release builds keep nothing and switch nothing off.

use super::{Arg, Sql};

/// 計測. Belongs to one [`super::Db`], so that tests which run side by side do not meet.
#[derive(Clone, Default)]
pub struct Probe {
    #[cfg(debug_assertions)]
    kept: std::sync::Arc<std::sync::Mutex<watched::Kept>>,
}

#[cfg(not(debug_assertions))]
impl Probe {
    pub(super) fn asks(&self, _: &Sql) {}

    pub(super) fn sees(&self, sql: Sql, _: &[Arg<'_>]) -> Sql {
        sql
    }
}

#[cfg(debug_assertions)]
mod watched {
    use std::borrow::Cow;
    use std::collections::{BTreeMap, BTreeSet};

    use super::{Arg, Probe, Sql};

    /// The statements that carry a predicate, each with the values it was asked with.
    pub type Questions = BTreeMap<String, Vec<Vec<Arg<'static>>>>;

    /// So many sets of values are kept for each statement.
    const KEPT: usize = 40;

    /// How a predicate begins in the text of a statement.
    const SEE: &str = "(/*see*/";

    #[derive(Default)]
    pub struct Kept {
        asked: BTreeSet<String>,
        seen: Questions,
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

        pub(in crate::store) fn sees(&self, sql: Sql, args: &[Arg<'_>]) -> Sql {
            let Ok(mut kept) = self.kept.lock() else { return sql };
            let with = kept.seen.entry(sql.text().to_owned()).or_default();
            let args: Vec<_> = args.iter().map(owned).collect();
            if with.len() < KEPT && !with.contains(&args) {
                with.push(args);
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

        /// What was asked with a predicate since the last time.
        pub fn questions(&self) -> Questions {
            self.kept.lock().map(|mut k| std::mem::take(&mut k.seen)).unwrap_or_default()
        }

        /// From now on this predicate is true for everybody; `None` makes all hold again.
        pub fn weaken(&self, which: Option<(String, usize)>) {
            if let Ok(mut kept) = self.kept.lock() {
                kept.weak = which;
            }
        }
    }

    /// How many predicates a statement carries.
    pub fn predicates(sql: &str) -> usize {
        sql.matches(SEE).count()
    }

    fn owned(arg: &Arg<'_>) -> Arg<'static> {
        match arg {
            Arg::Text(t) => Arg::Text(t.as_ref().map(|t| Cow::Owned(t.to_string()))),
            Arg::Int(n) => Arg::Int(*n),
            Arg::Real(x) => Arg::Real(*x),
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

#[cfg(debug_assertions)]
pub use watched::{Questions, predicates};
