//! 台帳の項目: the parts of a person's folder, as `parts.toml` describes them. Adding a row, ending
//! it, correcting it and reading it as of a date are the same for every part.

mod back;
mod change;
mod file;
mod overlaps;
mod read;
mod rules;
mod whole;

pub use back::{Trace, trace, unadd, unend, unvoid};
pub use change::{add, bump, changed, correct, end, version, void};
pub use file::{all, find};
pub use overlaps::overlaps;
pub use read::{PartRow, hidden_from_actor, history, named_by, rows, within_consent, words};
pub use whole::{Whole, whole};

use crate::web::Form;

/// 台帳の項目. One part: its table, its words, its form.
#[derive(Debug)]
pub struct Part {
    pub id: &'static str,
    pub title: &'static str,
    pub table: &'static str,
    /// The category of data a consent must cover.
    pub category: &'static str,
    /// One at a time: a new row ends the one before.
    pub single: bool,
    /// Its names or telephones are found by the search.
    pub searched: bool,
    /// Never without a row: it is replaced or corrected, not ended.
    pub lasting: bool,
    /// Days that cannot lie in the future.
    pub past: &'static [&'static str],
    /// At least one of these is answered.
    pub one_of: &'static [&'static str],
    /// The restriction that hides it from roles without it.
    pub hidden_by: Option<&'static str>,
    /// The fields that are hidden with the address: telephones.
    pub hidden: Vec<&'static str>,
    /// The fields of the one-line summary, in order.
    pub shown: &'static [&'static str],
    pub form: Form,
}

impl Part {
    /// The columns that hold the fields, as SQL writes them.
    fn columns(&self) -> String {
        let names: Vec<&str> = self.form.fields.iter().map(|f| f.name).collect();
        names.join(", ")
    }
}
