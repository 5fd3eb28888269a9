//! The text of a statement: written in the source, or put together from a table description.

use std::sync::Arc;

use sqlx::{AssertSqlSafe, SqlSafeStr, SqlStr};

/// A statement. Built ones come from part and report files, never from what a user typed.
#[derive(Clone, Debug)]
pub struct Sql {
    text: Text,
    of_looks: bool,
}

#[derive(Clone, Debug)]
enum Text {
    Written(&'static str),
    Built(Arc<str>),
}

impl From<&'static str> for Sql {
    fn from(s: &'static str) -> Self {
        Self { of_looks: of_looks(s), text: Text::Written(s) }
    }
}

/// Whether it names `audit_events` or `audit_heads`.
fn of_looks(text: &str) -> bool {
    text.contains("audit_")
}

impl Sql {
    /// A statement put together from trusted pieces (our own files and constants).
    pub fn built(s: impl Into<Arc<str>>) -> Self {
        let s = s.into();
        Self { of_looks: of_looks(&s), text: Text::Built(s) }
    }

    pub fn text(&self) -> &str {
        match &self.text {
            Text::Written(s) => s,
            Text::Built(s) => s,
        }
    }

    /// Whether it is about who looked at what.
    pub fn is_of_looks(&self) -> bool {
        self.of_looks
    }
}

impl SqlSafeStr for Sql {
    fn into_sql_str(self) -> SqlStr {
        match self.text {
            Text::Written(s) => s.into_sql_str(),
            Text::Built(s) => AssertSqlSafe(s).into_sql_str(),
        }
    }
}
