//! Values for `$1`, `$2`, ...

use std::borrow::Cow;

use rusqlite::types::{ToSql, ToSqlOutput, Value, ValueRef};
use sqlx::Arguments;
use sqlx::postgres::PgArguments;

use super::{Error, Result};

/// A value for a placeholder. A missing value keeps its type: PostgreSQL prepares by it.
#[derive(Clone, Debug, PartialEq)]
pub enum Arg<'a> {
    Text(Option<Cow<'a, str>>),
    Int(Option<i64>),
    Real(Option<f64>),
}

pub trait ToArg {
    fn arg(&self) -> Arg<'_>;
}

macro_rules! to_arg {
    ($($t:ty: $v:ident, $s:ident => $e:expr;)*) => { $(
        impl ToArg for $t {
            fn arg(&self) -> Arg<'_> { let $s = self; Arg::$v(Some($e)) }
        }
        impl ToArg for Option<$t> {
            fn arg(&self) -> Arg<'_> { Arg::$v(self.as_ref().map(|$s| $e)) }
        }
    )* };
}

to_arg! {
    &str: Text, s => Cow::Borrowed(*s);
    String: Text, s => Cow::Borrowed(s.as_str());
    i64: Int, s => *s;
    bool: Int, s => i64::from(*s);
    f64: Real, s => *s;
    civil::Date: Text, s => Cow::Owned(s.to_string());
    civil::Instant: Text, s => Cow::Owned(s.to_string());
}

impl<T: ToArg> ToArg for &T {
    fn arg(&self) -> Arg<'_> {
        (**self).arg()
    }
}

impl ToArg for Arg<'_> {
    fn arg(&self) -> Arg<'_> {
        self.clone()
    }
}

/// `args![id, on, minutes]`: the values of a statement in the order of its placeholders.
#[macro_export]
macro_rules! args {
    ($($e:expr),* $(,)?) => { &[$($crate::store::ToArg::arg(&$e)),*] };
}

impl ToSql for Arg<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Arg::Text(Some(text)) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Arg::Int(Some(n)) => ToSqlOutput::Owned(Value::Integer(*n)),
            Arg::Real(Some(x)) => ToSqlOutput::Owned(Value::Real(*x)),
            Arg::Text(None) | Arg::Int(None) | Arg::Real(None) => ToSqlOutput::Owned(Value::Null),
        })
    }
}

pub(super) fn pg(args: &[Arg]) -> Result<PgArguments> {
    let mut out = PgArguments::default();
    for a in args {
        match a {
            Arg::Text(v) => out.add(v.as_deref().map(str::to_owned)),
            Arg::Int(v) => out.add(*v),
            Arg::Real(v) => out.add(*v),
        }
        .map_err(|e| Error::Sql(sqlx::Error::Encode(e)))?;
    }
    Ok(out)
}
