//! A note as it was written down, with the names of who was concerned.

use civil::Date;
use kana::ClientNumber;

use crate::access::Reach;
use crate::store::{FromRow, Read};
use crate::web::{Entry, Error, Result, said};
use crate::{args, visible};

/// 支援経過. One row; a correction is another that names it.
#[derive(Clone, Debug, FromRow)]
pub struct CaseNote {
    pub id: String,
    pub client_id: String,
    pub number: i64,
    pub family: Option<String>,
    pub given: Option<String>,
    pub organisation_id: String,
    pub organisation: String,
    pub occurred_at: String,
    pub kind: String,
    pub with_whom: String,
    pub partner_id: Option<String>,
    pub partner: Option<String>,
    pub text: String,
    pub agreed: String,
    pub author_id: String,
    pub author: String,
    /// Of all activities together.
    pub minutes: i64,
    pub recorded_at: String,
    pub replaces_id: Option<String>,
    pub voided_at: Option<String>,
    pub voider: Option<String>,
    pub void_reason: Option<String>,
}

/// The columns of [`CaseNote`] and where they come from; conditions follow after `where`.
#[macro_export]
macro_rules! case_note_rows {
    () => {
        concat!(
            "select e.id, e.client_id, c.number, n.family, n.given, e.organisation_id,",
            " o.name as organisation, e.occurred_at, e.kind, e.with_whom, e.partner_id,",
            " q.name as partner, e.text, e.agreed, e.author_id, a.name as author,",
            " (select cast(coalesce(sum(m.minutes), 0) as bigint) from case_note_minutes m",
            " where m.note_id = e.id) as minutes, e.recorded_at, e.replaces_id, e.voided_at,",
            " v.name as voider, e.void_reason from case_notes e",
            " join clients c on c.id = e.client_id",
            " join organisations o on o.id = e.organisation_id",
            " join accounts a on a.id = e.author_id left join accounts v on v.id = e.voided_by",
            " left join organisations q on q.id = e.partner_id",
            " left join client_names n on n.client_id = e.client_id and n.voided_at is null",
            " and n.valid_from <= $5 and (n.valid_until is null or n.valid_until > $5) and ",
            $crate::visible!("e.client_id", "identity"),
            " where ",
            $crate::visible!("e.client_id", "consultation")
        )
    };
}

/// The note, if the actor may see it; otherwise exactly as if unknown.
pub(super) async fn see(read: &mut Read, id: &str) -> Result<CaseNote> {
    let row = read.see_maybe(concat!(case_note_rows!(), " and e.id = $6"), args![id]).await?;
    row.ok_or(Error::NotFound)
}

/// The note and its minutes by activity.
pub async fn see_with_minutes(read: &mut Read, id: &str) -> Result<(CaseNote, Vec<(String, i64)>)> {
    Ok((see(read, id).await?, minutes(read, id).await?))
}

/// Whether the note is the author's office's, or the actor is of the controller's staff.
pub async fn may_change(read: &mut Read, id: &str) -> Result<bool> {
    let found = see(read, id).await?;
    let actor = &read.actor;
    Ok(found.organisation_id == actor.organisation_id || actor.role.reach() == Reach::Controller)
}

/// As [`see`], while nobody has changed it, for the author's office or the controller's staff.
pub(super) async fn open(read: &mut Read, id: &str) -> Result<CaseNote> {
    let found = see(read, id).await?;
    let actor = &read.actor;
    if found.organisation_id != actor.organisation_id && actor.role.reach() != Reach::Controller {
        return Err(Error::NotFound);
    }
    if found.voided_at.is_some() { Err(taken()) } else { Ok(found) }
}

/// The row that counts today in place of one that was corrected, if the actor may change it.
pub(super) async fn latest(read: &mut Read, id: &str) -> Result<CaseNote> {
    let mut id = id.to_owned();
    while let Some(newer) = replaced_by(read, &id).await? {
        id = newer;
    }
    open(read, &id).await
}

pub(super) fn taken() -> Error {
    Error::Conflict(
        "ほかの人が先に、この支援経過を訂正したか取り消しました。いまの記録を確かめてから、もう一度登録してください。"
            .into(),
    )
}

/// The row that took this one's place, if it was corrected.
pub(super) async fn replaced_by(read: &mut Read, id: &str) -> Result<Option<String>> {
    let row: Option<(String,)> = read
        .see_maybe(
            concat!(
                "select e.id from case_notes e where ",
                visible!("e.client_id", "consultation"),
                " and e.replaces_id = $6"
            ),
            args![id],
        )
        .await?;
    Ok(row.map(|r| r.0))
}

/// Minutes by activity.
pub(super) async fn minutes(read: &mut Read, id: &str) -> Result<Vec<(String, i64)>> {
    let rows = read
        .see_all(
            concat!(
                "select m.activity, m.minutes from case_note_minutes m",
                " join case_notes e on e.id = m.note_id where ",
                visible!("e.client_id", "consultation"),
                " and e.id = $6 order by m.activity"
            ),
            args![id],
        )
        .await?;
    Ok(rows)
}

/// The notes about a person in a period of days in Japan: those that count, or those voided.
pub(super) async fn about(
    read: &mut Read,
    client_id: &str,
    (from, until): (Date, Date),
    voided: bool,
) -> Result<Vec<CaseNote>> {
    let rows = read
        .see_all(
            concat!(
                case_note_rows!(),
                " and e.client_id = $6 and e.occurred_on >= $7 and e.occurred_on < $8",
                " and (case when e.voided_at is null then 0 else 1 end) = $9",
                " order by e.occurred_at desc, e.id desc"
            ),
            args![client_id, from, until, voided],
        )
        .await?;
    Ok(rows)
}

impl CaseNote {
    pub fn client_number(&self) -> ClientNumber {
        ClientNumber::from_row(self.number)
    }

    /// The person's name where the actor may know it, else the number.
    pub fn whom(&self) -> String {
        let given = self.given.as_deref().unwrap_or_default();
        match &self.family {
            Some(family) => format!("{family} {given}").trim().to_owned(),
            None => self.client_number().to_string(),
        }
    }

    pub fn when(&self) -> String {
        said::moment(&self.occurred_at)
    }

    /// Whom the author dealt with: a person, a body, or both.
    pub fn other_side(&self) -> String {
        let both = [self.partner.as_deref().unwrap_or_default(), self.with_whom.as_str()];
        let both: Vec<_> = both.into_iter().filter(|t| !t.is_empty()).collect();
        both.join("　")
    }

    pub fn gist(&self) -> String {
        let line: String = self.text.chars().take(60).collect();
        if line.len() < self.text.len() { format!("{line}…") } else { line }
    }

    /// As the form would have sent it.
    pub(super) fn entry(&self, minutes: &[(String, i64)]) -> Entry {
        let mut entry = Entry::default();
        for (name, value) in [
            ("occurred_at", self.occurred_at.as_str()),
            ("kind", &self.kind),
            ("with_whom", &self.with_whom),
            ("partner", self.partner_id.as_deref().unwrap_or_default()),
            ("text", &self.text),
            ("agreed", &self.agreed),
        ] {
            entry.set(name, value);
        }
        for (activity, minutes) in minutes {
            entry.set(&format!("minutes_{activity}"), minutes.to_string());
        }
        entry
    }
}
