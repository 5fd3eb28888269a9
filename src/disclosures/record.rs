//! A request as it stands, for those who may see the person.

use civil::Date;

use crate::store::{FromRow, Read};
use crate::web::{Error, Result};
use crate::{args, visible};

/// 請求. Who asked for what, by when it is due, what was decided.
#[derive(Clone, Debug, FromRow)]
pub struct Request {
    pub id: String,
    pub client_id: String,
    pub number: i64,
    pub family: String,
    pub given: Option<String>,
    pub kind: String,
    pub asked_by: String,
    pub asked_as: String,
    pub checked: String,
    pub checked_note: String,
    pub received_on: String,
    pub what: String,
    pub part: Option<String>,
    pub due_on: String,
    pub extended_at: Option<String>,
    pub extend_reason: Option<String>,
    pub decision: Option<String>,
    pub decision_reason: Option<String>,
    pub notice: Option<String>,
    pub answered_on: Option<String>,
    pub decider: Option<String>,
    pub withdrawn_at: Option<String>,
    pub withdraw_reason: Option<String>,
    pub recorder: String,
}

macro_rules! requests {
    ($rest:literal) => {
        concat!(
            "select q.id, q.client_id, c.number, n.family, n.given, q.kind, q.asked_by, q.asked_as,
               q.checked, q.checked_note, q.received_on, q.what, q.part, q.due_on, q.extended_at,
               q.extend_reason, q.decision, q.decision_reason, q.notice, q.answered_on,
               d.name as decider, q.withdrawn_at, q.withdraw_reason,
               coalesce(w.name, '') as recorder
             from data_requests q join clients c on c.id = q.client_id
             join client_names n on n.client_id = c.id and n.voided_at is null
               and n.valid_from <= $5 and (n.valid_until is null or n.valid_until > $5)
             left join accounts w on w.id = q.recorded_by
             left join accounts d on d.id = q.decided_by
             where ",
            visible!("q.client_id", "identity"),
            $rest
        )
    };
}

pub async fn see(read: &mut Read, id: &str) -> Result<Request> {
    let row: Option<Request> = read.see_maybe(requests!(" and q.id = $6"), args![id]).await?;
    row.ok_or(Error::NotFound)
}

/// All requests about a person, the newest first.
pub async fn of(read: &mut Read, client_id: &str) -> Result<Vec<Request>> {
    let sql = requests!(" and q.client_id = $6 order by q.received_on desc, q.id desc");
    Ok(read.see_all(sql, args![client_id]).await?)
}

/// Open ones by their day; then what was answered, the newest first.
pub(super) async fn all(read: &mut Read) -> Result<Vec<Request>> {
    let sql = requests!(
        " order by case when q.decided_at is null and q.withdrawn_at is null then 0 else 1 end,
          case when q.decided_at is null and q.withdrawn_at is null then q.due_on else '' end,
          q.received_on desc, q.id desc limit 200"
    );
    Ok(read.see_all(sql, args![]).await?)
}

/// How many wait for a decision that is due by `until`.
pub async fn due_by(read: &mut Read, until: Date) -> Result<i64> {
    let (n,): (i64,) = read
        .see_one(
            concat!(
                "select count(*) from data_requests q where q.decided_at is null
                   and q.withdrawn_at is null and q.due_on <= $6 and ",
                visible!("q.client_id", "identity")
            ),
            args![until],
        )
        .await?;
    Ok(n)
}

impl Request {
    pub fn is_open(&self) -> bool {
        self.decision.is_none() && self.withdrawn_at.is_none()
    }

    pub fn grants(&self) -> bool {
        matches!(self.decision.as_deref(), Some("all" | "part"))
    }

    /// A stored day as people read it.
    pub fn day(on: &str) -> String {
        on.parse().map_or_else(|_| on.to_owned(), civil::format_both)
    }

    pub fn number(&self) -> String {
        kana::ClientNumber::from_row(self.number).to_string()
    }

    pub fn name(&self) -> String {
        format!("{} {}", self.family, self.given.as_deref().unwrap_or_default()).trim().to_owned()
    }

    /// Days left until the decision is due; negative when it is late.
    pub fn days_left(&self, today: Date) -> i64 {
        let due: Option<Date> = self.due_on.parse().ok();
        due.and_then(|d| today.until(d).ok()).map_or(0, |s| i64::from(s.get_days()))
    }

    /// (chip class, words)
    pub fn state(&self, today: Date) -> (&'static str, String) {
        match (&self.decision, &self.withdrawn_at, self.days_left(today)) {
            (_, Some(_), _) => ("mute", "取り下げ".into()),
            (Some(_), ..) => ("ok", "決定した".into()),
            (.., left) if left < 0 => ("bad", format!("{}日超過", -left)),
            (.., left) if left <= 7 => ("warn", format!("あと{left}日")),
            (.., left) => ("info", format!("あと{left}日")),
        }
    }
}
