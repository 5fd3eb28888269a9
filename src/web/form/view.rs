//! What the page shows of a form: labels, what was typed, what is wrong with it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use civil::Date;

use super::{Entry, Field, Form, Kind, Problems};
use crate::codes::Codes;

/// One choice.
#[derive(Clone, Debug)]
pub struct Opt {
    pub value: String,
    pub label: String,
    pub checked: bool,
}

/// The records a page offers for fields of kind `Record`: field name -> (value, label).
pub type Options = BTreeMap<&'static str, Vec<(String, String)>>;

#[derive(Clone, Debug)]
pub struct FieldView {
    pub name: &'static str,
    /// A page may know a better word than the form.
    pub label: Cow<'static, str>,
    pub help: &'static str,
    /// text long kana phone date datetime time number radio select checks client yes password
    pub kind: &'static str,
    pub required: bool,
    pub value: String,
    pub unit: &'static str,
    pub options: Vec<Opt>,
    pub era: String,
    pub y: String,
    pub m: String,
    pub d: String,
    pub t: String,
    pub error: String,
    pub described_by: String,
    /// The id of the first control: where the error summary leads.
    pub anchor: String,
}

/// A form as a page draws it.
#[derive(Clone, Debug)]
pub struct FormView {
    pub id: &'static str,
    pub title: &'static str,
    pub fields: Vec<FieldView>,
    /// (anchor, message) of everything refused, in the order of the page.
    pub problems: Vec<(String, String)>,
}

impl FormView {
    /// What did not happen, on top of everything that is refused.
    pub fn refusal(&self) -> &'static str {
        if self.id.ends_with("-filter") {
            "しぼりこめません"
        } else {
            "まだ登録していません"
        }
    }

    pub fn field(&self, name: &str) -> Option<&FieldView> {
        self.fields.iter().find(|f| f.name == name)
    }

    /// The fields named, in that order: pages that group or place fields themselves.
    pub fn group(&self, names: &[&str]) -> Vec<&FieldView> {
        names.iter().filter_map(|n| self.field(n)).collect()
    }
}

impl Form {
    /// `entry` is what was typed or what the record holds, in the same notation.
    pub fn view(&self, entry: &Entry, bad: &Problems, codes: &Codes, offers: &Options) -> FormView {
        let fields: Vec<FieldView> =
            self.fields.iter().map(|f| field_view(f, entry, bad, codes, offers)).collect();
        let mut problems = vec![];
        for f in fields.iter().filter(|f| !f.error.is_empty()) {
            problems.push((f.anchor.clone(), f.error.clone()));
        }
        for (name, message) in &bad.0 {
            if self.field(name).is_none() {
                problems.push((self.id.to_owned(), message.clone()));
            }
        }
        FormView { id: self.id, title: self.title, fields, problems }
    }
}

fn field_view(
    f: &Field,
    entry: &Entry,
    bad: &Problems,
    codes: &Codes,
    offers: &Options,
) -> FieldView {
    let error = bad.of(f.name).unwrap_or_default().to_owned();
    let mut by = vec![];
    if !error.is_empty() {
        by.push(format!("{}-e", f.name));
    }
    if !f.help.is_empty() {
        by.push(format!("{}-h", f.name));
    }
    let part = |p: &str| entry.get(&format!("{}_{p}", f.name)).to_owned();
    let options = options(f, entry, codes, offers);
    let mut v = FieldView {
        name: f.name,
        label: Cow::Borrowed(f.label),
        help: f.help,
        kind: kind(f),
        required: f.required,
        value: entry.get(f.name).to_owned(),
        unit: match f.kind {
            Kind::Number { unit, .. } => unit,
            _ => "",
        },
        anchor: match f.kind {
            Kind::Code(_) | Kind::Codes(_) => format!("{}-0", f.name),
            Kind::Date | Kind::DateTime => format!("{}_y", f.name),
            _ => f.name.to_owned(),
        },
        options,
        era: part("era"),
        y: part("y"),
        m: part("m"),
        d: part("d"),
        t: part("t"),
        error,
        described_by: by.join(" "),
    };
    if matches!(f.kind, Kind::Date | Kind::DateTime) {
        split_date(&mut v);
    }
    v
}

/// A stored date ("2026-11-20", or an instant) is shown as era and three fields.
fn split_date(v: &mut FieldView) {
    let on: Option<Date> = match v.value.parse::<civil::Instant>() {
        Ok(at) => {
            let time = at.civil_time();
            v.t = format!("{:02}:{:02}", time.hour(), time.minute());
            Some(at.civil_date())
        }
        Err(_) => v.value.parse().ok(),
    };
    if let Some(on) = on {
        match civil::era_of(on) {
            Ok(era) => {
                v.era = era.era().name().to_owned();
                v.y = era.year().to_string();
            }
            Err(_) => {
                v.era = "西暦".into();
                v.y = on.year().to_string();
            }
        }
        v.m = on.month().to_string();
        v.d = on.day().to_string();
    }
    if v.era.is_empty() {
        v.era = "令和".into();
    }
    v.options = ["令和", "平成", "昭和", "大正", "西暦"]
        .iter()
        .map(|e| Opt { value: (*e).into(), label: (*e).into(), checked: *e == v.era })
        .collect();
}

fn kind(f: &Field) -> &'static str {
    match f.kind {
        Kind::Text(_) | Kind::Key(_) => "text",
        Kind::Long(_) => "long",
        Kind::Kana(_) => "kana",
        Kind::Phone => "phone",
        Kind::Date => "date",
        Kind::DateTime => "datetime",
        Kind::Time => "time",
        Kind::Number { .. } => "number",
        Kind::Code(_) => "radio",
        Kind::Select(_) | Kind::Record => "select",
        Kind::Codes(_) => "checks",
        Kind::Client => "client",
        Kind::Yes => "yes",
        Kind::Password => "password",
    }
}

fn options(f: &Field, entry: &Entry, codes: &Codes, offers: &Options) -> Vec<Opt> {
    let chosen = entry.many(f.name);
    let of = |pairs: Vec<(String, String)>| {
        pairs
            .into_iter()
            .map(|(value, label)| Opt { checked: chosen.contains(&value), value, label })
            .collect()
    };
    match f.kind {
        Kind::Code(list) | Kind::Select(list) | Kind::Codes(list) => of(codes.pairs(list)),
        Kind::Record => of(offers.get(f.name).cloned().unwrap_or_default()),
        _ => vec![],
    }
}
