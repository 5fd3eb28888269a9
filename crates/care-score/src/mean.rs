//! 平均スコア for 看護職員加配加算, as an exact ratio: no rounding may move it across a limit.

use crate::{Addition, Refusal, Table};
use std::fmt;

/// 平均スコア: Σ(点数 × 利用日数) ÷ 営業日数.
///
/// The divisor is the days the facility was open, not the days used: several children are there
/// on one day, so the result is the score the staff looks after on an average day.
pub fn weighted_mean(points_and_days: &[(u32, u32)], open_days: u32) -> Result<Mean, Refusal> {
    if open_days == 0 {
        return Err(Refusal::NoOpenDays);
    }
    let sum = points_and_days.iter().map(|&(p, d)| u64::from(p) * u64::from(d)).sum();
    Ok(Mean { sum, days: open_days })
}

/// An exact mean. Printed with one decimal, cut and not rounded: 39.96 prints `39.9`, so that
/// the print never claims a limit that was not reached.
#[derive(Clone, Copy, Debug)]
pub struct Mean {
    sum: u64,
    days: u32,
}

impl Mean {
    /// Σ(点数 × 利用日数)
    pub fn sum(self) -> u64 {
        self.sum
    }

    /// 営業日数, never zero.
    pub fn days(self) -> u32 {
        self.days
    }

    /// Whether the mean reaches a limit.
    pub fn at_least(self, points: u32) -> bool {
        self.sum >= u64::from(points) * u64::from(self.days)
    }

    /// 看護職員加配加算: the highest addition the mean reaches.
    pub fn addition(self, table: &Table) -> Option<&Addition> {
        table.additions.iter().rev().find(|addition| self.at_least(addition.from))
    }
}

impl fmt::Display for Mean {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days = u64::from(self.days);
        let (whole, rest) = (self.sum / days, self.sum % days);
        write!(f, "{whole}.{}", rest * 10 / days)
    }
}
