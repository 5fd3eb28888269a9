//! What a privacy officer meets: requests in every state, records that may go, one that is gone.

use jiff::ToSpan;

use super::play::Scene;
use crate::access::Actor;
use crate::clients::light;
use crate::disclosures::{self, Terms, decide, receive};
use crate::disposals::{Retention, confirm, due, index};
use crate::residents;
use crate::store::Tx;
use crate::web::{Entry, Result};

/// (person by key, kind, words, part, days ago, decision)
type Asked = (&'static str, &'static str, &'static str, &'static str, i64, &'static str);

const ASKED: [Asked; 5] = [
    ("mizuno-haruto", "disclosure", "相談と支援の記録の写しがほしい", "", 26, ""),
    ("fujii-sakura", "correction", "住所の番地が違っている", "residence", 12, ""),
    ("onishi-ren", "disclosure", "担当者が代わるまでの記録の写し", "", 48, "part"),
    ("nakagawa-riku", "correction", "主治医の病院の名前が古い", "physician", 70, "all"),
    ("shimizu-kaho", "stop", "事業所に記録を見せないでほしい", "", 20, "all"),
];

pub(super) async fn enter(tx: &mut Tx, scene: &Scene<'_>) -> Result<()> {
    let before = tx.actor.clone();
    let staff = |login: &str| {
        let actor = scene.staff.actors.get(login);
        actor.map(|a| Actor { at: before.at, ..a.clone() }).unwrap_or_else(|| before.clone())
    };
    let (officer, colleague) = (staff("demo-officer"), staff("fujimoto"));
    tx.actor = officer.clone();
    let terms = Terms::of(scene.app)?;
    for asked in &ASKED {
        request(tx, scene, &terms, asked).await?;
    }
    for moved in &MOVED {
        register(tx, scene, moved).await?;
    }
    tx.actor = staff("demo-nurse");
    light::enter(tx, &scene.read(&light::form(), &newborn(tx))?).await?;
    tx.actor = officer.clone();
    let retention = Retention::of(scene.app)?;
    let ids: Vec<String> =
        due(tx, &retention, "").await?.into_iter().map(|d| d.id).take(2).collect();
    if let [first, second] = &ids[..] {
        tx.actor = colleague;
        let gone = index::propose(tx, &retention, std::slice::from_ref(first), "").await?;
        tx.actor = officer;
        confirm::confirm(tx, &retention, &gone).await?;
        tx.actor = staff("fujimoto");
        let note = "転居先への引継ぎは済んでいる";
        index::propose(tx, &retention, std::slice::from_ref(second), note).await?;
    }
    tx.actor = before;
    Ok(())
}

/// (person by key, event, days ago, new family name, new address)
type Moved = (&'static str, &'static str, i64, &'static str, &'static str);

const MOVED: [Moved; 3] = [
    ("goto-ryo", "address", 18, "", "みどり区若葉町4-12-203"),
    ("sakamoto-iroha", "name", 25, "松岡", ""),
    ("ueda-yamato", "moved_out", 9, "", "となり市中央1-1"),
];

/// A row of this month's file about somebody the ward knows.
async fn register(tx: &mut Tx, scene: &Scene<'_>, moved: &Moved) -> Result<()> {
    let (key, event, ago, family, address) = *moved;
    let Some((n, life)) = scene.lives.iter().enumerate().find(|(_, l)| l.client.key == key) else {
        return Ok(());
    };
    let today = tx.actor.today();
    let part = |text: &str, at: usize| text.split(' ').nth(at).unwrap_or_default().to_owned();
    let (name, kana) = (&life.client.name, &life.client.kana);
    let mut entry = Entry::default();
    entry.set("register_id", format!("70000{n:05}"));
    entry.set("family", if family.is_empty() { part(name, 0) } else { family.to_owned() });
    entry.set("given", part(name, 1));
    entry.set("family_kana", part(kana, 0));
    entry.set("given_kana", part(kana, 1));
    entry.set("born_on", life.born.map(|b| b.to_string()).unwrap_or_default());
    entry.set("event", event);
    entry.set("happened_on", today.saturating_sub(ago.days()).to_string());
    entry.set("address", address);
    let values = scene.read(&residents::form(), &entry)?;
    residents::compare(tx, &values, "sample").await?;
    Ok(())
}

/// Somebody whom only the home visits to newborns know.
fn newborn(tx: &Tx) -> Entry {
    let mut entry = Entry::default();
    for (field, value) in [
        ("programme", "newborn_visit"),
        ("family", "小春"),
        ("given", "ひなた"),
        ("family_kana", "こはる"),
        ("given_kana", "ひなた"),
        ("sex", "female"),
        ("born_on", &tx.actor.today().saturating_sub(40.days()).to_string()),
    ] {
        entry.set(field, value);
    }
    entry
}

async fn request(tx: &mut Tx, scene: &Scene<'_>, terms: &Terms, asked: &Asked) -> Result<()> {
    let (key, kind, what, part, ago, decision) = *asked;
    let at = scene.lives.iter().position(|l| l.client.key == key);
    let Some(person) = at.and_then(|n| scene.people.get(&n)) else { return Ok(()) };
    let today = tx.actor.today();
    let mut entry = Entry::default();
    for (field, value) in [
        ("kind", kind),
        ("asked_by", "母"),
        ("asked_as", "guardian"),
        ("checked", "photo_card"),
        ("checked_note", "運転免許証"),
        ("received_on", &today.saturating_sub(ago.days()).to_string()),
        ("what", what),
        ("part", part),
    ] {
        entry.set(field, value);
    }
    let values = scene.read(&receive::form(), &entry)?;
    let id = receive::receive(tx, terms, &person.0, &values).await?;
    if decision.is_empty() {
        return Ok(());
    }
    let mut entry = Entry::default();
    entry.set("decision", decision);
    entry.set("answered_on", today.saturating_sub((ago - 14).days()).to_string());
    entry.set("left_to", "team");
    entry.set("left_why", "医療的ケアのコーディネートを続けるため");
    if decision == "part" {
        entry.set("reason", "相談した近所の人の名前は、その人の情報のため。");
        entry.set("notice", terms.find(kind)?.notice.clone());
    }
    let values = scene.read(&disclosures::decide::form(kind), &entry)?;
    decide::decide(tx, &id, &values).await
}
