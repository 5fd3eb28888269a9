//! Values for `$1`, `$2`, ... and rows both databases can fill.

use std::borrow::Cow;

use sqlx::FromRow;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::sqlite::{SqliteArguments, SqliteRow};

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

/// A row both databases can fill: `#[derive(sqlx::FromRow)]` or a tuple.
pub trait FromBoth:
    for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{
}
impl<T> FromBoth for T where
    T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{
}

macro_rules! bind {
    ($name:ident, $t:ty) => {
        pub(super) fn $name(args: &[Arg]) -> Result<$t> {
            use sqlx::Arguments;
            let mut out = <$t>::default();
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
    };
}
bind!(lite, SqliteArguments);
bind!(pg, PgArguments);
