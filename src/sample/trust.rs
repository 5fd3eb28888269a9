//! 緊急閲覧: opened, looked at, and some of them reviewed.

use civil::Minutes;

use super::data::Emergency;
use super::play::{Scene, broken};
use crate::access::Actor;
use crate::audit::{EMERGENCY, Event};
use crate::emergencies::{open, review};
use crate::store::Tx;
use crate::web::{Entry, Result};

pub(super) async fn enter(tx: &mut Tx, scene: &Scene<'_>) -> Result<()> {
    let before = tx.actor.clone();
    for e in &scene.ward.emergencies {
        emergency(tx, scene, e, &before).await?;
    }
    tx.actor = before;
    Ok(())
}

async fn emergency(tx: &mut Tx, scene: &Scene<'_>, e: &Emergency, now: &Actor) -> Result<()> {
    let acts = |login: &str, minutes: i64| match scene.staff.actors.get(login) {
        Some(a) => Ok(Actor { at: now.at.plus(Minutes(-minutes)), ..a.clone() }),
        None => Err(broken(format!("nobody is called '{login}'"))),
    };
    let place = scene.lives.iter().position(|l| l.client.key == e.client);
    let (id, number) = scene.person(place.unwrap_or(usize::MAX))?.clone();
    tx.actor = acts(&e.login, e.minutes)?;
    let mut entry = Entry::default();
    entry.set("number", number);
    entry.set("reason", e.reason.clone());
    entry.set("words", e.words.clone());
    entry.set("sure", "1");
    open::open(tx, &scene.read(&open::form(), &entry)?).await?;
    let (glass,): (String,) =
        tx.one("select id from emergencies where client_id = $1", crate::args![id]).await?;
    for noun in ["client", "care_score"] {
        let seen = Event::new("view", noun, &id).about(&id);
        tx.record(seen.basis(format!("{EMERGENCY}{glass}"))).await?;
    }
    if !e.finding.is_empty() {
        tx.actor = acts(&e.officer, e.minutes - 1_020)?;
        let mut entry = Entry::default();
        entry.set("finding", e.finding.clone());
        entry.set("note", e.note.clone());
        review::review(tx, &glass, &scene.read(&review::form(), &entry)?).await?;
    }
    Ok(())
}
