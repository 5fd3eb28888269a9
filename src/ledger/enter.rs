//! 台帳に入れる: one entry with what it takes and who pays, after every rule has been asked.

use ::programmes::{Catalogue, Known, Priced, Programme, Refusal, Version};
use civil::DateTime;
use uuid::Uuid;

use super::balance::{self, Place};
use super::reverse::give_back;
use super::wish::Wish;
use super::{Award, bodies, expire, rules};
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::clients::parts;
use crate::store::{Read, Tx};
use crate::web::{Error, Result};

/// 行の種類.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Booking,
    Usage,
}

impl Kind {
    fn code(self) -> &'static str {
        match self {
            Self::Booking => "booking",
            Self::Usage => "usage",
        }
    }
}

/// Enters a booking or a use of an award the actor has seen; `replaces` is the booking it was.
pub async fn enter(
    tx: &mut Tx,
    all: &Catalogue,
    award: &Award,
    kind: Kind,
    wish: &Wish,
    replaces: Option<&str>,
) -> Result<String> {
    let on = wish.used.on;
    rules::open(tx, on).await?;
    let programme = award.programme(all)?;
    let organisation = bodies::checked(tx, award, on, wish.organisation.clone()).await?;
    lock(tx, &award.client_id, &award.programme).await?;
    expire::release(tx, &award.client_id).await?;
    let known = known(tx, all, award, programme, on).await?;
    let mut taken = balance::taken(tx, award).await?;
    let mut used = wish.used.clone();
    used.of = used.of.map(|of| balance::known_share(&of, &taken));
    let priced = programme.price(&known, &used, award.held());
    let priced = priced.map_err(|refusal| said(&refusal, programme))?;
    if let Some(booking) = replaces {
        balance::without(&mut taken, &balance::of_entry(tx, booking).await?);
    }
    let places = balance::places(&priced.takes, &taken);
    fits(&places, programme, programme.version_on(on))?;
    if let Some(booking) = replaces {
        give_back(tx, &award.client_id, booking, "実績になりました", "replace").await?;
    }
    let id = insert(tx, award, kind, wish, &priced, (organisation, replaces)).await?;
    keep(tx, &id, &places, &priced).await?;
    let verb = if kind == Kind::Booking { "book" } else { "use" };
    let event = Event::new(verb, "ledger_entry", &id).about(&award.client_id);
    tx.record(event.fields("item,used_on,quantity")).await?;
    Ok(id)
}

/// Whoever enters something for the same person and programme waits here until we are done: sums
/// are read after it, so that two cannot take the same last hour.
pub async fn lock(tx: &mut Tx, client_id: &str, programme: &str) -> Result<()> {
    parts::bump(tx, client_id, &format!("ledger:{programme}")).await
}

/// The facts by which prices and caps are decided are the office's, whoever enters the use.
async fn known(
    tx: &mut Tx,
    all: &Catalogue,
    award: &Award,
    programme: &Programme,
    on: civil::Date,
) -> Result<Known> {
    let office = Actor::system(tx.actor.at, &award.controller_id);
    let asker = std::mem::replace(&mut tx.actor, office);
    let person = crate::programmes::of(tx, all, &award.client_id, on).await;
    tx.actor = asker;
    Ok(person?.known(all, programme))
}

/// The same for a balance: as far as the actor may see the facts.
pub async fn seen(read: &mut Read, all: &Catalogue, award: &Award) -> Result<Known> {
    let (programme, on) = (award.programme(all)?, award.nearest(read.actor.today()));
    let person = crate::programmes::of(read, all, &award.client_id, on).await?;
    Ok(person.known(all, programme))
}

fn fits(places: &[Place], programme: &Programme, version: Option<&Version>) -> Result<()> {
    for place in places {
        let left = place.limit - place.gone;
        if place.amount > left {
            let cap = version.and_then(|v| v.cap(&place.cap)).ok_or(Error::NotFound)?;
            return Err(said(&cap.refusal(left, place.amount), programme));
        }
    }
    Ok(())
}

/// The refusal under the field it is about, with the clause and where it stands.
fn said(refusal: &Refusal, programme: &Programme) -> Error {
    let field = match refusal.rule.as_str() {
        "item" => "item",
        "term" | "before_purchase" => "on",
        "times" => "to",
        "min" | "max" | "step" => "quantity",
        "allow" => "by",
        "ceiling" => "invoiced",
        "of" => "of",
        "late" => "claimed",
        _ => "",
    };
    let cap = programme.versions.iter().rev().find_map(|v| v.cap(&refusal.rule));
    let source = cap.and_then(|cap| programme.source(&cap.source)).map_or("", |s| &s.title);
    let message = match (refusal.clause.as_str(), source) {
        ("", _) => refusal.message.clone(),
        (clause, "") => format!("{}根拠：{clause}", refusal.message),
        (clause, source) => format!("{}根拠：{source}　{clause}", refusal.message),
    };
    Error::refused(field, message)
}

async fn insert(
    tx: &mut Tx,
    award: &Award,
    kind: Kind,
    wish: &Wish,
    priced: &Priced,
    (organisation, replaces): (Option<String>, Option<&str>),
) -> Result<String> {
    let (id, at, by) = (Uuid::now_v7().to_string(), tx.actor.at, tx.actor.account_id.clone());
    let used = &wish.used;
    // Only a cap that counts each by itself asks whose part it is.
    let share = priced.takes.iter().find_map(|take| take.of.clone());
    let (starts, ends) = (used.times.map(|t| minute(t.0)), used.times.map(|t| minute(t.1)));
    tx.exec(
        "insert into ledger_entries (id, decision_id, kind, item, used_on, starts_at, ends_at,
           quantity, venue, done_by, purpose, share_of, organisation_id, price, replaces_id, note,
           recorded_at, recorded_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
        args![
            id,
            award.id,
            kind.code(),
            used.item,
            used.on,
            starts,
            ends,
            priced.counted.quantity,
            used.venue,
            used.by,
            used.purpose,
            share,
            organisation,
            priced.charge.price,
            replaces,
            wish.note,
            at,
            by
        ],
    )
    .await?;
    Ok(id)
}

/// As the column holds it: 「2026-03-31T23:00」.
pub fn minute(at: DateTime) -> String {
    at.to_string().chars().take(16).collect()
}

async fn keep(tx: &mut Tx, id: &str, places: &[Place], priced: &Priced) -> Result<()> {
    for place in places {
        tx.exec(
            "insert into ledger_takes (entry_id, cap, share_of, period_from, period_until, amount)
             values ($1, $2, $3, $4, $5, $6)",
            args![id, place.cap, place.of, place.from, place.until, place.amount],
        )
        .await?;
    }
    for payment in priced.charge.payments.iter().filter(|p| p.yen != 0) {
        tx.exec(
            "insert into ledger_payments (entry_id, payer, yen) values ($1, $2, $3)",
            args![id, payment.payer, payment.yen],
        )
        .await?;
    }
    Ok(())
}
