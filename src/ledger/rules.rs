//! 期限. Until when a hold stands, a booking may be taken back, and a fiscal year is open.

use civil::{Date, FiscalYear, Span};

use crate::access::Role;
use crate::staff::settings::{self, Setting};
use crate::store::Read;
use crate::web::{Error, Result};

/// Days after the booked day for which a booking without a use is held (unsourced). Operators
/// report a month in the month after it.
pub const HOLD_DAYS: Setting = Setting { key: "ledger_hold_days", default: 60 };
/// Days after 31 March for which the year takes entries (unsourced).
pub const CLOSING_DAYS: Setting = Setting { key: "ledger_closing_days", default: 30 };
/// Days before the booked day until which a body may take its own booking back (unsourced).
pub const CANCEL_DAYS: Setting = Setting { key: "ledger_cancel_days", default: 0 };

/// The last day on which the fiscal year of a day takes entries.
pub async fn closes_on(read: &mut Read, day: Date) -> Result<Date> {
    let days = settings::number(read, CLOSING_DAYS).await?;
    let last = FiscalYear::of(day).range().end.yesterday().unwrap_or(Date::MAX);
    Ok(last.checked_add(Span::new().days(days)).unwrap_or(Date::MAX))
}

/// Refused after the fiscal year was closed.
pub async fn open(read: &mut Read, day: Date) -> Result<()> {
    let last = closes_on(read, day).await?;
    if read.actor.today() <= last {
        return Ok(());
    }
    let (year, last) = (FiscalYear::of(day).label(), civil::format_era(last));
    let why = format!("{year}の台帳は{last}で締めました。もう記録も取り消しもできません");
    Err(Error::refused("on", why))
}

/// The first booked day that is still held.
pub async fn held_from(read: &mut Read) -> Result<Date> {
    let days = settings::number(read, HOLD_DAYS).await?;
    Ok(read.actor.today().checked_sub(Span::new().days(days)).unwrap_or(Date::MIN))
}

/// A body may take its booking back in time; afterwards the office does.
pub async fn may_cancel(read: &mut Read, booked: Date) -> Result<()> {
    if read.actor.role != Role::Operator {
        return Ok(());
    }
    let days = settings::number(read, CANCEL_DAYS).await?;
    let last = booked.checked_sub(Span::new().days(days)).unwrap_or(Date::MIN);
    if read.actor.today() <= last {
        return Ok(());
    }
    let last = civil::format_era(last);
    let why = format!("予約の取り消しは{last}まででした。区の担当に連絡してください");
    Err(Error::refused("reason", why))
}
