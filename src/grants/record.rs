//! A grant as it stands: what was asked, decided, paid, settled.

use crate::args;
use crate::store::{FromRow, Read};
use crate::web::{Error, Result};

/// 補助金.
#[derive(Clone, Debug, FromRow)]
pub struct Grant {
    pub id: String,
    pub programme: String,
    pub body: String,
    pub fiscal_year: i64,
    pub applied_on: String,
    pub requested: i64,
    pub note: String,
    pub recorded_by: String,
    pub recorder: String,
}

/// 手続の一行.
#[derive(Clone, Debug, FromRow)]
pub struct Step {
    pub id: String,
    pub kind: String,
    pub done_on: String,
    pub yen: i64,
    pub number: String,
    pub reason: String,
    pub by_name: String,
    /// Why it was taken back; nothing while it counts.
    pub void_reason: Option<String>,
}

/// いくら: what the steps come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// The amount that holds: the last decision or amendment.
    pub decided: Option<i64>,
    pub refused: bool,
    pub reported: bool,
    pub settled: Option<i64>,
    pub paid: i64,
    pub repaid: i64,
}

impl Sums {
    pub fn of(steps: &[Step]) -> Self {
        let mut sums = Self::default();
        for step in steps.iter().filter(|step| step.stands()) {
            match step.kind.as_str() {
                "decision" | "amendment" => sums.decided = Some(step.yen),
                "refusal" => sums.refused = true,
                "payment" => sums.paid += step.yen,
                "report" => sums.reported = true,
                "settlement" => sums.settled = Some(step.yen),
                "repayment" => sums.repaid += step.yen,
                _ => {}
            }
        }
        sums
    }

    /// What still has to be paid back: more was paid than settled.
    pub fn owed(&self) -> i64 {
        self.settled.map_or(0, |settled| (self.paid - self.repaid - settled).max(0))
    }

    pub fn owed_yen(&self) -> civil::Yen {
        civil::Yen(self.owed())
    }

    /// (chip class, words)
    pub fn state(&self) -> (&'static str, &'static str) {
        match self {
            Self { refused: true, .. } => ("mute", "不交付"),
            s if s.owed() > 0 => ("bad", "返還を待つ"),
            Self { settled: Some(settled), paid, repaid, .. } if paid - repaid == *settled => {
                ("ok", "精算した")
            }
            Self { settled: Some(_), .. } => ("warn", "支払いを待つ"),
            Self { reported: true, .. } => ("warn", "額の確定を待つ"),
            Self { decided: Some(_), .. } => ("info", "実績報告を待つ"),
            _ => ("warn", "決定を待つ"),
        }
    }
}

macro_rules! grants {
    ($rest:literal) => {
        concat!(
            "select g.id, g.programme, g.body, g.fiscal_year, g.applied_on, g.requested, g.note,
               g.recorded_by, coalesce(a.name, '') as recorder
             from grants g left join accounts a on a.id = g.recorded_by
             where g.controller_id = $1 ",
            $rest
        )
    };
}

pub async fn see(read: &mut Read, id: &str) -> Result<Grant> {
    let controller = read.actor.controller_id.clone();
    let row = read.maybe(grants!("and g.id = $2"), args![controller, id]).await?;
    row.ok_or(Error::NotFound)
}

pub(super) async fn of_year(read: &mut Read, year: i64) -> Result<Vec<Grant>> {
    let controller = read.actor.controller_id.clone();
    let sql = grants!("and g.fiscal_year = $2 order by g.programme, g.body, g.id");
    Ok(read.all(sql, args![controller, year]).await?)
}

pub async fn steps(read: &mut Read, grant: &str) -> Result<Vec<Step>> {
    let rows = read
        .all(
            "select s.id, s.kind, s.done_on, s.yen, s.number, s.reason,
               coalesce(a.name, '') as by_name, v.reason as void_reason
             from grant_steps s left join accounts a on a.id = s.recorded_by
               left join grant_step_voids v on v.step_id = s.id
             where s.grant_id = $1 order by s.recorded_at, s.id",
            args![grant],
        )
        .await?;
    Ok(rows)
}

impl Grant {
    pub fn day(on: &str) -> String {
        on.parse().map_or_else(|_| on.to_owned(), civil::format_both)
    }

    pub fn year(&self) -> Option<civil::FiscalYear> {
        i16::try_from(self.fiscal_year).ok().and_then(civil::FiscalYear::new)
    }

    pub fn year_words(&self) -> String {
        self.year().map_or_else(String::new, |year| year.label())
    }

    pub fn requested(&self) -> civil::Yen {
        civil::Yen(self.requested)
    }
}

impl Step {
    pub fn stands(&self) -> bool {
        self.void_reason.is_none()
    }

    pub fn money(&self) -> civil::Yen {
        civil::Yen(self.yen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(steps: &[(&str, i64)]) -> Sums {
        let step = |(kind, yen): &(&str, i64)| Step {
            id: String::new(),
            kind: (*kind).into(),
            done_on: "2026-04-01".into(),
            yen: *yen,
            number: String::new(),
            reason: String::new(),
            by_name: String::new(),
            void_reason: None,
        };
        Sums::of(&steps.iter().map(step).collect::<Vec<_>>())
    }

    #[test]
    fn what_was_paid_beyond_the_settlement_is_owed() {
        let paid = [("decision", 420_000), ("payment", 420_000), ("report", 0)];
        assert_eq!(sums(&paid).state().1, "額の確定を待つ");
        let settled = [&paid[..], &[("settlement", 300_000)]].concat();
        assert_eq!(sums(&settled).owed(), 120_000);
        let back = [&settled[..], &[("repayment", 120_000)]].concat();
        assert_eq!((sums(&back).owed(), sums(&back).state().1), (0, "精算した"));
        assert_eq!(sums(&[("decision", 5), ("amendment", 7)]).decided, Some(7));
        assert_eq!(sums(&[("refusal", 0)]).state().1, "不交付");
    }
}
