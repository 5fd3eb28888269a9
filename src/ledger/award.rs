//! 決定, as the ledger needs it: whose, for which programme, from when until when.

use ::programmes::{Catalogue, Held, Programme, Version};
use civil::Date;

use crate::store::{FromRow, Read};
use crate::web::{Error, Result};
use crate::{args, not_closed};

/// True when the actor may see the award `d`. A body outside the office sees it where it is under
/// contract for the programme, or where it gave service itself.
#[macro_export]
macro_rules! visible_award {
    () => {
        concat!(
            "d.kind = 'award' and ",
            $crate::visible!("d.client_id", "plan"),
            " and ($1 <> 'consented' or exists (select 1 from programme_bodies b
               where b.organisation_id = $3 and b.controller_id = d.controller_id
                 and b.programme = d.programme and b.voided_at is null and b.valid_from <= $5
                 and (b.valid_until is null or b.valid_until > $5))
               or exists (select 1 from ledger_entries own
                 where own.decision_id = d.id and own.organisation_id = $3))"
        )
    };
}

macro_rules! columns {
    () => {
        concat!(
            "d.id, d.client_id, d.controller_id, d.programme, d.number, d.valid_from, d.valid_until,
             d.ended_on, cast(case when ",
            not_closed!("d.client_id"),
            " then 0 else 1 end as bigint) as closed"
        )
    };
}

/// 支給の決定.
#[derive(Clone, Debug, FromRow)]
pub struct Award {
    pub id: String,
    pub client_id: String,
    pub controller_id: String,
    pub programme: String,
    pub number: String,
    valid_from: String,
    valid_until: Option<String>,
    ended_on: Option<String>,
    /// The person's case is closed.
    pub closed: i64,
}

impl Award {
    pub fn from(&self) -> Date {
        self.valid_from.parse().unwrap_or(Date::MAX)
    }

    /// The first day after it: by its term, or because it was ended.
    pub fn until(&self) -> Option<Date> {
        let days = [&self.valid_until, &self.ended_on].into_iter().flatten();
        days.filter_map(|day| day.parse().ok()).min()
    }

    pub fn held(&self) -> Held {
        Held { from: self.from(), until: self.until() }
    }

    /// The day of it that is nearest to a day.
    pub fn nearest(&self, day: Date) -> Date {
        let last = self.until().and_then(|until| until.yesterday().ok());
        day.min(last.unwrap_or(day)).max(self.from())
    }

    pub fn programme<'a>(&self, all: &'a Catalogue) -> Result<&'a Programme> {
        let why = "この事業のファイルがありません。システム管理者に知らせてください";
        all.find(&self.programme).ok_or_else(|| Error::refused("", why))
    }

    /// The rules of the day; those of the last day of the award after its end.
    pub fn version<'a>(&self, programme: &'a Programme, on: Date) -> Option<&'a Version> {
        programme.version_on(self.nearest(on)).or(programme.versions.last())
    }

    /// 「令和8年4月1日から令和9年3月31日まで」.
    pub fn term(&self) -> String {
        let from = civil::format_era(self.from());
        match self.until().and_then(|until| until.yesterday().ok()) {
            Some(last) => format!("{from}から{}まで", civil::format_era(last)),
            None => format!("{from}から"),
        }
    }
}

/// The award, if the actor may see it; otherwise exactly as if there were none.
pub async fn see(read: &mut Read, id: &str) -> Result<Award> {
    let found: Option<Award> = read
        .see_maybe(
            concat!(
                "select ",
                columns!(),
                " from decisions d where d.id = $6 and ",
                visible_award!()
            ),
            args![id],
        )
        .await?;
    found.ok_or(Error::NotFound)
}

/// All awards of a person, the newest first.
pub async fn of_client(read: &mut Read, client_id: &str) -> Result<Vec<Award>> {
    let rows = read
        .see_all(
            concat!(
                "select ",
                columns!(),
                " from decisions d where d.client_id = $6 and ",
                visible_award!(),
                " order by d.valid_from desc, d.id desc limit 100"
            ),
            args![client_id],
        )
        .await?;
    Ok(rows)
}

/// Everybody's awards that held on some day of `[from, until)`.
pub async fn between(read: &mut Read, from: Date, until: Date) -> Result<Vec<Award>> {
    let rows = read
        .see_all(
            concat!(
                "select ",
                columns!(),
                " from decisions d where d.valid_from < $7
                   and (d.valid_until is null or d.valid_until > $6)
                   and (d.ended_on is null or d.ended_on > $6) and ",
                visible_award!(),
                " order by d.programme, d.client_id, d.valid_from, d.id"
            ),
            args![from, until],
        )
        .await?;
    Ok(rows)
}
