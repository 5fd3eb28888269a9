//! What was done for a person: consultations, notes, promises, who is in charge.

use kakehashi::access::{Actor, Role};
use kakehashi::args;
use kakehashi::store::Tx;

use super::{AT, CALLED, FROM, IN_EMERGENCY, LONG_AGO, ON, Ward, abroad, mark, put};
use crate::support::{Seat, World};

impl Ward<'_> {
    /// What the search looks in.
    pub(super) async fn found_by(&mut self) {
        let name = mark(self.n, "identity");
        let keys = kana::suffix_keys(&format!("{name}{name}")).into_iter().map(|k| (k, "name"));
        let readings = kana::suffix_keys("ひみつひみつ").into_iter().map(|k| (k, "kana"));
        let parts = [name.as_str(), "ひみつ"].into_iter().flat_map(kana::suffix_keys);
        for (key, kind) in keys.chain(readings).chain(parts.map(|k| (k, "part"))) {
            put(
                self.tx,
                "insert into client_search (kind, key, reading, client_id)
                 values ($3, $1, 'ひみつ ひみつ', $2)",
                args![key, self.id("client"), kind],
            )
            .await;
        }
    }

    /// The ward's office takes calls; those that name nobody come to different desks.
    pub(super) fn desk(&self) -> Actor {
        match self.n {
            32 => self.w.actor(Role::Coordinator),
            33 => self.w.seated(Role::Coordinator, Seat::Second),
            35 => self.w.actor(Role::Hospital),
            _ => self.w.seated(Role::Officer, self.seat()),
        }
    }

    /// A consultation that was corrected once, and its promise.
    pub(super) async fn consultation(&mut self, client: Option<String>) {
        let old = self.id("old-consultation");
        self.one_consultation(&client, &old, None, true).await;
        self.one_consultation(&client, &self.id("consultation"), Some(&old), false).await;
        self.one_consultation(&client, &self.id("gone-consultation"), None, true).await;
        self.promise(client).await;
    }

    pub(super) async fn one_consultation(
        &mut self,
        client: &Option<String>,
        id: &str,
        replaces: Option<&str>,
        voided: bool,
    ) {
        let desk = self.desk();
        let (at, on) = self.when();
        let (word, standing) =
            (mark(self.n, "consultation"), if client.is_some() { "named" } else { "nobody" });
        put(
            self.tx,
            "insert into consultations (id, controller_id, organisation_id, client_id, standing,
               occurred_at, occurred_on, minutes, channel, inquirer_kind, inquirer_name, scope,
               series, region, text, answer, words, handler_id, recorded_at, recorded_by,
               replaces_id, voided_at, voided_by)
             values ($1, $2, $3, $4, $5, $6, $7, 30, $8, $9, $10, 'individual', 'new', 'ku', $10,
               $10, $11, $12, $6, $12, $13, $14, $15)",
            args![
                id,
                self.seat().controller(),
                desk.organisation_id,
                client,
                standing,
                at,
                on,
                self.first("channel"),
                self.first("inquirer_kind"),
                word,
                kana::search_key(&word),
                desk.account_id,
                replaces,
                voided.then_some(AT),
                voided.then_some(desk.account_id.as_str())
            ],
        )
        .await;
        put(
            self.tx,
            "insert into consultation_topics (consultation_id, topic) values ($1, $2)",
            args![id, self.first("topic")],
        )
        .await;
    }

    /// Promised by the first centre for whoever has the case.
    pub(super) async fn promise(&mut self, client: Option<String>) {
        let mut desk = self.desk();
        if client.is_some() && !abroad(self.n) {
            let holder = self.holder().account_id;
            desk = self.w.actor(Role::Coordinator);
            desk.account_id = holder;
        }
        let word = mark(self.n, "consultation");
        put(
            self.tx,
            "insert into follow_ups (id, controller_id, organisation_id, client_id, source,
               source_id, what, due_on, owner_id, recorded_at, recorded_by)
             values ($1, $2, $3, $4, 'consultation', $5, $6, $7, $8, $9, $8)",
            args![
                self.id("follow"),
                self.seat().controller(),
                desk.organisation_id,
                client,
                self.id("consultation"),
                word,
                "2026-11-10",
                desk.account_id,
                AT
            ],
        )
        .await;
    }

    /// Entered by mistake.
    pub(super) async fn thrown(&mut self) {
        self.client().await;
        let (id, by, why) = (self.id("client"), self.officer(), mark(self.n, "identity"));
        let sql = "update clients set absent = 'trashed' where id = $1";
        put(self.tx, sql, args![id]).await;
        put(
            self.tx,
            "insert into trash (id, client_id, reason, recorded_at, recorded_by)
             values ($1, $2, $3, $4, $5)",
            args![self.id("thrown"), id, why, AT, by],
        )
        .await;
    }

    pub(super) async fn note(&mut self) {
        let old = self.id("old-note");
        self.one_note(&old, None, true).await;
        self.one_note(&self.id("note"), Some(&old), false).await;
        self.one_note(&self.id("gone-note"), None, true).await;
    }

    pub(super) async fn one_note(&mut self, id: &str, replaces: Option<&str>, voided: bool) {
        let officer = self.w.seated(Role::Officer, self.seat());
        let (at, on) = self.when();
        put(
            self.tx,
            "insert into case_notes (id, client_id, organisation_id, occurred_at, occurred_on,
               kind, with_whom, text, agreed, author_id, recorded_at, recorded_by, replaces_id,
               voided_at, voided_by)
             values ($1, $2, $3, $4, $5, $6, $7, $7, $7, $8, $4, $8, $9, $10, $11)",
            args![
                id,
                self.id("client"),
                officer.organisation_id,
                at,
                on,
                self.first("note_kind"),
                mark(self.n, "consultation"),
                officer.account_id,
                replaces,
                voided.then_some(AT),
                voided.then_some(officer.account_id.as_str())
            ],
        )
        .await;
        put(
            self.tx,
            "insert into case_note_minutes (note_id, activity, minutes) values ($1, $2, 45)",
            args![id, self.first("activity")],
        )
        .await;
    }

    /// 2, 7 and 8 wait for a coordinator, the others have one; 4, 5 and the far ward's another's.
    pub(super) fn holder(&self) -> Actor {
        let seat = match self.n {
            6 | 8 => Seat::Abroad,
            4 | 7 => Seat::Second,
            _ => Seat::First,
        };
        self.w.seated(Role::Coordinator, seat)
    }

    pub(super) async fn assignment(&mut self) {
        if matches!(self.n, 2 | 11) {
            let a = self.w.actor(Role::Operator);
            self.assign(&a, "support").await;
        }
        let a = self.holder();
        if matches!(self.n, 2 | 7 | 8) {
            put(
                self.tx,
                "insert into case_requests (id, client_id, organisation_id, received_on,
                   received_from, note, recorded_at, recorded_by)
                 values ($1, $2, $3, $4, $5, $5, $6, $7)",
                args![
                    self.id("request"),
                    self.id("client"),
                    a.organisation_id,
                    ON,
                    mark(self.n, "consultation"),
                    AT,
                    a.account_id
                ],
            )
            .await;
            return;
        }
        self.assign(&a, "main").await;
    }

    /// A case, a promise and a request of offices where the person has no post, or nobody has.
    pub(super) async fn left(&mut self) {
        let a = self.holder();
        let empty = format!("org-empty-{}", self.seat().controller());
        let (client, word) = (self.id("client"), mark(self.n, "consultation"));
        put(
            self.tx,
            "insert into assignments (id, client_id, account_id, organisation_id, kind, weight,
               reason, valid_from, recorded_at, recorded_by)
             values ($1, $2, $3, $4, 'support', 100, $5, $6, $7, $3)",
            args![self.id("left"), client, a.account_id, empty, word, FROM, AT],
        )
        .await;
        put(
            self.tx,
            "insert into follow_ups (id, controller_id, organisation_id, client_id, source,
               source_id, what, owner_id, recorded_at, recorded_by)
             values ($1, $2, $3, $4, 'assignment', $1, $5, $6, $7, $6)",
            args![self.id("left"), self.seat().controller(), empty, client, word, a.account_id, AT],
        )
        .await;
        if matches!(self.n, 1 | 7 | 8) {
            put(
                self.tx,
                "insert into case_requests (id, client_id, organisation_id, received_on,
                   received_from, note, recorded_at, recorded_by)
                 values ($1, $2, $3, $4, $5, $5, $6, $7)",
                args![self.id("left"), client, empty, ON, word, AT, a.account_id],
            )
            .await;
        }
    }

    /// A promise that names nobody, of an office where its owner has no post.
    pub(super) async fn left_unnamed(&mut self) {
        let (a, word) = (self.desk(), mark(self.n, "consultation"));
        let empty = format!("org-empty-{}", self.seat().controller());
        put(
            self.tx,
            "insert into follow_ups (id, controller_id, organisation_id, source, source_id, what,
               owner_id, recorded_at, recorded_by)
             values ($1, $2, $3, 'consultation', $1, $4, $5, $6, $5)",
            args![self.id("left"), self.seat().controller(), empty, word, a.account_id, AT],
        )
        .await;
    }

    pub(super) async fn assign(&mut self, a: &Actor, kind: &str) {
        put(
            self.tx,
            "insert into assignments (id, client_id, account_id, organisation_id, kind, weight,
               reason, valid_from, recorded_at, recorded_by)
             values ($1, $2, $3, $4, $8, 100, $5, $6, $7, $3)",
            args![
                self.id(if kind == "main" { "assignment" } else { "support" }),
                self.id("client"),
                a.account_id,
                a.organisation_id,
                mark(self.n, "consultation"),
                FROM,
                AT,
                kind
            ],
        )
        .await;
    }

    /// 14 is open to those who were called; 7 was opened and reviewed, 8 by the neighbours'.
    pub(super) async fn emergencies(&mut self, client: &str) {
        let open = "2026-11-20T01:59:00.000Z";
        let called = match self.n {
            IN_EMERGENCY => CALLED.map(|role| (self.w.actor(role), open)).to_vec(),
            7 => vec![(self.w.actor(Role::Coordinator), LONG_AGO)],
            8 => vec![(self.w.seated(Role::Coordinator, Seat::Abroad), LONG_AGO)],
            _ => vec![],
        };
        for (who, ends) in called {
            let id = format!("emergency-{}-{}", self.n, who.role.code());
            put(
                self.tx,
                "insert into emergencies (id, client_id, account_id, post_id, organisation_id,
                   reason, words, opened_at, ends_at, reviewed_at)
                 values ($1, $2, $3, $4, $5, 'transport', $6, $7, $8, $9)",
                args![
                    id,
                    client,
                    who.account_id,
                    who.post_id,
                    who.organisation_id,
                    mark(self.n, "care"),
                    FROM,
                    ends,
                    (self.n != IN_EMERGENCY).then_some(AT)
                ],
            )
            .await;
        }
    }

    /// Somebody unseen, of whom a question is all there is.
    pub(super) async fn asked_about(&mut self) {
        if self.n == 3 {
            self.client().await;
            self.question().await;
        }
    }

    /// Asked about everybody, answered once; the adviser reads those about person 1, whom they see,
    /// and about person 3, whom they do not and who is not named.
    pub(super) async fn question(&mut self) {
        let desk = self.w.seated(Role::Coordinator, self.seat());
        let field = if matches!(self.n, 1 | 3) { "medical" } else { "nursing" };
        let word = if self.n == 3 { "だれか".to_owned() } else { mark(self.n, "consultation") };
        put(
            self.tx,
            "insert into questions (id, controller_id, client_id, organisation_id, asked_by,
               asked_at, asked_on, field, basis, title, text, due_on, answered_at, answer_minutes)
             values ($1, $2, $3, $4, $5, $6, $7, $8, 'pseudonym', $9, $9, $7, $6, 60)",
            args![
                self.id("question"),
                desk.controller_id,
                self.id("client"),
                desk.organisation_id,
                desk.account_id,
                AT,
                ON,
                field,
                word
            ],
        )
        .await;
        put(
            self.tx,
            "insert into question_replies (id, question_id, kind, text, recorded_at, recorded_by)
             values ($1, $2, 'further', $3, $4, $5)",
            args![self.id("reply"), self.id("question"), word, AT, desk.account_id],
        )
        .await;
    }
}

/// The first hospital can be asked, in a field in which person 1 and person 3 are asked about.
pub(super) async fn adviser(w: &World, tx: &mut Tx) {
    let a = w.actor(Role::Hospital);
    put(
        tx,
        "insert into advisers (id, controller_id, account_id, field, days, valid_from, recorded_at,
           recorded_by) values ('adviser', $1, $2, 'medical', 3, '2026-05-01', $3, $2)",
        args![a.controller_id, a.account_id, AT],
    )
    .await;
}
