//! What was asked about people, and whose records may go.

use kakehashi::access::Role;
use kakehashi::args;
use kakehashi::store::Tx;

use super::{AT, FROM, ON, Ward, mark, put};
use crate::support::{Seat, World};

impl Ward<'_> {
    /// Proposed to somebody outside: 7 by the ward, 8 by its neighbour.
    pub(super) async fn moves(&mut self, client: &str, by: &str) {
        let (consent, sheet) =
            (self.id("agreed"), format!("{{\"name\":\"{}\"}}", mark(self.n, "identity")));
        put(
            self.tx,
            "insert into move_consents (id, client_id, given_by, given_on, method, categories,
               recorded_at, recorded_by) values ($1, $2, '母', $3, 'paper', 'care', $4, $5)",
            args![consent, client, ON, AT, by],
        )
        .await;
        put(
            self.tx,
            "insert into moves (id, client_id, consent_id, from_controller_id, to_name, moves_on,
               note, sheet, recorded_at, recorded_by)
             values ($1, $2, $3, $4, $5, $6, $5, $7, $8, $9)",
            args![
                self.id("move"),
                client,
                consent,
                self.seat().controller(),
                mark(self.n, "care"),
                ON,
                sheet,
                AT,
                by
            ],
        )
        .await;
    }

    /// A request about everybody; 15 and 17 want the use stopped, 16 is held by another office.
    pub(super) async fn asked(&mut self, id: &str, by: &str) {
        let word = mark(self.n, "identity");
        let decision = (!self.n.is_multiple_of(2)).then_some("all");
        put(
            self.tx,
            "insert into data_requests (id, client_id, kind, asked_by, asked_as, checked, what,
               received_on, due_on, decision, decided_at, answered_on, recorded_at, recorded_by)
             values ($1, $2, 'disclosure', $3, 'self', 'known', $3, $4, '2026-11-21', $5,
               case when $5 is null then null else $6 end,
               case when $5 is null then null else $4 end, $6, $7)",
            args![self.id("asked"), id, word, ON, decision, AT, by],
        )
        .await;
        self.programmes(id, by).await;
        let after = format!("[[\"family\",\"{word}\"]]");
        put(
            self.tx,
            "insert into register_differences (id, client_id, register_id, kind, happened_on,
               before, after, recorded_at, recorded_by)
             values ($1, $2, '1', 'name', $3, '[]', $4, $5, $6)",
            args![self.id("difference"), id, ON, after, AT, by],
        )
        .await;
        if matches!(self.n, 15 | 17) {
            let left = if self.n == 15 { "staff" } else { "team" };
            put(
                self.tx,
                "insert into use_stops (id, client_id, request_id, left_to, left_why, valid_from,
                   recorded_at, recorded_by) values ($1, $2, $3, $4, '', $5, $6, $7)",
                args![self.id("stop"), id, self.id("asked"), left, FROM, AT, by],
            )
            .await;
        }
        if self.n == 16 {
            let office = self.w.seated(Role::Officer, Seat::Second).organisation_id;
            let held = "update clients set held_by = $2, programme = 'other' where id = $1";
            put(self.tx, held, args![id, office]).await;
        }
    }
}

/// Somebody of the neighbouring ward and somebody of this one were found to be two people: whoever
/// may not see both learns of neither.
pub(super) async fn distinction(w: &World, tx: &mut Tx) {
    let by = w.seated(Role::Officer, Seat::Abroad).account_id;
    for (id, one, other) in [("there", "client-8", "client-1"), ("here", "client-1", "client-8")] {
        put(
            tx,
            "insert into distinctions (id, client_id, other_id, reason, recorded_at, recorded_by)
             values ($1, $2, $3, 'other', $4, $5)",
            args![id, one, other, AT, by],
        )
        .await;
    }
}

/// Each ward proposed to dispose of 9 and of 8; ids of people need not exist.
pub(super) async fn disposals(w: &World, tx: &mut Tx) {
    for (id, seat) in [("disposal-9", Seat::First), ("disposal-8", Seat::Abroad)] {
        let by = w.seated(Role::Officer, seat).account_id;
        put(
            tx,
            "insert into disposals (id, controller_id, reason, proposed_at, proposed_by)
             values ($1, $2, 'retention', $3, $4)",
            args![id, seat.controller(), AT, by],
        )
        .await;
        for client in ["client-9", "client-8"] {
            put(
                tx,
                "insert into disposal_items (disposal_id, client_id, due_on) values ($1, $2, $3)",
                args![id, client, ON],
            )
            .await;
        }
    }
}
