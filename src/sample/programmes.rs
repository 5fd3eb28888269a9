//! 確かめた事実, 申請と決定: in every state, so that no page of the office is empty.

use ::programmes::Catalogue;
use jiff::ToSpan;

use super::data::{Applied, Confirmed, Granted, Used};
use super::play::{Scene, broken};
use crate::access::Actor;
use crate::applications::{approve, assess, decide, paper, receive, route, see, send_back};
use crate::args;
use crate::grants::{apply as ask, deadlines, figures, see as see_grant, steps};
use crate::ledger::{self, award, book, record};
use crate::programmes::{answers, load};
use crate::store::Tx;
use crate::web::{Entry, Error, Result};

/// Who does what at the ward: takes it, checks it, approves it.
const DESKS: [&str; 3] = ["demo-nurse", "demo-officer", "fujimoto"];

pub(super) async fn enter(tx: &mut Tx, scene: &Scene<'_>) -> Result<()> {
    let now = tx.actor.clone();
    let all = load(&scene.app.config).map_err(broken)?;
    for told in &scene.ward.confirmed {
        confirm(tx, scene, &all, told, &now).await?;
    }
    for applied in &scene.ward.applied {
        apply(tx, scene, &all, applied, &now).await?;
    }
    for used in &scene.ward.used {
        uses(tx, scene, &all, used, &now).await?;
    }
    for granted in &scene.ward.granted {
        grant(tx, scene, &all, granted, &now).await?;
    }
    tx.actor = now;
    Ok(())
}

/// One of the three desks, some days before.
fn desk(scene: &Scene<'_>, now: &Actor, at: usize, days: i64) -> Result<Actor> {
    let actor = scene.staff.actors.get(DESKS[at]);
    let actor = actor.ok_or_else(|| broken(format!("nobody is called '{}'", DESKS[at])))?;
    let at = now.at.plus(civil::Minutes(-days * 24 * 60));
    Ok(Actor { at, ..actor.clone() })
}

fn person<'s>(scene: &'s Scene<'_>, key: &str) -> Result<&'s (String, String)> {
    let place = scene.lives.iter().position(|life| life.client.key == key);
    scene.person(place.unwrap_or(usize::MAX))
}

async fn confirm(
    tx: &mut Tx,
    scene: &Scene<'_>,
    all: &Catalogue,
    told: &Confirmed,
    now: &Actor,
) -> Result<()> {
    let (id, _) = person(scene, &told.client)?.clone();
    tx.actor = desk(scene, now, 0, told.days)?;
    let asked = answers::asked(all, &told.fact)?;
    let mut entry = Entry::default();
    entry.set("value", told.answer.clone());
    entry.set("paper", told.paper.clone());
    let values = scene.read(&answers::form(asked.info), &entry)?;
    answers::confirm(tx, &id, &asked, &values).await?;
    Ok(())
}

async fn apply(
    tx: &mut Tx,
    scene: &Scene<'_>,
    all: &Catalogue,
    applied: &Applied,
    now: &Actor,
) -> Result<()> {
    let (id, _) = person(scene, &applied.client)?.clone();
    tx.actor = desk(scene, now, 0, applied.days)?;
    let on = tx.actor.today();
    let mut entry = Entry::default();
    entry.set("programme", applied.programme.clone());
    entry.set("applied_by", applied.by.clone());
    entry.set("applied_on", on.to_string());
    entry.set("papers", "利用申請書");
    let programme = receive::for_people(all, &applied.programme)?;
    let asking = receive::Asking { programme, kind: "new", renews: None };
    let values = scene.read(&receive::form(), &entry)?;
    let application = receive::receive(tx, &id, &asking, &values).await?;
    match applied.stage.as_str() {
        "received" => Ok(()),
        "returned" => {
            tx.actor = desk(scene, now, 1, applied.days - 1)?;
            send_back::send_back(tx, &application, &applied.note).await
        }
        _ => answer(tx, scene, all, applied, (&application, now)).await,
    }
}

/// Checked; and, unless it still waits, approved by each step of the route and decided.
async fn answer(
    tx: &mut Tx,
    scene: &Scene<'_>,
    all: &Catalogue,
    applied: &Applied,
    (application, now): (&str, &Actor),
) -> Result<()> {
    tx.actor = desk(scene, now, 1, applied.days - 2)?;
    let refused = applied.stage == "refused";
    let mut entry = Entry::default();
    entry.set("proposal", if refused { "rejection" } else { "award" });
    entry.set("reason", applied.note.clone());
    entry.set("amount", "300000");
    let a = see(tx, application).await?;
    assess::assess(tx, all, &a, &scene.read(&assess::form(), &entry)?).await?;
    if applied.stage == "assessed" {
        return Ok(());
    }
    let (routes, papers) = (route::Routes::of(scene.app)?, paper::Papers::of(scene.app)?);
    let office = all.find(&applied.programme).map_or("", |p| p.office.as_str()).to_owned();
    tx.actor = desk(scene, now, 2, applied.days - 3)?;
    let mut entry = Entry::default();
    entry.set("answer", "approved");
    entry.set("how", "screen");
    let values = scene.read(&approve::form(), &entry)?;
    for _ in &routes.find(&office, Some(300_000)).steps {
        approve::approve(tx, &routes, &office, application, &values).await?;
    }
    tx.actor = desk(scene, now, 1, applied.days - 4)?;
    let mut entry = Entry::default();
    entry.set("addressee", applied.by.split('（').next().unwrap_or_default());
    entry.set("decided_on", tx.actor.today().to_string());
    let desk = decide::Desk { all, routes: &routes, papers: &papers };
    decide::decide(tx, &desk, application, &scene.read(&decide::form(), &entry)?).await?;
    Ok(())
}

/// Uses of an award, each entered on its day; those to come are booked today.
async fn uses(
    tx: &mut Tx,
    scene: &Scene<'_>,
    all: &Catalogue,
    used: &Used,
    now: &Actor,
) -> Result<()> {
    let (client, _) = person(scene, &used.client)?.clone();
    tx.actor = desk(scene, now, 1, 0)?;
    let (id,): (String,) = tx
        .one(
            "select id from decisions where client_id = $1 and programme = $2 and kind = 'award'",
            args![client, used.programme],
        )
        .await?;
    let award: ledger::Award = award::see(tx, &id).await?;
    for n in 0..used.times {
        let before = used.days - n;
        let on = now.at.plus(civil::Minutes(-before * 24 * 60)).civil_date();
        if on < award.from() || award.until().is_some_and(|until| on >= until) {
            continue;
        }
        let mut entry = Entry::default();
        for (name, value) in [
            ("item", "visit"),
            ("on", on.to_string().as_str()),
            ("from", &used.from),
            ("to", &used.to),
            ("venue", "home"),
            ("by", "nurse"),
            ("purpose", "rest"),
        ] {
            entry.set(name, value);
        }
        if before > 0 {
            tx.actor = desk(scene, now, 1, before - 1)?;
            record::record(tx, all, &award, &scene.read(&record::form(), &entry)?).await?;
        } else {
            tx.actor = desk(scene, now, 1, 0)?;
            book::book(tx, all, &award, &scene.read(&book::form(), &entry)?).await?;
        }
    }
    Ok(())
}

/// A grant that was asked for; decided by somebody else where the file says how much.
async fn grant(
    tx: &mut Tx,
    scene: &Scene<'_>,
    all: &Catalogue,
    granted: &Granted,
    now: &Actor,
) -> Result<()> {
    tx.actor = desk(scene, now, 1, granted.days)?;
    let on = tx.actor.today().to_string();
    let mut entry = Entry::default();
    for (name, value) in [
        ("programme", granted.programme.as_str()),
        ("body", &granted.body),
        ("year_of", &on),
        ("applied_on", &on),
        ("requested", &granted.requested.to_string()),
    ] {
        entry.set(name, value);
    }
    let id = ask::apply(tx, all, &scene.read(&ask::form(), &entry)?).await?;
    for (question, answer) in &granted.answers {
        let mut entry = Entry::default();
        entry.set("question", question.clone());
        entry.set("answer", answer.clone());
        ask::answer(tx, all, &id, &scene.read(&ask::answer_form(), &entry)?).await?;
    }
    for (kind, days) in &granted.due {
        let mut entry = Entry::default();
        entry.set("due_kind", kind.clone());
        entry.set("due_on", now.today().saturating_add(days.days()).to_string());
        deadlines::add(tx, &id, &scene.read(&deadlines::form(), &entry)?).await?;
    }
    let Some(yen) = granted.decided else { return Ok(()) };
    tx.actor = desk(scene, now, 2, granted.days - 3)?;
    let mut entry = Entry::default();
    entry.set("kind", "decision");
    entry.set("done_on", tx.actor.today().to_string());
    entry.set("yen", yen.to_string());
    let values = scene.read(&steps::form(), &entry)?;
    let routes = route::Routes::of(scene.app)?;
    let office = all.find(&granted.programme).ok_or(Error::NotFound)?.office.clone();
    let grant = see_grant(tx, &id).await?;
    let figures = figures::figures(tx, all, &grant).await?;
    let standing = steps::Standing { grant: &grant, sums: Default::default(), figures: &figures };
    let number = routes.next_number(tx, &office).await?;
    steps::take(tx, &standing, &number, &values).await
}
