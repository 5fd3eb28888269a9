//! 頁: lists are read by key. A page begins after the last record of the one before, so nothing is
//! skipped or said twice when records are added meanwhile.

use serde::Serialize;
use serde_json::{Value, json};

use super::call::{Call, Outcome, Stop};
use super::shape::{Shape, object, titled};
use crate::web::{Error, Field, Form, Kind};

/// Records of a page where nothing else is asked.
const USUAL: i64 = 50;
/// Counted so far; beyond, the total is said as 「at least」.
pub const COUNTED: i64 = 1_000;

/// The form of a list: what it is asked, and which page.
pub fn form(mut fields: Vec<Field>) -> Form {
    fields.push(
        Field::new("after", "どの記録の次から", Kind::Key(160))
            .help("前の頁の答えの after をそのまま入れます。"),
    );
    let limit = Kind::Number { min: 1, max: 100, unit: "件" };
    fields.push(Field::new("limit", "一頁の件数", limit).help("空のときは50件です。"));
    Form::new("api-list", "一覧", fields)
}

/// 一覧. One page of it; `total` is exact up to a thousand.
#[derive(Clone, Debug, Serialize)]
pub struct Listed<T> {
    items: Vec<T>,
    total: i64,
    at_least: bool,
    after: Option<String>,
    next: Option<String>,
}

impl<T: Shape> Shape for Listed<T> {
    fn schema() -> Value {
        object(vec![
            ("items", titled(Vec::<T>::schema(), "記録")),
            ("total", titled(i64::schema(), "全部の件数（1000件まで数える）")),
            ("at_least", titled(bool::schema(), "件数は total より多い")),
            ("after", titled(Option::<String>::schema(), "次の頁で after に入れる値")),
            ("next", titled(Option::<String>::schema(), "次の頁の住所（GET のとき）")),
        ])
    }

    fn example() -> Value {
        json!({"items": [T::example()], "total": 1, "at_least": false, "after": null, "next": null})
    }
}

/// 向き. How the keys of a list go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Up,
    Down,
}

/// A page of rows that are all in hand, in the order of their keys.
pub fn of_all<R, T>(
    call: &Call,
    rows: Vec<R>,
    order: Order,
    key: impl Fn(&R) -> String,
    make: impl Fn(R) -> T,
) -> Listed<T> {
    let total = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let after = call.values.opt("after");
    let passed = |r: &R| {
        after.as_ref().is_none_or(|after| match order {
            Order::Up => key(r) > *after,
            Order::Down => key(r) < *after,
        })
    };
    let rest: Vec<R> = rows.into_iter().filter(passed).collect();
    of_page(call, rest, total, key, make)
}

/// A page of rows that were asked for from the key on, and one more if there is one.
pub fn of_page<R, T>(
    call: &Call,
    mut rows: Vec<R>,
    total: i64,
    key: impl Fn(&R) -> String,
    make: impl Fn(R) -> T,
) -> Listed<T> {
    let limit = usize::try_from(limit(call)).unwrap_or(1);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let after = rows.last().filter(|_| more).map(key);
    Listed {
        items: rows.into_iter().map(make).collect(),
        total: total.min(COUNTED),
        at_least: total > COUNTED,
        next: after.as_ref().and_then(|after| call.address_of(after)),
        after,
    }
}

/// How many records the page holds.
pub fn limit(call: &Call) -> i64 {
    call.values.int("limit").unwrap_or(USUAL)
}

/// The two halves of a key `first~id`; without one, what stands before everything.
pub fn key(call: &Call) -> Result<Option<(String, String)>, Stop> {
    let Some(after) = call.values.opt("after") else { return Ok(None) };
    let halves = after.split_once('~').map(|(a, b)| (a.to_owned(), b.to_owned()));
    halves.map(Some).ok_or_else(|| unknown().into())
}

/// What was sent as `after` is no key of the list.
pub fn unknown() -> Error {
    Error::refused("after", "前の頁の答えの after をそのまま入れてください")
}

impl Call {
    /// Answers a page, with the address of the next one in `Link` (RFC 8288).
    pub fn page<T: Serialize>(&self, page: &Listed<T>) -> Outcome {
        self.page_at("", page)
    }

    /// As [`Call::page`], for a list that has a version of its own.
    pub fn page_at<T: Serialize>(&self, version: &str, page: &Listed<T>) -> Outcome {
        let mut out = self.answer(version, page)?;
        let link = page.next.as_ref().map(|next| format!("<{next}>; rel=\"next\""));
        if let Some(value) = link.and_then(|l| l.parse().ok()) {
            out.headers_mut().insert("link", value);
        }
        Ok(out)
    }
}
