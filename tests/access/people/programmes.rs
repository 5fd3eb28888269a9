//! What was asked for and decided about people.

use kakehashi::args;

use super::{AT, FROM, ON, Ward, mark, put};

/// Within sixty days: such an end is on a list.
const SOON: &str = "2026-12-31";

impl Ward<'_> {
    /// An application of everybody, checked and decided.
    pub(super) async fn programmes(&mut self, client: &str, by: &str) {
        let (word, controller) = (mark(self.n, "identity"), self.seat().controller());
        let (application, assessment) = (self.id("application"), self.id("assessment"));
        put(
            self.tx,
            "insert into applications (id, client_id, controller_id, programme, kind, applied_by,
               applied_on, starts_on, recorded_at, recorded_by)
             values ($1, $2, $3, 'home_respite', 'new', $4, $5, $5, $6, $7)",
            args![application, client, controller, word, ON, AT, by],
        )
        .await;
        put(
            self.tx,
            "insert into assessments (id, application_id, proposal, reason, assessed_on, outcome,
               version_from, digest, facts, clauses, recorded_at, recorded_by)
             values ($1, $2, 'award', $3, $4, 'eligible', '2025-04-01', '', '[]', '[]', $5, $6)",
            args![assessment, application, word, ON, AT, by],
        )
        .await;
        put(
            self.tx,
            "insert into decisions (id, client_id, controller_id, application_id, assessment_id,
               programme, kind, number, addressee, decided_on, valid_from, valid_until, reason,
               notice, recorded_at, recorded_by)
             values ($1, $2, $3, $4, $5, 'home_respite', 'award', $1, $6, $7, $8, $11, $6, '', $9,
               $10)",
            args![
                self.id("decision"),
                client,
                controller,
                application,
                assessment,
                word,
                ON,
                FROM,
                AT,
                by,
                SOON
            ],
        )
        .await;
        put(
            self.tx,
            "insert into client_facts (id, client_id, fact, value, paper, valid_from, recorded_at,
               recorded_by) values ($1, $2, 'physician_order', 1, $3, $4, $5, $6)",
            args![self.id("fact"), client, mark(self.n, "care"), FROM, AT, by],
        )
        .await;
    }
}
