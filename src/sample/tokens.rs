//! 連携の見本: a token whose value is public, as the sample's passwords are, so that the API can be
//! tried with curl; and the coordinator's calendar.

use jiff::ToSpan;

use super::play::Scene;
use super::{CALENDAR, TOKEN};
use crate::access::Actor;
use crate::staff::{feeds, token_new};
use crate::store::Tx;
use crate::web::{Entry, Result};

pub(super) async fn give(tx: &mut Tx, scene: &Scene<'_>) -> Result<()> {
    let before = tx.actor.clone();
    let actors = &scene.staff.actors;
    let named = ["demo-administrator", "demo-coordinator", "demo-officer"];
    let [Some(administrator), Some(coordinator), Some(officer)] = named.map(|n| actors.get(n))
    else {
        return Ok(());
    };
    tx.actor = Actor { at: before.at, ..administrator.clone() };
    let v = scene.read(&token_new::form(), &entry(scene, officer, tx.actor.today()))?;
    token_new::keep(tx, &v, TOKEN).await?;
    tx.actor = Actor { at: before.at, ..coordinator.clone() };
    feeds::keep(tx, CALENDAR).await?;
    tx.actor = before;
    Ok(())
}

fn entry(scene: &Scene<'_>, officer: &Actor, today: civil::Date) -> Entry {
    let mut entry = Entry::default();
    entry.set("name", "受付システム（見本）");
    entry.set("organisation", officer.organisation_id.clone());
    entry.set("role", officer.role.code());
    entry.set("expires_on", today.saturating_add(1.year()).to_string());
    let scopes = scene.app.codes.list("api_scope").iter();
    entry.0.extend(scopes.map(|c| ("scopes".to_owned(), c.id.clone())));
    entry
}
