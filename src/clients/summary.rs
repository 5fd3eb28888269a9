//! The one line about a person that lists, headers and choices share: who it is, so that nobody is
//! mistaken for somebody else.

use civil::Date;
use kana::ClientNumber;

use crate::store::{FromRow, Read};
use crate::visible_row;
use crate::web::{Error, Result};

/// 利用者の見出し: number, name with reading, birth, area, who is in charge.
#[derive(Clone, Debug)]
pub struct Summary {
    pub id: String,
    pub number: ClientNumber,
    pub name: String,
    pub kana: String,
    pub born_on: Option<Date>,
    pub expected_on: Option<Date>,
    pub sex: String,
    pub area: String,
    pub coordinator: String,
    pub closed_on: Option<String>,
    pub address_hidden: bool,
    /// The programme that alone knows the person (list `light_programme`).
    pub light: Option<String>,
    /// 「6歳5か月」, or 「出生前」.
    pub age: String,
}

#[derive(Debug, FromRow)]
pub(super) struct Row {
    id: String,
    number: i64,
    family: String,
    given: Option<String>,
    family_kana: String,
    given_kana: Option<String>,
    born_on: Option<String>,
    expected_on: Option<String>,
    sex: Option<String>,
    area: Option<String>,
    coordinator: Option<String>,
    closed_on: Option<String>,
    address_hidden: i64,
    light: Option<String>,
}

/// The area of a line `l`, unless the address is hidden from the actor: where somebody hides
/// from is not said on any list, and not by what a filter finds either.
#[macro_export]
macro_rules! shown_area {
    () => {
        concat!("case when ", $crate::address_hidden!("c.id"), " then null else l.area end")
    };
}

/// The columns of a summary for `clients c`; today is the actor's `$5`.
#[macro_export]
macro_rules! summary_columns {
    () => {
        concat!(
            "c.id, c.number, l.family, l.given, l.family_kana, l.given_kana, l.born_on, \
             l.expected_on, l.sex, ",
            $crate::shown_area!(),
            " as area, \
         (select a.name from accounts a where a.id = l.coordinator_id) as coordinator, \
         (select x.closed_on from closures x where x.client_id = c.id and x.reopened_at is null \
          limit 1) as closed_on, \
         (select count(*) from restrictions h where h.client_id = c.id \
          and h.kind = 'address_hidden' and h.voided_at is null and h.valid_from <= $5 \
          and (h.valid_until is null or h.valid_until > $5)) as address_hidden, \
         case when c.held_by is not null and c.full_at is null then coalesce(c.programme, '') end \
         as light"
        )
    };
}

/// `clients c` with the line that is valid today (`store::lines`).
#[macro_export]
macro_rules! summary_tables {
    () => {
        "clients c \
         join client_lines l on l.client_id = c.id \
          and l.valid_from <= $5 and (l.valid_until is null or l.valid_until > $5)"
    };
}

/// The person with this number, if the actor may see them; otherwise exactly as if unknown.
pub async fn see(read: &mut Read, number: &str) -> Result<Summary> {
    let number = ClientNumber::parse(number).map_err(|_| Error::NotFound)?;
    let row: Option<Row> = read
        .see_maybe(
            concat!(
                "select ",
                summary_columns!(),
                " from ",
                summary_tables!(),
                " where c.number = $6 and ",
                visible_row!("c", "identity")
            ),
            crate::args![i64::from(number.running())],
        )
        .await?;
    match row {
        Some(row) => Ok(row.summary(read.actor.today())),
        None => see_merged(read, number).await,
    }
}

/// 事例. Whose it is, and since when it is closed.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Case {
    pub id: String,
    pub closed_on: Option<String>,
}

/// As [`see`], where nothing is shown of the person.
pub async fn case_of(read: &mut Read, number: &str) -> Result<Case> {
    let number = ClientNumber::parse(number).map_err(|_| Error::NotFound)?;
    let case: Option<Case> = read
        .see_maybe(
            concat!(
                "select c.id, (select x.closed_on from closures x where x.client_id = c.id
                   and x.reopened_at is null limit 1) as closed_on
                 from clients c where c.number = $6 and ",
                visible_row!("c", "identity")
            ),
            crate::args![i64::from(number.running())],
        )
        .await?;
    match case {
        Some(case) => Ok(case),
        None => {
            let Summary { id, closed_on, .. } = see_merged(read, number).await?;
            Ok(Case { id, closed_on })
        }
    }
}

/// The record that a number leads to which was merged into it.
pub(super) async fn see_merged(read: &mut Read, number: ClientNumber) -> Result<Summary> {
    let sql = "select merged_into from clients where number = $1 and merged_into is not null";
    let to: Option<(String,)> = read.maybe(sql, crate::args![i64::from(number.running())]).await?;
    let (id,) = to.ok_or(Error::NotFound)?;
    see_by_id(read, &id).await?.ok_or(Error::NotFound)
}

/// As [`see`], by the id another record holds.
pub async fn see_by_id(read: &mut Read, id: &str) -> Result<Option<Summary>> {
    let row: Option<Row> = read
        .see_maybe(
            concat!(
                "select ",
                summary_columns!(),
                " from ",
                summary_tables!(),
                " where c.id = $6 and ",
                visible_row!("c", "identity")
            ),
            crate::args![id],
        )
        .await?;
    Ok(row.map(|r| r.summary(read.actor.today())))
}

impl Summary {
    /// 「令和2年（2020年）6月3日生・6歳5か月」, or the day a birth is expected.
    pub fn born_words(&self) -> String {
        match (self.born_on, self.expected_on) {
            (Some(on), _) => format!("{}生・{}", civil::format_both(on), self.age),
            (None, Some(on)) => format!("出生前（予定日 {}）", civil::format_both(on)),
            (None, None) => "生年月日は不明".to_owned(),
        }
    }
}

impl Row {
    pub(super) fn summary(self, today: Date) -> Summary {
        let join =
            |a: &str, b: &Option<String>| format!("{a} {}", b.as_deref().unwrap_or_default());
        let born_on: Option<Date> = self.born_on.as_deref().and_then(|d| d.parse().ok());
        Summary {
            number: ClientNumber::from_row(self.number),
            name: join(&self.family, &self.given).trim().to_owned(),
            kana: join(&self.family_kana, &self.given_kana).trim().to_owned(),
            expected_on: self.expected_on.as_deref().and_then(|d| d.parse().ok()),
            age: born_on.map_or_else(|| "出生前".to_owned(), |b| civil::age_text(b, today)),
            born_on,
            id: self.id,
            sex: self.sex.unwrap_or_default(),
            area: self.area.unwrap_or_default(),
            coordinator: self.coordinator.unwrap_or_default(),
            closed_on: self.closed_on,
            address_hidden: self.address_hidden > 0,
            light: self.light,
        }
    }
}
