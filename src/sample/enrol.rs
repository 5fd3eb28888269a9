//! A person is entered: the record, the folder, the team, what the family agreed to.

use jiff::ToSpan;
use uuid::Uuid;

use super::life::Life;
use super::people;
use super::play::{Scene, broken};
use crate::access::CATEGORIES;
use crate::args;
use crate::audit::Event;
use crate::clients::parts;
use crate::store::Tx;
use crate::web::Result;

/// What each kind of body is in a support team.
const ROLES: &[(&str, &str)] = &[
    ("centre", "intake"),
    ("health_centre", "nurse"),
    ("support_office", "support_specialist"),
    ("nursing_station", "nursing_station"),
    ("hospital", "hospital"),
    ("school", "school"),
    ("day_service", "day_service"),
    ("ward", "ward"),
    ("other", "supplier"),
];

impl Scene<'_> {
    pub async fn enrol(&mut self, tx: &mut Tx, n: usize) -> Result<()> {
        let Some(life) = self.lives.get(n) else { return Ok(()) };
        let (id, number) = (Uuid::now_v7().to_string(), tx.actor.clone());
        tx.exec("update client_numbers set last = last + 1", args![]).await?;
        let (last,): (i64,) = tx.one("select last from client_numbers", args![]).await?;
        tx.exec(
            "insert into clients (id, number, controller_id, enrolled_on, enrolled_at, enrolled_by)
             values ($1, $2, $3, $4, $5, $6)",
            args![id, last, number.controller_id, life.enrolled, number.at, number.account_id],
        )
        .await?;
        let shown = kana::ClientNumber::from_row(last).to_string();
        self.people.insert(n, (id.clone(), shown));
        for (part, entry) in people::basics(life, n) {
            let Some(part) = parts::find(part) else { return Err(broken("no such part")) };
            let values = self.read(&part.form, &entry)?;
            let from = life.born.filter(|_| part.id != "residence").unwrap_or(life.enrolled);
            parts::add(tx, &id, part, &values, Some(from)).await?;
        }
        tx.record(Event::new("enrol", "client", &id).about(&id)).await?;
        self.rows(tx, n).await?;
        self.around(tx, life, &id).await
    }

    /// The team, the consents, the family's account, a hidden address.
    async fn around(&mut self, tx: &mut Tx, life: &Life<'_>, id: &str) -> Result<()> {
        for key in &life.client.team {
            self.join(tx, life, id, key).await?;
        }
        for text in &life.client.consents {
            if let Some((body, state)) = text.split_once(' ') {
                self.agree(tx, life, id, (body, state)).await?;
            }
        }
        if let Some(why) = &life.client.hidden {
            let actor = tx.actor.clone();
            tx.exec(
                "insert into restrictions (id, client_id, kind, reason, valid_from, recorded_at,
                   recorded_by) values ($1, $2, 'address_hidden', $3, $4, $5, $6)",
                args![
                    Uuid::now_v7().to_string(),
                    id,
                    why,
                    life.enrolled,
                    actor.at,
                    actor.account_id
                ],
            )
            .await?;
            tx.record(Event::new("restrict", "client", id).about(id)).await?;
        }
        match &life.client.family {
            Some(login) => self.link(tx, life, id, login).await,
            None => Ok(()),
        }
    }

    async fn join(&mut self, tx: &mut Tx, life: &Life<'_>, id: &str, key: &str) -> Result<()> {
        let Some((org, _, kind)) = self.staff.organisations.get(key).cloned() else {
            return Err(broken(format!("no body '{key}'")));
        };
        let role = ROLES.iter().find(|(k, _)| *k == kind).map_or("other", |(_, role)| role);
        let actor = tx.actor.clone();
        tx.exec(
            "insert into team_members (id, client_id, organisation_id, role, valid_from,
               recorded_at, recorded_by) values ($1, $2, $3, $4, $5, $6, $7)",
            args![
                Uuid::now_v7().to_string(),
                id,
                org,
                role,
                life.enrolled,
                actor.at,
                actor.account_id
            ],
        )
        .await?;
        tx.record(Event::new("join", "team", id).about(id)).await?;
        Ok(())
    }

    /// given, school (another purpose), expired, withdrawn.
    async fn agree(
        &mut self,
        tx: &mut Tx,
        life: &Life<'_>,
        id: &str,
        (body, state): (&str, &str),
    ) -> Result<()> {
        let Some((org, ..)) = self.staff.organisations.get(body).cloned() else {
            return Err(broken(format!("no body '{body}'")));
        };
        let (consent, actor) = (Uuid::now_v7().to_string(), tx.actor.clone());
        let today = self.app.clock.now().civil_date();
        let purpose = if state == "school" { "transition" } else { "support" };
        let until = (state == "expired").then(|| today.saturating_sub(30.days()));
        let withdrawn = (state == "withdrawn").then(|| today.saturating_sub(45.days()));
        let given = actor.today().min(today.saturating_sub(60.days()));
        tx.exec(
            "insert into consents (id, client_id, purpose, recipient_id, valid_from, valid_until,
               given_by, given_on, explained_by, method, recorded_at, recorded_by, withdrawn_on,
               withdrawn_by)
             values ($1, $2, $3, $4, $5, $6, $7, $5, $8, $9, $10, $11, $12, $13)",
            args![
                consent,
                id,
                purpose,
                org,
                given.min(life.enrolled),
                until,
                "保護者",
                actor.name,
                "書面",
                actor.at,
                actor.account_id,
                withdrawn,
                withdrawn.map(|_| actor.account_id.clone())
            ],
        )
        .await?;
        for (category, _) in CATEGORIES {
            tx.exec(
                "insert into consent_categories (consent_id, category) values ($1, $2)",
                args![consent, *category],
            )
            .await?;
        }
        tx.record(Event::new("agree", "consent", &consent).about(id)).await?;
        Ok(())
    }

    async fn link(&mut self, tx: &mut Tx, life: &Life<'_>, id: &str, login: &str) -> Result<()> {
        let account = self.staff.actors.get(login).map(|a| a.account_id.clone());
        let actor = tx.actor.clone();
        tx.exec(
            "insert into family_links (id, account_id, client_id, relation, valid_from,
               recorded_at, recorded_by) values ($1, $2, $3, 'mother', $4, $5, $6)",
            args![
                Uuid::now_v7().to_string(),
                account,
                id,
                life.enrolled,
                actor.at,
                actor.account_id
            ],
        )
        .await?;
        tx.record(Event::new("link", "family", id).about(id)).await?;
        Ok(())
    }
}
