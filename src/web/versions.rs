//! 版の見比べ: somebody else saved first. What stood there when the form was opened, what they saved,
//! and what was typed here, field by field, with a choice each and one save. Nothing typed is lost.

use super::form::{Entry, Field, Form, Kind, Options, Problems};
use crate::codes::Codes;
use crate::store::words;

/// 三つの版.
#[derive(Clone, Debug, Default)]
pub struct Versions {
    /// Who saved first, and when.
    pub who: String,
    pub when: String,
    /// Only the fields on which the three differ.
    pub lines: Vec<Line>,
}

/// 食い違う項目.
#[derive(Clone, Debug)]
pub struct Line {
    pub name: &'static str,
    pub label: &'static str,
    pub base: String,
    pub theirs: String,
    pub mine: String,
    /// `theirs`, `mine`, or "" where both changed it and somebody must choose.
    pub pick: String,
}

impl Line {
    /// Both changed it, each to something else.
    pub fn both(&self) -> bool {
        self.base != self.mine && self.base != self.theirs
    }
}

/// Compares the three. `typed` may hold earlier choices.
pub fn compare(
    form: &Form,
    (base, theirs, typed): (&Entry, &Entry, &Entry),
    codes: &Codes,
    offers: &Options,
) -> Vec<Line> {
    let fields = form.fields.iter().filter(|f| f.name != "why");
    let line = |f: &Field| {
        let side = |e: &Entry| said(f, e, codes, offers);
        let (base, theirs, mine) = (side(base), side(theirs), side(typed));
        let chosen = typed.get(&format!("_pick_{}", f.name));
        let pick = match () {
            () if !chosen.is_empty() => chosen,
            () if mine == base => "theirs",
            () if theirs == base => "mine",
            () => "",
        };
        let line = Line { name: f.name, label: f.label, pick: pick.to_owned(), base, theirs, mine };
        (line.theirs != line.mine).then_some(line)
    };
    fields.filter_map(line).collect()
}

/// The answers after the choices: of each field theirs or what was typed. A field both have changed
/// and nobody has chosen is asked about.
pub fn settle(entry: &mut Entry, form: &Form, theirs: &Entry) -> Result<(), Problems> {
    let pick = |entry: &Entry, f: &Field| entry.get(&format!("_pick_{}", f.name)).to_owned();
    let mut bad = Problems::default();
    for f in &form.fields {
        let asked = !entry.get(&format!("_both_{}", f.name)).is_empty();
        if asked && pick(entry, f).is_empty() {
            bad.add("", format!("「{}」は、どちらを残すか選んでください", f.label));
        }
    }
    if !bad.is_empty() {
        return Err(bad);
    }
    for f in &form.fields {
        if pick(entry, f) == "theirs" {
            take(entry, f, theirs);
        }
    }
    Ok(())
}

/// What a field says in one of the versions, in words.
pub fn said(f: &Field, entry: &Entry, codes: &Codes, offers: &Options) -> String {
    let typed = entry.many(f.name);
    match f.kind {
        Kind::Code(list) | Kind::Select(list) | Kind::Codes(list) => {
            typed.iter().map(|v| codes.label(list, v)).collect::<Vec<_>>().join("、")
        }
        Kind::Record => {
            let known = |v: &String| {
                let offered = offers.get(f.name)?.iter().find(|(value, _)| value == v)?;
                Some(offered.1.clone())
            };
            typed.iter().map(|v| known(v).unwrap_or_else(|| v.clone())).collect()
        }
        Kind::Yes => if typed.iter().any(|v| v != "0") { "はい" } else { "" }.to_owned(),
        Kind::Number { unit, .. } if !typed.is_empty() => format!("{}{unit}", typed.concat()),
        Kind::Date | Kind::DateTime => day(f, entry, codes),
        _ => entry.get(f.name).to_owned(),
    }
}

/// A date however it was typed; one that cannot be read stands as it was typed.
fn day(f: &Field, entry: &Entry, codes: &Codes) -> String {
    let alone = Form::new("", "", vec![Field { required: false, ..f.clone() }]);
    let Ok(values) = alone.read(entry, codes) else {
        let parts = ["", "_era", "_y", "_m", "_d", "_t"];
        return parts.iter().map(|p| entry.get(&format!("{}{p}", f.name))).collect();
    };
    let stored = words(&values.arg(f));
    match stored.parse::<civil::Instant>() {
        Ok(_) => super::said::moment(&stored),
        Err(_) => stored.parse().map_or(stored, civil::format_both),
    }
}

fn take(entry: &mut Entry, f: &Field, theirs: &Entry) {
    let own = |name: &str, f: &Field| {
        let part = name.strip_prefix(f.name);
        part.is_some_and(|p| ["", "_era", "_y", "_m", "_d", "_t"].contains(&p))
    };
    entry.0.retain(|(name, _)| !own(name, f));
    entry.0.extend(theirs.0.iter().filter(|(name, _)| own(name, f)).cloned());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(pairs: &[(&str, &str)]) -> Entry {
        Entry(pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect())
    }

    fn form() -> Form {
        let fields = vec![
            Field::new("a", "甲", Kind::Text(20)),
            Field::new("b", "乙", Kind::Text(20)),
            Field::new("c", "丙", Kind::Text(20)),
            Field::new("on", "日", Kind::Date),
        ];
        Form::new("t", "", fields)
    }

    #[test]
    fn each_field_is_chosen_and_only_a_real_contradiction_is_asked() {
        let codes = Codes::official().unwrap();
        let base = entry(&[("a", "1"), ("b", "1"), ("c", "1"), ("on", "2026-11-20")]);
        let theirs = entry(&[("a", "2"), ("b", "1"), ("c", "2"), ("on", "2026-11-21")]);
        let mut mine = entry(&[
            ("a", "1"),
            ("b", "3"),
            ("c", "3"),
            ("on_era", "令和"),
            ("on_y", "8"),
            ("on_m", "11"),
            ("on_d", "20"),
        ]);
        let lines = compare(&form(), (&base, &theirs, &mine), &codes, &Options::new());
        let picks: Vec<_> = lines.iter().map(|l| (l.name, l.pick.as_str())).collect();
        assert_eq!(picks, [("a", "theirs"), ("b", "mine"), ("c", ""), ("on", "theirs")]);
        mine.0.extend(entry(&[("_both_c", "1"), ("_pick_a", "theirs"), ("_pick_on", "theirs")]).0);
        assert!(settle(&mut mine.clone(), &form(), &theirs).is_err(), "c is not decided");
        mine.set("_pick_c", "mine");
        settle(&mut mine, &form(), &theirs).unwrap();
        let now = ["a", "b", "c", "on"].map(|n| mine.get(n).to_owned());
        assert_eq!(now, ["2", "3", "3", "2026-11-21"]);
        assert_eq!(mine.get("on_y"), "", "the typed date is gone with its three fields");
    }
}
