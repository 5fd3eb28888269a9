//! Reading a part: as of a date, as known at an instant, or with everything that was ever there.

use civil::{Date, Instant};

use super::Part;
use crate::access::visible;
use crate::args;
use crate::clients::{Summary, see_by_id};
use crate::codes::Codes;
use crate::store::{self, FromRow, Read, Sql};
use crate::web::{Entry, Field, Kind, Result};

/// 台帳の行. One dated row of a part, raw and in words.
#[derive(Clone, Debug)]
pub struct PartRow {
    pub id: String,
    /// As stored, in the notation the form reads.
    pub entry: Entry,
    /// (label, what the page shows), only what is filled in.
    pub shown: Vec<(&'static str, String)>,
    pub valid_from: String,
    pub valid_until: Option<String>,
    pub recorded_at: String,
    /// "" where the whole folder is read at once.
    pub recorded_by: String,
    pub replaces_id: Option<String>,
    pub voided_at: Option<String>,
    pub voided_by: Option<String>,
    pub void_reason: Option<String>,
}

impl PartRow {
    /// The stored text of a field, "" where nothing is known.
    pub fn raw(&self, field: &str) -> &str {
        self.entry.get(field)
    }

    /// The words of a field, "" where nothing is known.
    pub fn text(&self, part: &Part, field: &str) -> String {
        let label = part.form.field(field).map(|f| f.label).unwrap_or_default();
        self.shown.iter().find(|(l, _)| *l == label).map(|(_, t)| t.clone()).unwrap_or_default()
    }

    /// 「令和6年4月1日から」, 「… から … まで」.
    pub fn from_words(&self) -> String {
        let day = |d: &str| d.parse().map_or_else(|_| d.to_owned(), civil::format_era);
        match &self.valid_until {
            Some(until) => format!("{}から{}の前日まで", day(&self.valid_from), day(until)),
            None => format!("{}から", day(&self.valid_from)),
        }
    }

    /// The summary line of the part: 「人工呼吸器 常時 TPPV」.
    pub fn line(&self, part: &Part) -> String {
        let texts = part.shown.iter().map(|f| self.text(part, f)).filter(|t| !t.is_empty());
        texts.collect::<Vec<_>>().join(" ")
    }
}

/// The rows valid on `on`, as they were known at `known` (now, when nothing is said).
pub async fn rows(
    read: &mut Read,
    codes: &Codes,
    client_id: &str,
    part: &'static Part,
    on: Date,
    known: Option<Instant>,
) -> Result<Vec<PartRow>> {
    if is_hidden(read, client_id, part).await? {
        return Ok(vec![]);
    }
    let known = known.unwrap_or(Instant::MAX);
    let sql = format!(
        "select {} from {} x left join accounts w on w.id = x.recorded_by
           left join accounts v on v.id = x.voided_by
         where x.client_id = $6 and x.valid_from <= $7
           and (x.valid_until is null or x.valid_until > $7
             or coalesce(x.ended_at, x.recorded_at) > $8)
           and x.recorded_at <= $8 and (x.voided_at is null or x.voided_at > $8) and {}
         order by x.valid_from, x.recorded_at, x.id",
        columns(part, SIGNED, None).join(", "),
        part.table,
        visible("x.client_id", part.category)
    );
    let found: Vec<Stored> = read.see_all(Sql::built(sql), args![client_id, on, known]).await?;
    let not = hidden_fields(read, client_id, part).await?;
    Ok(found.into_iter().map(|s| s.known_at(known).row(part, codes, not)).collect())
}

/// Everything that was ever recorded, newest first, voided rows with who, when and why.
pub async fn history(
    read: &mut Read,
    codes: &Codes,
    client_id: &str,
    part: &'static Part,
) -> Result<Vec<PartRow>> {
    if is_hidden(read, client_id, part).await? {
        return Ok(vec![]);
    }
    let sql = format!(
        "select {} from {} x left join accounts w on w.id = x.recorded_by
           left join accounts v on v.id = x.voided_by
         where x.client_id = $6 and {} order by x.recorded_at desc, x.id desc",
        columns(part, SIGNED, None).join(", "),
        part.table,
        visible("x.client_id", part.category)
    );
    let found: Vec<Stored> = read.see_all(Sql::built(sql), args![client_id]).await?;
    let not = hidden_fields(read, client_id, part).await?;
    Ok(found.into_iter().map(|s| s.row(part, codes, not)).collect())
}

/// The people the actor may see whose folder names this person in the same part, today.
pub async fn named_by(
    read: &mut Read,
    client: &Summary,
    part: &'static Part,
) -> Result<Vec<Summary>> {
    let today = read.actor.today();
    let mut out = vec![];
    for field in part.form.fields.iter().filter(|f| f.kind == Kind::Client) {
        let sql = format!(
            "select distinct x.client_id from {} x where x.{} = $6 and x.voided_at is null
               and x.valid_from <= $7 and (x.valid_until is null or x.valid_until > $7) and {}",
            part.table,
            field.name,
            visible("x.client_id", part.category)
        );
        let number = client.number.to_string();
        let ids: Vec<(String,)> = read.see_all(Sql::built(sql), args![number, today]).await?;
        for (id,) in ids {
            out.extend(see_by_id(read, &id).await?);
        }
    }
    Ok(out)
}

/// Whether the actor may read the part's category at all; no rows then means "not agreed", not
/// "none".
pub async fn within_consent(read: &mut Read, client_id: &str, part: &Part) -> Result<bool> {
    let sql = format!(
        "select count(*) from clients c where c.id = $6 and {}",
        visible("c.id", part.category)
    );
    let (n,): (i64,) = read.see_one(Sql::built(sql), args![client_id]).await?;
    Ok(n > 0 && !is_hidden(read, client_id, part).await?)
}

/// A hidden address is for the controller's staff, and for the team where that was decided.
async fn is_hidden(read: &mut Read, client_id: &str, part: &Part) -> Result<bool> {
    Ok(part.hidden_by.is_some() && hidden_from_actor(read, client_id).await?)
}

/// Whether the actor may know neither where the person lives nor by which telephone.
pub async fn hidden_from_actor(read: &mut Read, client_id: &str) -> Result<bool> {
    let (reach, today) = (read.actor.role.reach().code(), read.actor.today());
    let (hidden,): (i64,) = read
        .one(
            "select count(*) from restrictions where client_id = $1 and kind = 'address_hidden'
               and voided_at is null and valid_from <= $2
               and (valid_until is null or valid_until > $2)
               and $3 <> 'controller' and not ($3 = 'team' and shown_to = 'team')",
            args![client_id, today, reach],
        )
        .await?;
    Ok(hidden > 0)
}

/// The fields of the part that the actor may not read of this person.
pub(super) async fn hidden_fields<'a>(
    read: &mut Read,
    client_id: &str,
    part: &'a Part,
) -> Result<&'a [&'static str]> {
    let some = !part.hidden.is_empty() && hidden_from_actor(read, client_id).await?;
    Ok(if some { &part.hidden } else { &[] })
}

/// Everything is read as text, so that one row type serves every part.
pub(super) fn columns(part: &Part, own: [&str; OWN], hidden: Option<&str>) -> Vec<String> {
    let fields = part.form.fields.iter().map(|f| match (f.kind, hidden) {
        (Kind::Number { .. } | Kind::Yes, _) => format!("cast(x.{} as text)", f.name),
        (_, Some(hidden)) if part.hidden.contains(&f.name) => {
            format!("case when {hidden} then null else x.{} end", f.name)
        }
        _ => format!("x.{}", f.name),
    });
    own.into_iter().map(str::to_owned).chain(fields).collect()
}

/// A row of any part.
pub(super) struct Stored {
    id: String,
    valid_from: String,
    valid_until: Option<String>,
    recorded_at: String,
    recorded_by: String,
    replaces_id: Option<String>,
    voided_at: Option<String>,
    voided_by: Option<String>,
    void_reason: Option<String>,
    ended_at: Option<String>,
    /// In the order of the part's fields.
    values: Vec<Option<String>>,
}

/// How many columns stand before the part's own.
pub(super) const OWN: usize = 10;

/// Those of a row with the names of who wrote it and who voided it: `w` and `v` are their accounts.
const SIGNED: [&str; OWN] = [
    "x.id",
    "x.valid_from",
    "x.valid_until",
    "x.recorded_at",
    "coalesce(w.name, '')",
    "x.replaces_id",
    "x.voided_at",
    "v.name",
    "x.void_reason",
    "x.ended_at",
];

impl FromRow for Stored {
    fn from_row(row: &store::Row<'_>) -> store::Result<Self> {
        let mut values = vec![];
        for at in OWN..row.width() {
            values.push(row.at(at)?);
        }
        Ok(Self {
            id: row.at(0)?,
            valid_from: row.at(1)?,
            valid_until: row.at(2)?,
            recorded_at: row.at(3)?,
            recorded_by: row.at(4)?,
            replaces_id: row.at(5)?,
            voided_at: row.at(6)?,
            voided_by: row.at(7)?,
            void_reason: row.at(8)?,
            ended_at: row.at(9)?,
            values,
        })
    }
}

impl Stored {
    /// From the values of `columns` as text; what stands after the fields is room.
    pub(super) fn from_texts(values: Vec<Option<String>>) -> Option<Self> {
        let mut values = values.into_iter();
        Some(Self {
            id: values.next()??,
            valid_from: values.next()??,
            valid_until: values.next()?,
            recorded_at: values.next()??,
            recorded_by: values.next()??,
            replaces_id: values.next()?,
            voided_at: values.next()?,
            voided_by: values.next()?,
            void_reason: values.next()?,
            ended_at: values.next()?,
            values: values.collect(),
        })
    }

    /// Without what was learnt after `known`: that the row ended, or that it was wrong.
    fn known_at(mut self, known: Instant) -> Self {
        let known = known.to_string();
        if self.ended_at.as_ref().is_some_and(|at| *at > known) {
            self.valid_until = None;
        }
        if self.voided_at.as_ref().is_some_and(|at| *at > known) {
            (self.voided_at, self.voided_by, self.void_reason) = (None, None, None);
        }
        self
    }

    pub(super) fn row(self, part: &'static Part, codes: &Codes, hidden: &[&str]) -> PartRow {
        let (mut entry, mut shown) = (Entry::default(), vec![]);
        let fields = part.form.fields.iter().zip(self.values);
        for (field, value) in fields.filter(|(f, _)| !hidden.contains(&f.name)) {
            let Some(value) = value.filter(|v| !v.is_empty()) else { continue };
            let words = words(field, &value, codes);
            if !words.is_empty() {
                shown.push((field.label, words));
            }
            for one in split(field, &value) {
                entry.0.push((field.name.to_owned(), one.to_owned()));
            }
        }
        PartRow {
            id: self.id,
            entry,
            shown,
            valid_from: self.valid_from,
            valid_until: self.valid_until,
            recorded_at: self.recorded_at,
            recorded_by: self.recorded_by,
            replaces_id: self.replaces_id,
            voided_at: self.voided_at,
            voided_by: self.voided_by,
            void_reason: self.void_reason,
        }
    }
}

fn split<'a>(field: &Field, value: &'a str) -> Vec<&'a str> {
    match field.kind {
        Kind::Codes(_) => value.split(',').collect(),
        Kind::Yes if value == "0" => vec![],
        _ => vec![value],
    }
}

/// What a page shows of a stored value.
pub fn words(field: &Field, value: &str, codes: &Codes) -> String {
    match field.kind {
        Kind::Code(list) | Kind::Select(list) => codes.label(list, value).to_owned(),
        Kind::Codes(list) => {
            let labels = value.split(',').map(|v| codes.label(list, v));
            labels.collect::<Vec<_>>().join("、")
        }
        Kind::Date => value.parse().map_or_else(|_| value.to_owned(), civil::format_both),
        Kind::Number { unit, .. } => format!("{value}{unit}"),
        Kind::Yes if value == "1" => "はい".to_owned(),
        Kind::Yes => String::new(),
        _ => value.to_owned(),
    }
}
