//! People who were entered twice: one pair is still to be found, another has been put together.

use super::play::{Scene, broken};
use crate::access::Actor;
use crate::clients::see;
use crate::merges::join::{self, Decision};
use crate::store::Tx;
use crate::web::{Entry, Result};

pub(super) async fn join(tx: &mut Tx, scene: &Scene<'_>) -> Result<()> {
    let before = tx.actor.clone();
    let Some(officer) = scene.staff.actors.get("demo-officer") else { return Ok(()) };
    tx.actor = Actor { at: before.at, ..officer.clone() };
    for (n, life) in scene.lives.iter().enumerate() {
        let Some(key) = &life.client.same_as else { continue };
        let first = scene.lives.iter().position(|l| l.client.key == *key);
        let first = first.ok_or_else(|| broken(format!("no client '{key}'")))?;
        let (stays, lost) = (&scene.person(first)?.1, &scene.person(n)?.1);
        let (stays, lost) = (see(tx, stays).await?, see(tx, lost).await?);
        let mut entry = Entry::default();
        entry.set("why", "母に電話し、二つの窓口で登録したことを確かめた");
        entry.set("seen", "1");
        let values = scene.read(&join::form(&[]), &entry)?;
        join::merge(tx, &stays, &lost, &Decision { values: &values, kept: vec![] }).await?;
    }
    tx.actor = before;
    Ok(())
}
