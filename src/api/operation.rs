//! 操作の一覧: every operation of the API in one table.

use serde_json::Value;

use super::{clients, codes, consultations, parts};
use crate::clients::parts::Part;
use crate::codes::Codes;
use crate::web::Form;

/// 連携の操作. The row of the document, and what its request is checked against.
#[derive(Debug)]
pub struct Operation {
    pub method: &'static str,
    /// As in `routes.rs`.
    pub path: &'static str,
    pub id: &'static str,
    pub title: &'static str,
    /// Of the code list `api_scope`; "" for what any token may ask.
    pub scope: &'static str,
    /// What is asked: the body of a POST, the query of a GET.
    pub form: fn(&'static Part) -> Form,
    pub answer: fn(&'static Part, &Codes) -> Value,
    pub example: fn(&'static Part, &Codes) -> Value,
    /// The request as the document shows it, where the form's own example would not be saved.
    pub request: &'static str,
    pub effect: Effect,
}

/// 働き. What an operation does to the records, and which headers that needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    Reads,
    /// Needs an Idempotency-Key; answers 201.
    Makes,
    /// Needs an Idempotency-Key and the version it was read at in If-Match; answers 200.
    Changes,
}

pub const OPERATIONS: &[Operation] = &[
    codes::LIST,
    clients::SEARCH,
    clients::ENROL,
    clients::SHOW,
    clients::CLOSE,
    parts::SHOW,
    parts::ADD,
    parts::CORRECT,
    parts::END,
    parts::VOID,
    consultations::LOG,
    consultations::SHOW,
    consultations::CORRECT,
    consultations::WITHDRAW,
];

impl Operation {
    pub fn find(method: &str, path: &str) -> Option<&'static Self> {
        OPERATIONS.iter().find(|o| o.method == method && o.path == path)
    }

    pub fn is_query(&self) -> bool {
        self.method == "GET"
    }
}

/// The form of an operation that asks nothing.
pub fn nothing(_: &'static Part) -> Form {
    Form::new("", "", vec![])
}
