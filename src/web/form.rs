//! Forms. A form is a list of fields; a field knows its label, its kind and what it refuses, so
//! that every page, message and test of bad input comes from the same description.

mod bad;
mod read;
#[cfg(test)]
mod tests;
mod view;

pub use bad::bad_entry;
pub use read::{Entry, Values};
pub use view::{FieldView, FormView, Opt, Options};

/// One question of a form.
#[derive(Clone, Debug)]
pub struct Field {
    pub name: &'static str,
    pub label: &'static str,
    pub kind: Kind,
    pub required: bool,
    pub help: &'static str,
}

/// What may be answered. Lengths in characters, numbers inclusive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    Text(usize),
    Long(usize),
    /// ふりがな: hiragana or katakana, half width too.
    Kana(usize),
    Phone,
    Date,
    /// 日付と時刻.
    DateTime,
    /// 時刻 (9:05).
    Time,
    Number {
        min: i64,
        max: i64,
        unit: &'static str,
    },
    /// One of a code list, as radios.
    Code(&'static str),
    /// One of a code list, as a drop-down (lists longer than ten).
    Select(&'static str),
    /// Any of a code list.
    Codes(&'static str),
    /// One of the records the page offers under the field's name (colleagues, organisations ...).
    Record,
    /// Where a page of a list begins: a key that an answer gave, with digits that may look like a
    /// My Number and are none.
    Key(usize),
    /// A client by number; the page looks the person up.
    Client,
    Yes,
    Password,
}

/// 入力用紙. `id` names its draft, its test and its anchor; fields in the order of the page.
#[derive(Clone, Debug)]
pub struct Form {
    pub id: &'static str,
    pub title: &'static str,
    pub fields: Vec<Field>,
}

impl Field {
    pub const fn new(name: &'static str, label: &'static str, kind: Kind) -> Self {
        Self { name, label, kind, required: false, help: "" }
    }

    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    pub const fn help(mut self, help: &'static str) -> Self {
        self.help = help;
        self
    }
}

impl Form {
    pub fn new(id: &'static str, title: &'static str, fields: Vec<Field>) -> Self {
        Self { id, title, fields }
    }

    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|f| f.name == name)
    }
}

/// What a form refused: (field name, message). An empty name is about the whole form.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Problems(pub Vec<(String, String)>);

impl Problems {
    pub fn one(field: &str, message: impl Into<String>) -> Self {
        Self(vec![(field.to_owned(), message.into())])
    }

    pub fn add(&mut self, field: &str, message: impl Into<String>) {
        self.0.push((field.to_owned(), message.into()));
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn of(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|(f, _)| f == field).map(|(_, m)| m.as_str())
    }
}
