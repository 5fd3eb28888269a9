//! An application as it stands, for those who may see the person.

use civil::Date;

use crate::store::{FromRow, Read};
use crate::web::{Error, Result};
use crate::{args, visible};

/// 申請.
#[derive(Clone, Debug, FromRow)]
pub struct Application {
    pub id: String,
    pub client_id: String,
    pub number: i64,
    pub family: String,
    pub given: Option<String>,
    pub programme: String,
    pub kind: String,
    pub applied_by: String,
    pub applied_on: String,
    pub starts_on: String,
    pub papers: String,
    pub note: String,
    pub renews_id: Option<String>,
    pub withdrawn_at: Option<String>,
    pub withdraw_reason: Option<String>,
    pub recorded_by: String,
    pub recorder: String,
    /// The return that nobody has answered.
    pub return_id: Option<String>,
    pub return_reason: Option<String>,
    /// The check that counts: the last one.
    pub assessment_id: Option<String>,
    pub decision_id: Option<String>,
    pub decision: Option<String>,
}

/// 段階. Where an application stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Received,
    Returned,
    Assessed,
    Decided,
    Withdrawn,
}

macro_rules! applications {
    ($rest:literal) => {
        concat!(
            "select p.id, p.client_id, c.number, n.family, n.given, p.programme, p.kind,
               p.applied_by, p.applied_on, p.starts_on, p.papers, p.note, p.renews_id,
               p.withdrawn_at, p.withdraw_reason, p.recorded_by, coalesce(w.name, '') as recorder,
               r.id as return_id, r.reason as return_reason,
               (select s.id from assessments s where s.application_id = p.id
                 order by s.recorded_at desc, s.id desc limit 1) as assessment_id,
               d.id as decision_id, d.kind as decision
             from applications p join clients c on c.id = p.client_id
             join client_names n on n.client_id = c.id and n.voided_at is null
               and n.valid_from <= $5 and (n.valid_until is null or n.valid_until > $5)
             left join accounts w on w.id = p.recorded_by
             left join application_returns r on r.application_id = p.id
               and r.completed_at is null
             left join decisions d on d.application_id = p.id
             where p.controller_id = $2 and ",
            visible!("p.client_id", "plan"),
            " and ",
            visible!("p.client_id", "identity"),
            $rest
        )
    };
}

pub async fn see(read: &mut Read, id: &str) -> Result<Application> {
    let row = read.see_maybe(applications!(" and p.id = $6"), args![id]).await?;
    row.ok_or(Error::NotFound)
}

pub async fn of(read: &mut Read, client_id: &str) -> Result<Vec<Application>> {
    let sql = applications!(" and p.client_id = $6 order by p.applied_on desc, p.id desc");
    Ok(read.see_all(sql, args![client_id]).await?)
}

/// What waits, the oldest first; then what is over, the newest first.
pub(super) async fn all(read: &mut Read) -> Result<Vec<Application>> {
    let sql = applications!(
        " order by case when d.id is null and p.withdrawn_at is null then 0 else 1 end,
            case when d.id is null and p.withdrawn_at is null then p.applied_on else '' end,
            p.applied_on desc, p.id desc limit 300"
    );
    Ok(read.see_all(sql, args![]).await?)
}

impl Application {
    pub fn stage(&self) -> Stage {
        match self {
            Self { withdrawn_at: Some(_), .. } => Stage::Withdrawn,
            Self { decision_id: Some(_), .. } => Stage::Decided,
            Self { return_id: Some(_), .. } => Stage::Returned,
            Self { assessment_id: Some(_), .. } => Stage::Assessed,
            _ => Stage::Received,
        }
    }

    pub fn is_open(&self) -> bool {
        !matches!(self.stage(), Stage::Decided | Stage::Withdrawn)
    }

    pub fn number(&self) -> String {
        kana::ClientNumber::from_row(self.number).to_string()
    }

    pub fn name(&self) -> String {
        format!("{} {}", self.family, self.given.as_deref().unwrap_or_default()).trim().to_owned()
    }

    /// A stored day as people read it.
    pub fn day(on: &str) -> String {
        on.parse().map_or_else(|_| on.to_owned(), civil::format_both)
    }

    pub fn applied(&self) -> Option<Date> {
        self.applied_on.parse().ok()
    }

    pub fn starts(&self) -> Option<Date> {
        self.starts_on.parse().ok()
    }

    /// (chip class, words)
    pub fn state(&self) -> (&'static str, &'static str) {
        match self.stage() {
            Stage::Received => ("warn", "審査を待つ"),
            Stage::Returned => ("info", "差し戻し中"),
            Stage::Assessed => ("warn", "決裁・決定を待つ"),
            Stage::Decided if self.decision.as_deref() == Some("award") => ("ok", "決定した"),
            Stage::Decided => ("mute", "不承認にした"),
            Stage::Withdrawn => ("mute", "取り下げ"),
        }
    }
}
