//! What a stored value is called on paper, where no code list and no form says it.

use serde::Deserialize;

use super::tables;
use crate::access::Role;
use crate::audit::words;
use crate::clients::parts;
use crate::codes::Codes;

/// 値の言い方. Where the words of a column's values stand.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Says {
    /// A part of the folder.
    Part,
    /// A table of `tables.toml`.
    Table,
    /// What was done, and to what.
    Verb,
    Noun,
    Role,
    /// A row of the table of the care score, and a level of watching.
    Score,
    Watch,
    /// Names of fields, with commas between them.
    Fields,
}

impl Says {
    pub fn words(self, raw: &str, codes: &Codes) -> String {
        let said = match self {
            Self::Part => parts::find(raw).map(|p| p.title.to_owned()),
            Self::Table => title(raw),
            Self::Verb => Some(words::verb(raw).to_owned()),
            Self::Noun => Some(words::noun(raw))
                .filter(|w| *w != raw)
                .map_or_else(|| title(raw), |w| Some(w.to_owned())),
            Self::Role => Role::from_code(raw).map(|r| r.label().to_owned()),
            Self::Score => score(raw),
            Self::Watch => watch(raw),
            Self::Fields => Some(fields(raw, codes)),
        };
        said.unwrap_or_else(|| raw.to_owned())
    }
}

fn title(table: &str) -> Option<String> {
    tables::find(table).map(|t| t.title.clone())
}

fn score(code: &str) -> Option<String> {
    let table = care_score::Table::official().ok()?;
    table.row(code).map(|row| row.label.clone())
}

fn watch(code: &str) -> Option<String> {
    use care_score::Watch::{High, Low, Mid, Yes};
    let all = [("high", High), ("mid", Mid), ("yes", Yes), ("low", Low)];
    all.iter().find(|(c, _)| *c == code).map(|(_, w)| w.label().to_owned())
}

/// A field of a part, a category of what is seen, or a column that has a name on paper.
fn fields(raw: &str, codes: &Codes) -> String {
    let one = |name: &str| {
        let part = parts::all().iter().find_map(|p| p.form.field(name));
        let known = part.map(|f| f.label.to_owned());
        let category = || {
            codes
                .has("shown_category", name)
                .then(|| codes.label("shown_category", name).to_owned())
        };
        let column = || tables::all().iter().find_map(|t| t.words(name)).map(str::to_owned);
        known.or_else(category).or_else(column).unwrap_or_else(|| name.to_owned())
    };
    raw.split(',').map(str::trim).map(one).collect::<Vec<_>>().join("、")
}
