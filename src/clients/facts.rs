//! 台帳の一覧: what every part of the folder says on a day, and which of it the actor may see.

use std::collections::BTreeMap;

use civil::Date;

use super::care_score::{self, Judged};
use super::parts::{self, PartRow};
use crate::codes::Codes;
use crate::store::Read;
use crate::web::Result;

/// 台帳の一覧. The rows of every part on a day; what an actor may not see is as if it were not there.
#[derive(Debug)]
pub struct Folder {
    rows: BTreeMap<&'static str, Vec<PartRow>>,
    pub may: May,
    /// The address and the telephones are hidden from the actor.
    pub hidden: bool,
    /// The judgement that counts on the day.
    pub score: Option<Judged>,
    pub on: Date,
}

impl Folder {
    pub async fn read(read: &mut Read, codes: &Codes, client_id: &str, on: Date) -> Result<Self> {
        let whole = parts::whole(read, codes, client_id, on).await?;
        let rows = whole.parts.into_iter().map(|(part, rows)| (part.id, rows)).collect();
        let (may, hidden) = (May(whole.may), whole.hidden);
        Ok(Self { rows, may, hidden, score: whole.score.map(care_score::scored), on })
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
#[derive(Clone, Debug, Default)]
pub struct May(Vec<&'static str>);

impl May {
    pub fn see(&self, category: &str) -> bool {
        self.0.contains(&category)
    }
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
