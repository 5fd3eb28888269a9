//! Awards put straight into the tables, for tests that are not about applying.

use kakehashi::access::Role;
use kakehashi::args;
use kakehashi::audit::Event;

use super::{Person, World};

impl World {
    /// A decision for a programme, with the application and the assessment before it; its id.
    pub async fn award(
        &self,
        of: &Person,
        programme: &str,
        from: &str,
        until: Option<&str>,
    ) -> String {
        let officer = self.actor(Role::Officer);
        let mut tx = self.write(&officer).await;
        let (n,): (i64,) = tx.one("select count(*) from decisions", args![]).await.unwrap();
        let id = |noun: &str| format!("{noun}-{}-{n}", of.number);
        let (controller, at, by) = (&officer.controller_id, officer.at, &officer.account_id);
        tx.exec(
            "insert into applications (id, client_id, controller_id, programme, kind, applied_by,
               applied_on, starts_on, recorded_at, recorded_by)
             values ($1, $2, $3, $4, 'new', '母', $5, $5, $6, $7)",
            args![id("asked"), of.id, controller, programme, from, at, by],
        )
        .await
        .unwrap();
        tx.exec(
            "insert into assessments (id, application_id, proposal, reason, assessed_on, outcome,
               version_from, digest, facts, clauses, recorded_at, recorded_by)
             values ($1, $2, 'award', '', $3, 'eligible', $3, '', '[]', '[]', $4, $5)",
            args![id("assessed"), id("asked"), from, at, by],
        )
        .await
        .unwrap();
        tx.exec(
            "insert into decisions (id, client_id, controller_id, application_id, assessment_id,
               programme, kind, number, addressee, decided_on, valid_from, valid_until, reason,
               notice, recorded_at, recorded_by)
             values ($1, $2, $3, $4, $5, $6, 'award', $1, '母', $7, $7, $8, '', '', $9, $10)",
            args![
                id("award"),
                of.id,
                controller,
                id("asked"),
                id("assessed"),
                programme,
                from,
                until,
                at,
                by
            ],
        )
        .await
        .unwrap();
        tx.record(Event::new("prepare", "world", "").about(&of.id)).await.unwrap();
        tx.commit().await.unwrap();
        id("award")
    }

    /// A body gives a programme's service from 1 April 2025 on.
    pub async fn contract(&self, programme: &str, organisation: &str) {
        let officer = self.actor(Role::Officer);
        self.exec(
            "insert into programme_bodies (id, controller_id, programme, kind, organisation_id,
               name, valid_from, recorded_at, recorded_by)
             values ($1, $2, $3, 'body', $4, '', '2025-04-01', $5, $6)",
            args![
                format!("{programme} {organisation}"),
                officer.controller_id,
                programme,
                organisation,
                officer.at,
                officer.account_id
            ],
        )
        .await;
    }
}
