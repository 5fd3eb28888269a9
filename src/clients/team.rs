//! 支援チームと同意: who is in touch with a person, and what the family agreed to pass on. These rows
//! are what the predicate asks; the pages that ask the family come with the consent screens.

use civil::Date;
use uuid::Uuid;

use crate::access::CATEGORIES;
use crate::args;
use crate::audit::Event;
use crate::store::Tx;
use crate::web::{Error, Result};

/// An organisation (and perhaps one of its people) joins the team from a day on.
pub async fn join(
    tx: &mut Tx,
    client_id: &str,
    organisation_id: &str,
    account_id: Option<&str>,
    role: &str,
    from: Date,
) -> Result<String> {
    let account = account_id.map(str::to_owned);
    let (already,): (i64,) = tx
        .one(
            "select count(*) from team_members where client_id = $1 and organisation_id = $2
               and role = $3 and coalesce(account_id, '') = coalesce($4, '') and voided_at is null
               and (valid_until is null or valid_until > $5)",
            args![client_id, organisation_id, role, account, from],
        )
        .await?;
    if already > 0 {
        return Err(Error::refused("organisation", "この機関は、同じ役割ですでにチームにいます"));
    }
    let id = Uuid::now_v7().to_string();
    let (at, by) = (tx.actor.at, tx.actor.account_id.clone());
    tx.exec(
        "insert into team_members (id, client_id, organisation_id, account_id, role, valid_from,
           recorded_at, recorded_by) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![id, client_id, organisation_id, account, role, from, at, by],
    )
    .await?;
    tx.record(Event::new("join", "team_member", &id).about(client_id)).await?;
    Ok(id)
}

/// The last day in the team is the day before `on`.
pub async fn leave(tx: &mut Tx, client_id: &str, member_id: &str, on: Date) -> Result<()> {
    let done = tx
        .exec(
            "update team_members set valid_until = $3 where id = $1 and client_id = $2
               and voided_at is null and valid_until is null and valid_from <= $3",
            args![member_id, client_id, on],
        )
        .await?;
    if done != 1 {
        return Err(Error::refused("until", "終わりの日は、チームに入った日より後にしてください"));
    }
    tx.record(Event::new("leave", "team_member", member_id).about(client_id)).await?;
    Ok(())
}

/// 同意. What the family agreed to pass on, to whom, what for, how long.
#[derive(Clone, Debug)]
pub struct Consent<'a> {
    pub purpose: &'a str,
    pub recipient_id: &'a str,
    pub categories: &'a [&'a str],
    pub from: Date,
    pub until: Option<Date>,
    pub given_by: &'a str,
    pub given_on: Date,
}

pub async fn consent(tx: &mut Tx, client_id: &str, c: &Consent<'_>) -> Result<String> {
    if c.categories.is_empty() || c.until.is_some_and(|u| u <= c.from) {
        return Err(Error::refused("until", "同意の範囲と期間を確かめてください"));
    }
    if c.categories.iter().any(|c| !CATEGORIES.iter().any(|(id, _)| id == c)) {
        return Err(Error::refused("categories", "同意の範囲は、画面にあるものから選んでください"));
    }
    let id = Uuid::now_v7().to_string();
    let (at, by) = (tx.actor.at, tx.actor.account_id.clone());
    tx.exec(
        "insert into consents (id, client_id, purpose, recipient_id, valid_from, valid_until,
           given_by, given_on, recorded_at, recorded_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        args![
            id,
            client_id,
            c.purpose,
            c.recipient_id,
            c.from,
            c.until,
            c.given_by,
            c.given_on,
            at,
            by
        ],
    )
    .await?;
    for category in c.categories {
        tx.exec(
            "insert into consent_categories (consent_id, category) values ($1, $2)",
            args![id, *category],
        )
        .await?;
    }
    let event = Event::new("consent", "consent", &id).about(client_id);
    tx.record(event.fields(c.categories.join(","))).await?;
    Ok(id)
}

/// From this moment the recipient sees nothing more.
pub async fn withdraw(tx: &mut Tx, client_id: &str, consent_id: &str) -> Result<()> {
    let (today, by) = (tx.actor.today(), tx.actor.account_id.clone());
    let done = tx
        .exec(
            "update consents set withdrawn_on = $3, withdrawn_by = $4
             where id = $1 and client_id = $2 and withdrawn_on is null and voided_at is null",
            args![consent_id, client_id, today, by],
        )
        .await?;
    if done != 1 {
        return Err(Error::NotFound);
    }
    tx.record(Event::new("withdraw", "consent", consent_id).about(client_id)).await?;
    Ok(())
}
