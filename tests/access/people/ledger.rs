//! What was booked and used of everybody's award, by the first station.

use kakehashi::access::Role;
use kakehashi::args;

use super::{AT, ON, Ward, mark, put};
use crate::support::HOME;

impl Ward<'_> {
    /// A use, a booking and a use that was taken back, under the decision of `programmes`.
    pub(super) async fn ledger(&mut self) {
        let (decision, word, by) = (self.id("decision"), mark(self.n, "plan"), self.officer());
        let station = self.w.actor(Role::Operator).organisation_id;
        for (noun, kind, back) in [
            ("entry", "usage", None),
            ("booking", "booking", None),
            ("wrong", "usage", None),
            ("back", "reversal", Some(self.id("wrong"))),
        ] {
            put(
                self.tx,
                "insert into ledger_entries (id, decision_id, kind, item, used_on, starts_at,
                   ends_at, quantity, organisation_id, note, reverses_id, recorded_at, recorded_by)
                 values ($1, $2, $3, 'visit', $4, $5, $6, 120, $7, $8, $9, $10, $11)",
                args![
                    self.id(noun),
                    decision,
                    kind,
                    ON,
                    format!("{ON}T09:00"),
                    format!("{ON}T11:00"),
                    station,
                    word,
                    back,
                    AT,
                    by
                ],
            )
            .await;
            put(
                self.tx,
                "insert into usage_reports (report_id, entry_id, organisation_id, month, reported,
                   recorded_at, recorded_by) values ($1, $1, $2, $3, 1, $4, $5)",
                args![self.id(noun), station, &ON[..7], AT, by],
            )
            .await;
            let amount = if kind == "reversal" { -120_i64 } else { 120 };
            put(
                self.tx,
                "insert into ledger_takes (entry_id, cap, period_from, period_until, amount)
                 values ($1, 'year', '2026-04-01', '2027-04-01', $2)",
                args![self.id(noun), amount],
            )
            .await;
        }
    }
}

/// The first station is under contract with the ward.
pub(super) async fn contract(w: &crate::support::World, tx: &mut kakehashi::store::Tx) {
    let station = w.actor(Role::Operator).organisation_id;
    put(
        tx,
        "insert into programme_bodies (id, controller_id, programme, kind, organisation_id, name,
           valid_from, recorded_at, recorded_by)
         values ('contract', $1, 'home_respite', 'station', $2, '', '2026-04-01', $3, 'x')",
        args![HOME, station, AT],
    )
    .await;
}
