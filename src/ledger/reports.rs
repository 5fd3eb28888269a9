//! 届いた実績報告: what a body reported for a month as it was taken, and what of the bookings it said
//! nothing of. The rows themselves stand in the ledger.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::compare::Month;
use super::entries::{self, Entry};
use crate::args;
use crate::store::{FromRow, Read, Tx};
use crate::web::{Result, said};

/// 届いた報告.
pub struct Report {
    pub at: String,
    pub by: String,
    /// Uses that were in it.
    pub uses: Vec<Entry>,
    /// Bookings that were not.
    pub silent: Vec<Entry>,
}

#[derive(FromRow)]
struct Row {
    report_id: String,
    recorded_at: String,
    by_name: Option<String>,
    entry_id: String,
    reported: i64,
}

/// The reports of a month, the oldest first, as far as the actor may see what they are about.
pub async fn of_month(read: &mut Read, month: &Month, known: &[&Entry]) -> Result<Vec<Report>> {
    let rows: Vec<Row> = read
        .all(
            "select r.report_id, r.recorded_at, a.name as by_name, r.entry_id, r.reported
             from usage_reports r left join accounts a on a.id = r.recorded_by
             where r.organisation_id = $1 and r.month = $2
             order by r.recorded_at, r.report_id, r.entry_id",
            args![month.organisation, month.code()],
        )
        .await?;
    let mut out: BTreeMap<(String, String), Report> = BTreeMap::new();
    for row in rows {
        let Some(entry) = known.iter().find(|e| e.id == row.entry_id) else { continue };
        let by = row.by_name.unwrap_or_default();
        let at = said::moment(&row.recorded_at);
        let report = out.entry((row.recorded_at, row.report_id)).or_insert_with(|| Report {
            at,
            by,
            uses: vec![],
            silent: vec![],
        });
        let list = if row.reported == 1 { &mut report.uses } else { &mut report.silent };
        list.push((*entry).clone());
    }
    Ok(out.into_values().collect())
}

/// A body that works for several wards has reported to one when it named somebody of its people.
macro_rules! reported {
    ($what:literal, $by:literal) => {
        concat!(
            "select ",
            $what,
            ", max(r.recorded_at) from usage_reports r where ",
            $by,
            " and (r.organisation_id = $2 or exists (select 1 from ledger_entries e
               join decisions d on d.id = e.decision_id
               where e.id = r.entry_id and d.controller_id = $3)) group by ",
            $what
        )
    };
}

/// When each body last reported a month: (body, moment).
pub async fn last(read: &mut Read, month: &str) -> Result<Vec<(String, String)>> {
    let sql = reported!("r.organisation_id", "r.month = $1");
    let (own, controller) = (read.actor.organisation_id.clone(), read.actor.controller_id.clone());
    Ok(read.all(sql, args![month, own, controller]).await?)
}

/// When a body reported its months: (month, moment of the last report).
pub async fn months(read: &mut Read, organisation: &str) -> Result<Vec<(String, String)>> {
    let sql = reported!("r.month", "r.organisation_id = $1");
    let (own, controller) = (read.actor.organisation_id.clone(), read.actor.controller_id.clone());
    Ok(read.all(sql, args![organisation, own, controller]).await?)
}

/// Keeps a report in the transaction that took its rows: the bookings that still stand were not in
/// it.
pub async fn keep(tx: &mut Tx, month: &Month, uses: &[String]) -> Result<()> {
    let span = (month.from, month.until);
    let today = tx.actor.today();
    let mut rows: Vec<(String, i64)> = uses.iter().map(|id| (id.clone(), 1)).collect();
    for entry in entries::of_body(tx, &month.organisation, span).await? {
        if entry.is_booking() && entry.stands() && entry.day() <= today {
            rows.push((entry.id, 0));
        }
    }
    let (id, at, by) = (Uuid::now_v7().to_string(), tx.actor.at, tx.actor.account_id.clone());
    for (entry, reported) in rows {
        tx.exec(
            "insert into usage_reports (report_id, entry_id, organisation_id, month, reported,
               recorded_at, recorded_by) values ($1, $2, $3, $4, $5, $6, $7)",
            args![id, entry, month.organisation, month.code(), reported, at, by],
        )
        .await?;
    }
    Ok(())
}
