//! A consultation as it was written down, with the names of who was concerned.

use civil::Date;
use kana::ClientNumber;

use crate::access::Reach;
use crate::store::{FromRow, Read};
use crate::web::{Entry, Error, Result};
use crate::{args, visible_consultation};

/// 相談. One row; a correction is another that names it.
#[derive(Clone, Debug, FromRow)]
pub struct Consultation {
    pub id: String,
    pub client_id: Option<String>,
    pub number: Option<i64>,
    pub family: Option<String>,
    pub given: Option<String>,
    pub closed_on: Option<String>,
    pub standing: String,
    pub occurred_at: String,
    pub minutes: Option<i64>,
    pub channel: String,
    pub inquirer_kind: String,
    pub inquirer_name: String,
    pub inquirer_place: String,
    pub scope: String,
    pub series: String,
    pub previous_id: Option<String>,
    pub region: String,
    pub text: String,
    pub answer: String,
    pub handler_id: String,
    pub handler: String,
    pub organisation_id: String,
    pub organisation: String,
    pub import_id: Option<String>,
    pub recorded_at: String,
    pub recorder: String,
    pub replaces_id: Option<String>,
    pub voided_at: Option<String>,
    pub voider: Option<String>,
    pub void_reason: Option<String>,
}

/// The columns of [`Consultation`] and where they come from; conditions follow after `where`.
#[macro_export]
macro_rules! consultation_rows {
    () => {
        concat!(
            "select k.id, k.client_id, c.number, n.family, n.given,",
            " (select x.closed_on from closures x where x.client_id = k.client_id",
            " and x.reopened_at is null limit 1) as closed_on,",
            " k.standing, k.occurred_at, k.minutes, k.channel, k.inquirer_kind, k.inquirer_name,",
            " k.inquirer_place, k.scope, k.series, k.previous_id, k.region, k.text, k.answer,",
            " k.handler_id, h.name as handler, k.organisation_id, o.name as organisation,",
            " k.import_id, k.recorded_at, w.name as recorder, k.replaces_id, k.voided_at,",
            " v.name as voider, k.void_reason from consultations k",
            " join accounts h on h.id = k.handler_id join accounts w on w.id = k.recorded_by",
            " join organisations o on o.id = k.organisation_id",
            " left join accounts v on v.id = k.voided_by left join clients c on c.id = k.client_id",
            " left join client_names n on n.client_id = k.client_id and n.voided_at is null",
            " and n.valid_from <= $5 and (n.valid_until is null or n.valid_until > $5) and ",
            $crate::visible!("k.client_id", "identity"),
            " where ",
            $crate::visible_consultation!()
        )
    };
}

/// The consultation, if the actor may see it; otherwise exactly as if unknown.
pub(super) async fn see(read: &mut Read, id: &str) -> Result<Consultation> {
    maybe(read, id).await?.ok_or(Error::NotFound)
}

pub(super) async fn maybe(read: &mut Read, id: &str) -> Result<Option<Consultation>> {
    Ok(read.see_maybe(concat!(consultation_rows!(), " and k.id = $6"), args![id]).await?)
}

/// The row that counts today in place of one that was corrected, if the actor may change it.
pub(super) async fn latest(read: &mut Read, id: &str) -> Result<Consultation> {
    let mut id = id.to_owned();
    while let Some(newer) = replaced_by(read, &id).await? {
        id = newer;
    }
    super::correct::open(read, &id).await
}

/// As [`see`], for who may change it: the desk that took it, or the controller's staff.
pub(super) async fn own(read: &mut Read, id: &str) -> Result<Consultation> {
    let found = see(read, id).await?;
    let actor = &read.actor;
    let own = found.organisation_id == actor.organisation_id;
    if own || actor.role.reach() == Reach::Controller { Ok(found) } else { Err(Error::NotFound) }
}

/// Whether the actor may change it; one they may not see is not found.
pub async fn may_change(read: &mut Read, id: &str) -> Result<bool> {
    own(read, id).await.map(|_| true)
}

/// The row that took this one's place, if it was corrected.
pub(super) async fn replaced_by(read: &mut Read, id: &str) -> Result<Option<String>> {
    let row: Option<(String,)> = read
        .see_maybe(
            concat!(
                "select k.id from consultations k where ",
                visible_consultation!(),
                " and k.replaces_id = $6"
            ),
            args![id],
        )
        .await?;
    Ok(row.map(|r| r.0))
}

pub(super) async fn topics(read: &mut Read, id: &str) -> Result<Vec<String>> {
    let rows: Vec<(String,)> = read
        .see_all(
            concat!(
                "select t.topic from consultation_topics t",
                " join consultations k on k.id = t.consultation_id where ",
                visible_consultation!(),
                " and k.id = $6 order by t.topic"
            ),
            args![id],
        )
        .await?;
    Ok(rows.into_iter().map(|r| r.0).collect())
}

/// The last consultations about a person, the newest first.
pub(super) async fn recent(read: &mut Read, client_id: &str) -> Result<Vec<Consultation>> {
    let rows = read
        .see_all(
            concat!(
                consultation_rows!(),
                " and k.client_id = $6 and k.voided_at is null",
                " order by k.occurred_at desc, k.id desc limit 5"
            ),
            args![client_id],
        )
        .await?;
    Ok(rows)
}

/// The consultations about a person in a period of days in Japan: those that count, or those
/// voided.
pub async fn about(
    read: &mut Read,
    client_id: &str,
    (from, until): (Date, Date),
    voided: bool,
) -> Result<Vec<Consultation>> {
    let rows = read
        .see_all(
            concat!(
                consultation_rows!(),
                " and k.client_id = $6 and k.occurred_on >= $7 and k.occurred_on < $8",
                " and (case when k.voided_at is null then 0 else 1 end) = $9",
                " order by k.occurred_at desc, k.id desc"
            ),
            args![client_id, from, until, voided],
        )
        .await?;
    Ok(rows)
}

impl Consultation {
    pub fn client_number(&self) -> Option<ClientNumber> {
        self.number.map(ClientNumber::from_row)
    }

    /// The person's name where the actor may know it, else the number, else what is known.
    pub fn whom(&self) -> String {
        match (&self.family, self.client_number(), self.standing.as_str()) {
            (Some(family), ..) => {
                format!("{family} {}", self.given.as_deref().unwrap_or_default()).trim().to_owned()
            }
            (None, Some(number), _) => number.to_string(),
            (None, None, "anonymous") => "匿名".into(),
            (None, None, _) => "特定の人なし".into(),
        }
    }

    pub fn when(&self) -> String {
        crate::web::said::moment(&self.occurred_at)
    }

    /// The first words, for lists.
    pub fn gist(&self) -> String {
        let line: String = self.text.chars().take(60).collect();
        if line.len() < self.text.len() { format!("{line}…") } else { line }
    }

    /// As the form would have sent it.
    pub(super) fn entry(&self, topics: &[String]) -> Entry {
        let mut entry = Entry::default();
        let number = self.client_number().map(|n| n.to_string()).unwrap_or_default();
        let minutes = self.minutes.map(|m| m.to_string()).unwrap_or_default();
        for (name, value) in [
            ("scope", &self.scope),
            ("client", &number),
            ("standing", &self.standing),
            ("inquirer_kind", &self.inquirer_kind),
            ("inquirer_name", &self.inquirer_name),
            ("inquirer_place", &self.inquirer_place),
            ("channel", &self.channel),
            ("text", &self.text),
            ("answer", &self.answer),
            ("minutes", &minutes),
            ("handler", &self.handler_id),
            ("series", &self.series),
            ("region", &self.region),
            ("previous", self.previous_id.as_ref().unwrap_or(&String::new())),
        ] {
            entry.set(name, value.as_str());
        }
        entry.set("occurred_at", self.occurred_at.as_str());
        entry.0.extend(topics.iter().map(|t| ("topics".to_owned(), t.clone())));
        entry
    }
}
