//! 助言者と質問: asked, answered after some hours, and kept as knowledge.

use civil::Minutes;

use super::data::{Adviser, Asked};
use super::play::{Scene, broken};
use crate::access::Actor;
use crate::knowledge::{list, note, write};
use crate::questions::{ask, end, reply};
use crate::staff::advisers;
use crate::store::Tx;
use crate::web::{Entry, Error, Result};

const DAY: i64 = 24 * 60;

pub(super) async fn enter(tx: &mut Tx, scene: &Scene<'_>) -> Result<()> {
    let before = tx.actor.clone();
    for a in &scene.ward.advisers {
        appoint(tx, scene, a, &before).await?;
    }
    for q in &scene.ward.questions {
        question(tx, scene, q, &before).await?;
    }
    tx.actor = before;
    Ok(())
}

/// The person of the login, so many minutes before the moment of the demo.
fn acts(scene: &Scene<'_>, now: &Actor, login: &str, minutes: i64) -> Result<Actor> {
    match scene.staff.actors.get(login) {
        Some(a) => Ok(Actor { at: now.at.plus(Minutes(-minutes)), ..a.clone() }),
        None => Err(broken(format!("nobody is called '{login}'"))),
    }
}

async fn appoint(tx: &mut Tx, scene: &Scene<'_>, a: &Adviser, now: &Actor) -> Result<()> {
    tx.actor = acts(scene, now, "demo-administrator", 90 * DAY)?;
    let mut entry = Entry::default();
    entry.set("field", a.field.clone());
    entry.set("days", a.days.to_string());
    entry.set("note", a.note.clone());
    let account = acts(scene, now, &a.login, 0)?.account_id;
    advisers::appoint(tx, &account, &scene.read(&advisers::form(), &entry)?).await
}

async fn question(tx: &mut Tx, scene: &Scene<'_>, q: &Asked, now: &Actor) -> Result<()> {
    let place = scene.lives.iter().position(|l| l.client.key == q.client);
    let client = scene.person(place.unwrap_or(usize::MAX))?.0.clone();
    tx.actor = acts(scene, now, &q.login, q.days * DAY)?;
    let mut entry = Entry::default();
    for (name, value) in [("field", &q.field), ("title", &q.title), ("text", &q.text)] {
        entry.set(name, value.clone());
    }
    entry.set("basis", "pseudonym");
    let id = ask::ask(tx, &client, &scene.read(&ask::form(), &entry)?).await?;
    if q.answer.is_empty() {
        return Ok(());
    }
    let answered = q.days * DAY - q.hours * 60;
    tx.actor = acts(scene, now, &q.adviser, answered)?;
    reply::reply(tx, scene.app, &id, &q.answer).await?;
    tx.actor = acts(scene, now, &q.login, answered - 120)?;
    if !q.note_title.is_empty() {
        learn(tx, scene, (q, &id), (now, answered - 240)).await?;
    }
    if q.closes {
        tx.actor = acts(scene, now, &q.login, answered - 180)?;
        end::finish(tx, scene.app, &id, None).await?;
    }
    Ok(())
}

async fn learn(
    tx: &mut Tx,
    scene: &Scene<'_>,
    (q, id): (&Asked, &str),
    (now, read): (&Actor, i64),
) -> Result<()> {
    let mut entry = Entry::default();
    entry.set("title", q.note_title.clone());
    entry.set("text", q.answer.clone());
    entry.set("tags", q.note_tags.clone());
    let made = write::write(tx, id, &scene.read(&write::form(), &entry)?).await?;
    if q.reader.is_empty() {
        return Ok(());
    }
    tx.actor = acts(scene, now, &q.reader, read)?;
    let made = list::one(tx, &scene.app.codes, &made).await?.ok_or(Error::NotFound)?;
    let mut entry = Entry::default();
    entry.set("result", "share");
    note::read_again(tx, &made, &scene.read(&note::form(), &entry)?).await
}
