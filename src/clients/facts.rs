//! 台帳の一覧: what every part of the folder says on a day, and which of it the actor may see.

use std::collections::BTreeMap;

use civil::Date;
use sqlx::FromRow;

use super::parts::{self, PartRow};
use crate::codes::Codes;
use crate::store::Read;
use crate::visible;
use crate::web::Result;

/// 台帳の一覧. The rows of every part on a day; what an actor may not see is as if it were not there.
#[derive(Debug)]
pub struct Folder {
    rows: BTreeMap<&'static str, Vec<PartRow>>,
    pub may: May,
    /// The address and the telephones are hidden from the actor.
    pub hidden: bool,
    pub on: Date,
}

impl Folder {
    pub async fn read(read: &mut Read, codes: &Codes, client_id: &str, on: Date) -> Result<Self> {
        let mut rows = BTreeMap::new();
        for part in parts::all() {
            rows.insert(part.id, parts::rows(read, codes, client_id, part, on, None).await?);
        }
        let hidden = parts::hidden_from_actor(read, client_id).await?;
        Ok(Self { rows, may: may(read, client_id).await?, hidden, on })
    }

    pub fn of(&self, part: &str) -> &[PartRow] {
        self.rows.get(part).map_or(&[], Vec::as_slice)
    }

    /// The words of a field of a row of the part.
    pub fn text(part: &str, row: &PartRow, field: &str) -> String {
        parts::find(part).map_or_else(String::new, |p| row.text(p, field))
    }
}

/// 同意の範囲. Which categories of the person's data the actor may see today.
#[derive(Clone, Copy, Debug, Default, FromRow)]
pub struct May {
    pub identity: i64,
    pub family: i64,
    pub care: i64,
    pub consultation: i64,
}

impl May {
    pub fn see(&self, category: &str) -> bool {
        match category {
            "identity" => self.identity > 0,
            "family" => self.family > 0,
            "care" => self.care > 0,
            "consultation" => self.consultation > 0,
            _ => false,
        }
    }
}

async fn may(read: &mut Read, client_id: &str) -> Result<May> {
    let row: Option<May> = read
        .see_maybe(
            concat!(
                "select cast(1 as bigint) as identity, cast(case when ",
                visible!("c.id", "family"),
                " then 1 else 0 end as bigint) as family, cast(case when ",
                visible!("c.id", "care"),
                " then 1 else 0 end as bigint) as care, cast(case when ",
                visible!("c.id", "consultation"),
                " then 1 else 0 end as bigint) as consultation from clients c where c.id = $6 and ",
                visible!("c.id", "identity")
            ),
            crate::args![client_id],
        )
        .await?;
    Ok(row.unwrap_or_default())
}

/// Warned about when it lies within this many days.
const SOON: i32 = 90;

/// 期限. How near a date is, seen from a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    Over(i32),
    Soon(i32),
    Later,
}

pub fn due(date: &str, on: Date) -> Option<Due> {
    let days = on.until(date.parse::<Date>().ok()?).ok()?.get_days();
    Some(match days {
        ..0 => Due::Over(-days),
        0..=SOON => Due::Soon(days),
        _ => Due::Later,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_within_ninety_days_is_soon_and_what_has_ended_is_over() {
        let on: Date = "2026-11-20".parse().unwrap();
        assert_eq!(due("2026-11-20", on), Some(Due::Soon(0)));
        assert_eq!(due("2027-02-18", on), Some(Due::Soon(90)));
        assert_eq!(due("2027-02-19", on), Some(Due::Later));
        assert_eq!(due("2026-11-19", on), Some(Due::Over(1)));
        assert_eq!((due("", on), due("いつか", on)), (None, None));
    }
}
