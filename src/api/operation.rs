//! 操作の一覧: every operation of the API in one table.

use serde_json::Value;

use super::call::Receipt;
use super::shape::Shape;
use super::{
    assignments, care_score, case_notes, clients, closure, codes, consultations, coordinators,
    directory, follow_ups, imports, ledger, moves, parts, reports, requests, team, timeline,
};
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
    /// What is asked: the body of a POST, the query of a GET or of a file.
    pub form: fn(&'static Part, &Codes) -> Form,
    pub answer: fn(&'static Part, &Codes) -> Value,
    pub example: fn(&'static Part, &Codes) -> Value,
    /// The request as the document shows it, where the form's own example would not be saved.
    pub request: &'static str,
    pub effect: Effect,
    /// The body is a file, and the form stands in the address.
    pub file: bool,
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
    directory::COLLEAGUES,
    directory::ORGANISATIONS,
    clients::SEARCH,
    clients::ENROL,
    clients::SHOW,
    closure::CLOSE,
    closure::REOPEN,
    parts::SHOW,
    parts::ADD,
    parts::CORRECT,
    parts::END,
    parts::VOID,
    team::LIST,
    team::JOIN,
    team::LEAVE,
    ledger::LIST,
    care_score::SHOW,
    care_score::HISTORY,
    care_score::JUDGE,
    care_score::CORRECT,
    consultations::LIST,
    consultations::SEARCH,
    consultations::LOG,
    consultations::SHOW,
    consultations::CORRECT,
    consultations::WITHDRAW,
    case_notes::LIST,
    case_notes::OF_CLIENT,
    case_notes::WRITE,
    case_notes::SHOW,
    case_notes::CORRECT,
    case_notes::WITHDRAW,
    timeline::SHOW,
    follow_ups::LIST,
    follow_ups::OF_CLIENT,
    follow_ups::OF_CONSULTATION,
    follow_ups::OF_NOTE,
    follow_ups::SHOW,
    follow_ups::FINISH,
    follow_ups::HAND_OVER,
    coordinators::CASELOAD,
    coordinators::CASES,
    requests::LIST,
    requests::MAKE,
    requests::SHOW,
    requests::DECIDE,
    requests::WITHDRAW,
    assignments::HISTORY,
    assignments::SHOW,
    assignments::HAND_OVER,
    reports::LIST,
    reports::RUN,
    reports::EDITIONS,
    reports::EDITION,
    imports::LAYOUTS,
    imports::LIST,
    imports::UPLOAD,
    imports::SHOW,
    imports::SAVE,
    imports::UNDO,
    imports::DISCARD,
    moves::LIST,
    moves::SHOW,
    moves::PROPOSE,
    moves::ACCEPT,
    moves::DECLINE,
];

impl Operation {
    pub fn find(method: &str, path: &str) -> Option<&'static Self> {
        OPERATIONS.iter().find(|o| o.method == method && o.path == path)
    }

    /// Whether the form stands in the address.
    pub fn is_query(&self) -> bool {
        self.method == "GET" || self.file
    }

    /// Looks at something; form and shape follow.
    pub(super) const fn reads(
        path: &'static str,
        id: &'static str,
        title: &'static str,
        scope: &'static str,
    ) -> Self {
        Self { method: "GET", effect: Effect::Reads, ..Self::makes(path, id, title, scope) }
    }

    /// Adds a record; the answer is its receipt.
    pub(super) const fn makes(
        path: &'static str,
        id: &'static str,
        title: &'static str,
        scope: &'static str,
    ) -> Self {
        Self {
            method: "POST",
            path,
            id,
            title,
            scope,
            form: nothing,
            answer: |_, _| Receipt::schema(),
            example: |_, _| Receipt::example(),
            request: "",
            effect: Effect::Makes,
            file: false,
        }
    }

    /// Changes a record that was read before.
    pub(super) const fn changes(
        path: &'static str,
        id: &'static str,
        title: &'static str,
        scope: &'static str,
    ) -> Self {
        Self { effect: Effect::Changes, ..Self::makes(path, id, title, scope) }
    }

    /// The same with the shape it answers.
    pub(super) const fn answers(
        self,
        answer: fn(&'static Part, &Codes) -> Value,
        example: fn(&'static Part, &Codes) -> Value,
    ) -> Self {
        Self { answer, example, ..self }
    }
}

/// The form of an operation that asks nothing.
pub fn nothing(_: &'static Part, _: &Codes) -> Form {
    Form::new("", "", vec![])
}

/// The schema of a shape, as an operation names it.
pub fn schema<T: Shape>(_: &'static Part, _: &Codes) -> Value {
    T::schema()
}

/// The example of a shape, as an operation names it.
pub fn example<T: Shape>(_: &'static Part, _: &Codes) -> Value {
    T::example()
}
