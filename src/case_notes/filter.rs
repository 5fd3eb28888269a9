//! Which notes a list or a timeline asks for.

use civil::Date;

use crate::codes::Codes;
use crate::web::form::{Field, Form, Kind, Values};
use crate::web::{Entry, Problems};

/// 支援経過の絞り込み. Days are days in Japan, [from, until); the address names the last day.
#[derive(Clone, Debug)]
pub(super) struct Filter {
    pub from: Date,
    pub until: Date,
    pub values: Values,
}

pub(super) fn form() -> Form {
    Form::new(
        "case-notes-filter",
        "支援経過をしぼりこむ",
        vec![
            Field::new("from", "この日から", Kind::Date),
            Field::new("until", "この日まで", Kind::Date),
            Field::new("kind", "支援の方法", Kind::Select("note_kind")),
            Field::new("author", "記録した人", Kind::Record),
        ],
    )
}

impl Filter {
    pub fn read(form: &Form, asked: &Entry, codes: &Codes) -> Result<Self, Problems> {
        Ok(Self::of(form.read(asked, codes)?))
    }

    pub fn of(values: Values) -> Self {
        let from = values.date("from").unwrap_or(Date::MIN);
        let until = values.date("until").and_then(|last| last.tomorrow().ok()).unwrap_or(Date::MAX);
        Self { from, until, values }
    }

    /// 「令和8年4月1日から令和9年3月31日まで」, or nothing.
    pub fn days(&self) -> String {
        let first =
            (self.from > Date::MIN).then(|| format!("{}から", civil::format_era(self.from)));
        let last = self.until.yesterday().ok().filter(|_| self.until < Date::MAX);
        let last = last.map(|d| format!("{}まで", civil::format_era(d)));
        [first, last].into_iter().flatten().collect()
    }
}
