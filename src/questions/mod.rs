//! 助言を求める: a question about a case to a medical adviser, a nurse or a supervisor, who does not
//! learn whose case it is, or sees what the family agreed to. Answers are timed.

pub mod ask;
pub mod end;
pub mod list;
pub mod one;
pub mod personal;
pub mod reply;

pub use list::{Line, mine};

use crate::staff::settings::Setting;

/// Within so many days an answer is due where the field has no adviser with a time of their own.
pub const DAYS: Setting = Setting { key: "question_days", default: 7 };
/// The longest time for which an adviser may be shown a folder (unsourced).
pub const SHOWN_DAYS: Setting = Setting { key: "question_shown_days", default: 90 };

/// The actor may be asked for an answer to the question `q` today: in its field, of its controller,
/// and named where the question names somebody.
#[macro_export]
macro_rules! advises {
    () => {
        "(/*see*/ $1 in ('controller', 'team', 'consented') and q.withdrawn_at is null \
         and exists (select 1 from advisers d where d.account_id = $4 \
         and d.controller_id = q.controller_id and d.field = q.field \
         and (q.adviser_id is null or q.adviser_id = $4) and d.voided_at is null \
         and d.valid_from <= $5 and (d.valid_until is null or d.valid_until > $5)) \
         and $2 = $2 and $3 = $3)"
    };
}

/// True when the actor may see the question `q` (the alias every statement gives it): by its
/// person, or as an adviser, who is not told whose question it is.
#[macro_export]
macro_rules! visible_question {
    () => {
        concat!(
            "(",
            $crate::visible!("q.client_id", "consultation"),
            " or ",
            $crate::advises!(),
            ")"
        )
    };
}
