//! 依頼: people who wait for a coordinator, as the desk that decides sees them.

use civil::Date;
use kana::ClientNumber;

use super::people::codes;
use super::propose::Case;
use super::rules::{Facts, Rules};
use crate::store::{FromRow, Read};
use crate::web::{Error, Result};
use crate::{args, not_closed, shown_area, visible};

/// 依頼. Nobody's name: number, age, care and area are what the decision needs.
#[derive(Clone, Debug)]
pub struct Waiting {
    pub id: String,
    pub client_id: String,
    pub number: ClientNumber,
    pub age: String,
    pub area: String,
    pub facts: Facts,
    pub received_on: Option<Date>,
    pub received_from: String,
    pub needs: Vec<String>,
    pub note: String,
    pub desk_id: String,
    pub desk: String,
    pub consultation_id: Option<String>,
    pub days: i64,
    pub open: bool,
    pub closed: bool,
}

#[derive(FromRow)]
struct Row {
    id: String,
    client_id: String,
    number: i64,
    born_on: Option<String>,
    area: Option<String>,
    whereabouts: Option<String>,
    cares: Option<String>,
    received_on: String,
    received_from: String,
    needs: String,
    note: String,
    desk_id: String,
    desk: String,
    consultation_id: Option<String>,
    open: i64,
    closed: i64,
}

/// `case_requests q` with what is known today about the person, for the desk that was asked and
/// for whoever sees the whole controller.
macro_rules! waiting {
    () => {
        concat!(
            "select q.id, q.client_id, c.number, l.born_on, ",
            shown_area!(),
            " as area, w.kind as whereabouts, ",
            "(select string_agg(distinct_care.kind, ',') from (select distinct f.kind ",
            "from client_cares f where f.client_id = c.id and f.voided_at is null ",
            "and f.valid_from <= $5 and (f.valid_until is null or f.valid_until > $5)) ",
            "as distinct_care) as cares, ",
            "q.received_on, q.received_from, q.needs, q.note, q.organisation_id as desk_id, ",
            "o.name as desk, q.consultation_id, ",
            "cast(case when q.decided_at is null and q.withdrawn_at is null then 1 else 0 end ",
            "as bigint) as open, cast(case when ",
            not_closed!("c.id"),
            " then 0 else 1 end as bigint) as closed ",
            "from case_requests q join clients c on c.id = q.client_id ",
            "join organisations o on o.id = q.organisation_id ",
            "left join client_lines l on l.client_id = c.id ",
            "and l.valid_from <= $5 and (l.valid_until is null or l.valid_until > $5) ",
            "left join client_whereabouts w on w.client_id = c.id and w.voided_at is null ",
            "and w.valid_from <= $5 and (w.valid_until is null or w.valid_until > $5) ",
            "where (q.organisation_id = $3 or $1 = 'controller') and ",
            visible!("c.id", "care")
        )
    };
}

/// Everybody who waits, longest first.
pub async fn open(read: &mut Read) -> Result<Vec<Waiting>> {
    let rows: Vec<Row> = read
        .see_all(
            concat!(
                waiting!(),
                " and q.decided_at is null and q.withdrawn_at is null and ",
                not_closed!("c.id"),
                " order by q.received_on, q.recorded_at, q.id"
            ),
            args![],
        )
        .await?;
    let today = read.actor.today();
    Ok(rows.into_iter().map(|r| r.waiting(today)).collect())
}

/// One request, decided or not.
pub async fn one(read: &mut Read, id: &str) -> Result<Waiting> {
    let row: Option<Row> = read.see_maybe(concat!(waiting!(), " and q.id = $6"), args![id]).await?;
    let today = read.actor.today();
    row.map(|r| r.waiting(today)).ok_or(Error::NotFound)
}

impl Row {
    fn waiting(self, today: Date) -> Waiting {
        let born: Option<Date> = self.born_on.as_deref().and_then(|d| d.parse().ok());
        let received_on: Option<Date> = self.received_on.parse().ok();
        let mut cares = codes(self.cares.as_deref().unwrap_or_default());
        cares.sort();
        Waiting {
            number: ClientNumber::from_row(self.number),
            age: born.map_or_else(|| "出生前".to_owned(), |b| civil::age_text(b, today)),
            area: self.area.unwrap_or_default(),
            facts: Facts {
                cares,
                months: born.and_then(|b| civil::months_on(b, today)),
                whereabouts: self.whereabouts.unwrap_or_default(),
            },
            days: received_on.map_or(0, |d| i64::from((today - d).get_days())),
            received_on,
            received_from: self.received_from,
            needs: codes(&self.needs),
            note: self.note,
            desk_id: self.desk_id,
            desk: self.desk,
            consultation_id: self.consultation_id,
            open: self.open > 0,
            closed: self.closed > 0,
            id: self.id,
            client_id: self.client_id,
        }
    }
}

impl Waiting {
    /// What the proposal needs to know.
    pub fn case(&self, rules: &Rules, siblings: Vec<(String, String)>) -> Case {
        Case {
            area: self.area.clone(),
            needs: self.needs.clone(),
            weight: rules.weigh(&self.facts).0,
            siblings,
            desk: self.desk_id.clone(),
        }
    }
}

/// Who is in charge of a brother or sister who is also in the registry: (account, number).
pub async fn siblings(read: &mut Read, client_id: &str) -> Result<Vec<(String, String)>> {
    let named: Vec<(String,)> = read
        .see_all(
            concat!(
                "select s.sibling_number from client_siblings s where s.client_id = $6",
                " and s.sibling_number is not null and s.voided_at is null and s.valid_from <= $5",
                " and (s.valid_until is null or s.valid_until > $5) and ",
                visible!("s.client_id", "family")
            ),
            args![client_id],
        )
        .await?;
    let mut out = vec![];
    for number in named.iter().filter_map(|(n,)| ClientNumber::parse(n).ok()) {
        let charged: Vec<(String,)> = read
            .see_all(
                concat!(
                    "select g.account_id from assignments g join clients c on c.id = g.client_id",
                    " where c.number = $6 and g.voided_at is null and g.valid_from <= $5",
                    " and (g.valid_until is null or g.valid_until > $5) and ",
                    visible!("c.id", "identity"),
                    " and ",
                    not_closed!("c.id"),
                    " order by g.account_id"
                ),
                args![i64::from(number.running())],
            )
            .await?;
        out.extend(charged.into_iter().map(|(account,)| (account, number.to_string())));
    }
    Ok(out)
}
