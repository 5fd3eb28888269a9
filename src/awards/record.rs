//! A decision as it stands, for those who may see the person.

use civil::Date;

use crate::store::{FromRow, Read};
use crate::web::{Error, Result};
use crate::{args, visible};

/// 決定.
#[derive(Clone, Debug, FromRow)]
pub struct Decision {
    pub id: String,
    pub client_id: String,
    pub client_number: i64,
    pub family: String,
    pub given: Option<String>,
    pub application_id: String,
    pub assessment_id: String,
    pub programme: String,
    pub kind: String,
    pub number: String,
    pub addressee: String,
    pub decided_on: String,
    pub valid_from: Option<String>,
    pub valid_until: Option<String>,
    pub reason: String,
    pub notice: String,
    pub ended_on: Option<String>,
    pub end_reason: Option<String>,
    pub recorder: String,
}

macro_rules! decisions {
    ($rest:literal) => {
        concat!(
            "select d.id, d.client_id, c.number as client_number, n.family, n.given,
               d.application_id, d.assessment_id, d.programme, d.kind, d.number, d.addressee,
               d.decided_on, d.valid_from, d.valid_until, d.reason, d.notice, d.ended_on,
               d.end_reason, coalesce(w.name, '') as recorder
             from decisions d join clients c on c.id = d.client_id
             join client_names n on n.client_id = c.id and n.voided_at is null
               and n.valid_from <= $5 and (n.valid_until is null or n.valid_until > $5)
             left join accounts w on w.id = d.recorded_by
             where d.controller_id = $2 and ",
            visible!("d.client_id", "plan"),
            " and ",
            visible!("d.client_id", "identity"),
            $rest
        )
    };
}

pub async fn see(read: &mut Read, id: &str) -> Result<Decision> {
    let row = read.see_maybe(decisions!(" and d.id = $6"), args![id]).await?;
    row.ok_or(Error::NotFound)
}

impl Decision {
    pub fn is_award(&self) -> bool {
        self.kind == "award"
    }

    pub fn client(&self) -> String {
        kana::ClientNumber::from_row(self.client_number).to_string()
    }

    pub fn name(&self) -> String {
        format!("{} {}", self.family, self.given.as_deref().unwrap_or_default()).trim().to_owned()
    }

    pub fn day(on: &str) -> String {
        on.parse().map_or_else(|_| on.to_owned(), civil::format_both)
    }

    /// 「令和7年4月1日から令和8年3月31日まで」.
    pub fn term(&self) -> String {
        let day = |d: &str| d.parse::<Date>().map_or_else(|_| d.to_owned(), civil::format_era);
        let from = self.valid_from.as_deref().map(day).unwrap_or_default();
        let last = self.valid_until.as_deref().and_then(|d| d.parse::<Date>().ok());
        match last.and_then(|d| d.yesterday().ok()) {
            Some(last) => format!("{from}から{}まで", civil::format_era(last)),
            None => format!("{from}から"),
        }
    }

    /// (chip class, words)
    pub fn state(&self, today: Date) -> (&'static str, &'static str) {
        let over = |until: &Option<String>| {
            until.as_deref().and_then(|d| d.parse::<Date>().ok()).is_some_and(|d| d <= today)
        };
        match self {
            Self { kind, .. } if kind == "rejection" => ("mute", "不承認"),
            Self { ended_on: Some(_), .. } => ("mute", "取りやめた"),
            d if over(&d.valid_until) => ("mute", "期間が終わった"),
            _ => ("ok", "有効"),
        }
    }
}
