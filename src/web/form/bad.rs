//! One answer a field must refuse, by its kind: the tests send it for every field of every form.

use super::{Entry, Field, Kind};

/// Replaces the field's answer in a good entry by one that must be refused. `None`: the kind
/// accepts anything (a check mark) and the field may stay empty.
pub fn bad_entry(field: &Field, good: &Entry) -> Option<Entry> {
    let mut e = good.clone();
    let parts = ["", "_era", "_y", "_m", "_d", "_t"].map(|p| format!("{}{p}", field.name));
    e.0.retain(|(n, _)| !parts.contains(n));
    let value: String = match field.kind {
        Kind::Text(max) | Kind::Long(max) | Kind::Key(max) => "長".repeat(max + 1),
        Kind::Kana(_) => "漢字".into(),
        Kind::Phone => "0120-なし".into(),
        Kind::Date | Kind::DateTime => "令和6年2月30日".into(),
        Kind::Time => "25:00".into(),
        Kind::Number { max, .. } => (max + 1).to_string(),
        Kind::Code(_) | Kind::Select(_) | Kind::Codes(_) => "no-such-code".into(),
        Kind::Record => "no-such-record".into(),
        Kind::Client => "M-99999999".into(),
        Kind::Password => "短い".into(),
        Kind::Yes if field.required => return Some(e),
        Kind::Yes => return None,
    };
    e.0.push((field.name.to_owned(), value));
    Some(e)
}
