//! The text of a statement: written in the source, or put together from a table description.

use std::sync::Arc;

use sqlx::{AssertSqlSafe, SqlSafeStr, SqlStr};

/// A statement. Built ones come from part and report files, never from what a user typed.
#[derive(Clone, Debug)]
pub enum Sql {
    Written(&'static str),
    Built(Arc<str>),
}

impl From<&'static str> for Sql {
    fn from(s: &'static str) -> Self {
        Self::Written(s)
    }
}

impl Sql {
    /// A statement put together from trusted pieces (our own files and constants).
    pub fn built(s: impl Into<Arc<str>>) -> Self {
        Self::Built(s.into())
    }

    pub fn text(&self) -> &str {
        match self {
            Self::Written(s) => s,
            Self::Built(s) => s,
        }
    }
}

impl SqlSafeStr for Sql {
    fn into_sql_str(self) -> SqlStr {
        match self {
            Self::Written(s) => s.into_sql_str(),
            Self::Built(s) => AssertSqlSafe(s).into_sql_str(),
        }
    }
}

#[cfg(not(debug_assertions))]
impl Sql {
    pub(super) fn weakened(self) -> Self {
        self
    }
}

/// Only in debug builds: the access tests switch the predicate of one statement off and must then
/// find something they should not see. Every statement asked is kept in `ASKED` for them.
#[cfg(debug_assertions)]
pub mod mutation {
    use std::collections::BTreeSet;
    use std::sync::Mutex;

    use super::Sql;

    pub static ASKED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    pub static WEAK: Mutex<Option<String>> = Mutex::new(None);

    impl Sql {
        pub(in crate::store) fn weakened(self) -> Self {
            if let Ok(mut asked) = ASKED.lock()
                && !asked.contains(self.text())
            {
                asked.insert(self.text().to_owned());
            }
            let weak = WEAK.lock().ok().and_then(|w| w.clone());
            match weak {
                Some(text) if text == self.text() => {
                    // The placeholders stay in the text: PostgreSQL wants each of them used.
                    Sql::built(text.replace("(/*see*/", "(1 = 1 or "))
                }
                _ => self,
            }
        }
    }
}
#[cfg(debug_assertions)]
pub use mutation::{ASKED, WEAK};
