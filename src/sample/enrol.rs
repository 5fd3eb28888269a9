//! A person is entered: the record, the folder, the team, what the family agreed to.

use civil::Date;
use jiff::ToSpan;

use super::life::Life;
use super::people;
use super::play::{Scene, broken};
use crate::access::CATEGORIES;
use crate::args;
use crate::clients::{address, care_score_new, enrol, family_page, parts, search, team};
use crate::store::Tx;
use crate::web::{Entry, Result};

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
/// Days before the day of the demo on which a consent was withdrawn.
pub(super) const WITHDRAWN: i32 = 45;

impl Scene<'_> {
    pub async fn enrol(&mut self, tx: &mut Tx, n: usize) -> Result<()> {
        let Some(life) = self.lives.get(n) else { return Ok(()) };
        let basics = people::basics(life, n);
        let form = enrol::form();
        let known = |name: &str| form.field(name).is_some();
        let asked = basics.iter().flat_map(|(_, e)| e.0.clone()).filter(|(f, _)| known(f));
        let values = self.read(&form, &Entry(asked.collect()))?;
        let new = enrol::enrol(tx, &values).await?;
        self.people.insert(n, (new.id.clone(), new.number.to_string()));
        for (part, entry) in basics.iter().filter(|(_, e)| e.0.iter().any(|(f, _)| !known(f))) {
            self.complete(tx, &new.id, part, entry).await?;
        }
        self.rows(tx, n).await?;
        search::index(tx, &new.id).await?;
        self.around(tx, life, &new.id).await
    }

    /// What the first form does not ask is written in from the family's papers: a correction.
    async fn complete(&mut self, tx: &mut Tx, id: &str, part: &str, entry: &Entry) -> Result<()> {
        let part = parts::find(part).ok_or_else(|| broken(format!("no part '{part}'")))?;
        let values = self.read(&part.form, entry)?;
        let sql = format!("select id from {} where client_id = $1", part.table);
        let (row,): (String,) = tx.one(crate::store::Sql::built(sql), args![id]).await?;
        let version = parts::version(tx, id, part.id).await?;
        let why = "母子健康手帳と書類で確かめて書き足した";
        parts::correct(tx, id, part, &row, &values, why, version).await?;
        Ok(())
    }

    /// The team, the consents, the family's account, a hidden address.
    async fn around(&mut self, tx: &mut Tx, life: &Life<'_>, id: &str) -> Result<()> {
        for key in &life.client.team {
            let (org, kind) = self.body(key)?;
            let role = ROLES.iter().find(|(k, _)| *k == kind).map_or("other", |(_, role)| role);
            // The office that entered the person is in the team already.
            if org != tx.actor.organisation_id || role != "intake" {
                team::join(tx, id, &org, None, role, life.enrolled).await?;
            }
        }
        for text in &life.client.consents {
            if let Some((body, state)) = text.split_once(' ') {
                self.agree(tx, life, id, (body, state)).await?;
            }
        }
        if let Some(why) = &life.client.hidden {
            let mut entry = Entry::default();
            entry.set("basis", "support_measure");
            entry.set("reason", why.clone());
            entry.set("shown_to", "team");
            entry.set("from", life.enrolled.to_string());
            let values = self.read(&address::form(), &entry)?;
            address::hide(tx, id, &values).await?;
        }
        if let Some(family) = life.client.family.as_ref().and_then(|l| self.staff.actors.get(l)) {
            let account = family.account_id.clone();
            let sql = "select id from client_carers where client_id = $1 and relation = 'mother'";
            let (carer,): (String,) = tx.one(sql, args![id]).await?;
            family_page::link(tx, id, (&account, &carer), ("photo_card", "")).await?;
        }
        Ok(())
    }

    fn body(&self, key: &str) -> Result<(String, String)> {
        let found =
            self.staff.organisations.get(key).map(|(id, _, kind)| (id.clone(), kind.clone()));
        found.ok_or_else(|| broken(format!("no body '{key}'")))
    }

    /// given, school (another purpose), expired; withdrawn ones are given first.
    async fn agree(
        &mut self,
        tx: &mut Tx,
        life: &Life<'_>,
        id: &str,
        (body, state): (&str, &str),
    ) -> Result<()> {
        let today = self.app.clock.now().civil_date();
        let categories: Vec<&str> = CATEGORIES.iter().map(|(id, _)| *id).collect();
        let given: Date = life.enrolled.min(today.saturating_sub(60.days()));
        let consent = team::Consent {
            purpose: if state == "school" { "transition" } else { "support" },
            recipient_id: &self.body(body)?.0,
            categories: &categories,
            from: given,
            until: (state == "expired").then(|| today.saturating_sub(30.days())),
            given_by: "保護者",
            given_on: given,
        };
        team::consent(tx, id, &consent).await?;
        Ok(())
    }

    pub async fn withdraw(&mut self, tx: &mut Tx, n: usize, body: &str) -> Result<()> {
        let (client, org) = (self.person(n)?.0.clone(), self.body(body)?.0);
        let sql = "select id from consents where client_id = $1 and recipient_id = $2";
        let (consent,): (String,) = tx.one(sql, args![client, org]).await?;
        team::withdraw(tx, &client, &consent).await
    }

    /// Judged by the physician of the files on the day the person was entered, or shortly before.
    pub async fn judge(&mut self, tx: &mut Tx, n: usize) -> Result<()> {
        let (Some(life), client) = (self.lives.get(n), self.person(n)?.0.clone()) else {
            return Ok(());
        };
        let physician = life.client.doctor.first().and_then(|d| d.split(' ').nth(2));
        let physician = physician.unwrap_or("主治医").to_owned();
        let born = life.born.unwrap_or(life.enrolled);
        let on = tx.actor.today().saturating_sub(12.days()).max(born).to_string();
        let mut entry = Entry::default();
        for row in life.client.score(self.ward) {
            let (code, watch) = row.split_once(':').unwrap_or((row, ""));
            entry.set(&format!("care_{code}"), "1");
            if !watch.is_empty() {
                entry.set(&format!("watch_{code}"), watch);
                entry.set("watch_name", physician.clone());
                entry.set("watch_on", on.clone());
            }
        }
        entry.set("base_by", "physician");
        entry.set("base_name", physician);
        entry.set("base_on", on);
        let values = self.read(&care_score_new::form(), &entry)?;
        care_score_new::judge(tx, &client, &values, None).await?;
        Ok(())
    }
}
