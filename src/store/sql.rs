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
