//! 兼務 and what will change: entered by the administrator on the day of the demo.

use jiff::ToSpan;

use super::data::Transfer;
use super::play::{Scene, broken};
use crate::access::Actor;
use crate::office::transfer;
use crate::staff::account_new::add_post;
use crate::store::Tx;
use crate::web::{Entry, Result};

pub(super) async fn enter(tx: &mut Tx, scene: &Scene<'_>) -> Result<()> {
    let before = tx.actor.clone();
    let Some(administrator) = scene.staff.actors.get("demo-administrator") else { return Ok(()) };
    tx.actor = Actor { at: before.at, ..administrator.clone() };
    for t in &scene.ward.transfers {
        let Some(who) = scene.staff.actors.get(&t.login) else {
            return Err(broken(format!("nobody is called '{}'", t.login)));
        };
        let v = scene.read(&transfer::form(), &entry(tx, scene, t, who))?;
        match t.days {
            ..=0 => add_post(tx, &who.account_id, &v).await?,
            1.. => transfer::transfer(tx, &who.account_id, &v).await?,
        };
    }
    tx.actor = before;
    Ok(())
}

fn entry(tx: &Tx, scene: &Scene<'_>, t: &Transfer, who: &Actor) -> Entry {
    let organisation = scene.staff.organisations.get(&t.org).map(|o| o.0.clone());
    let ends = matches!(t.kind.as_str(), "move" | "end");
    let mut entry = Entry::default();
    entry.set("kind", t.kind.clone());
    entry.set("valid_from", tx.actor.today().saturating_add(t.days.days()).to_string());
    entry.set("post", if ends { who.post_id.clone() } else { String::new() });
    entry.set("organisation", organisation.unwrap_or_default());
    entry.set("role", t.role.clone());
    entry.set("title", t.title.clone());
    entry.set("note", t.note.clone());
    entry
}
