//! A promise is made: what, until when, and who.

use civil::Date;
use uuid::Uuid;

use crate::args;
use crate::audit::Event;
use crate::store::{Read, Tx};
use crate::web::form::{Field, Kind, Values};
use crate::web::{Error, Result};

/// 約束. `source` is `consultation`, `case_note` or `assignment`, and `source_id` its row.
#[derive(Clone, Copy, Debug)]
pub struct Promise<'a> {
    pub source: &'a str,
    pub source_id: &'a str,
    pub client_id: Option<&'a str>,
    pub what: &'a str,
    pub due_on: Option<Date>,
    pub owner_id: &'a str,
}

/// The owner may sit in another office of the same controller: then it is that office's promise.
pub async fn promise(tx: &mut Tx, p: Promise<'_>) -> Result<String> {
    let organisation = office_of(tx, p.owner_id).await?.ok_or_else(unknown_owner)?;
    let (id, actor) = (Uuid::now_v7().to_string(), tx.actor.clone());
    tx.exec(
        "insert into follow_ups (id, controller_id, organisation_id, client_id, source, source_id,
           what, due_on, owner_id, recorded_at, recorded_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        args![
            id,
            actor.controller_id,
            organisation,
            p.client_id,
            p.source,
            p.source_id,
            p.what,
            p.due_on,
            p.owner_id,
            actor.at,
            actor.account_id
        ],
    )
    .await?;
    let event = Event::new("promise", "follow_up", &id).client(p.client_id.map(str::to_owned));
    tx.record(event.fields("what,due_on,owner")).await?;
    Ok(id)
}

/// The three questions every form asks about the next step.
pub fn fields() -> Vec<Field> {
    vec![
        Field::new("next_what", "次にすること", Kind::Text(200)),
        Field::new("next_due", "次の連絡日（期限）", Kind::Date)
            .help("この日から、担当者の「きょう」に表示します。"),
        Field::new("next_owner", "次にすることの担当者", Kind::Record),
    ]
}

/// The promise a form's answers make, if they make one. `on` is the day it was made.
pub async fn promise_next(
    tx: &mut Tx,
    values: &Values,
    on: Date,
    (source, source_id, client_id): (&str, &str, Option<&str>),
) -> Result<Option<String>> {
    let Some(what) = values.opt("next_what") else {
        // The owner is preselected, so alone it promises nothing; it must still be somebody.
        if let Some(owner) = values.opt("next_owner") {
            office_of(tx, &owner).await?.ok_or_else(unknown_owner)?;
        }
        return if values.is_given("next_due") { Err(no_words()) } else { Ok(None) };
    };
    let due_on = values.date("next_due");
    if due_on.is_some_and(|due| due < on) {
        let why = "次の連絡日（期限）が、記録の日より前です。年と月を確かめてください";
        return Err(Error::refused("next_due", why));
    }
    let owner = values.opt("next_owner").unwrap_or_else(|| tx.actor.account_id.clone());
    let made = Promise { source, source_id, client_id, what: &what, due_on, owner_id: &owner };
    promise(tx, made).await.map(Some)
}

fn no_words() -> Error {
    let why = "次にすることを入力してください。期限だけでは、何をするのか分かりません";
    Error::refused("next_what", why)
}

fn unknown_owner() -> Error {
    let why = "次にすることの担当者を、画面にある人から選び直してください";
    Error::refused("next_owner", why)
}

/// The record was corrected, maybe to another person: its promises go on under the new row.
pub async fn moved(
    tx: &mut Tx,
    source: &str,
    (from, to): (&str, &str),
    client_id: Option<&str>,
) -> Result<()> {
    tx.exec(
        "update follow_ups set source_id = $3, client_id = $4
         where source = $1 and source_id = $2",
        args![source, from, to, client_id],
    )
    .await?;
    Ok(())
}

/// The record was withdrawn: what is still open of it ends with the same reason.
pub async fn withdrawn(tx: &mut Tx, source: &str, source_id: &str, why: &str) -> Result<()> {
    let actor = tx.actor.clone();
    tx.exec(
        "update follow_ups set voided_at = $3, voided_by = $4, void_reason = $5
         where source = $1 and source_id = $2 and done_at is null and voided_at is null",
        args![source, source_id, actor.at, actor.account_id, why],
    )
    .await?;
    Ok(())
}

/// The office of the controller in which somebody works, the actor's own where possible.
pub(super) async fn office_of(read: &mut Read, account_id: &str) -> Result<Option<String>> {
    let actor = read.actor.clone();
    let row: Option<(String,)> = read
        .maybe(
            "select p.organisation_id from posts p
             join organisations o on o.id = p.organisation_id and o.controller_id = $2
             where p.account_id = $1 and p.voided_at is null
             order by case when p.organisation_id = $3 then 0 else 1 end, p.valid_from desc, p.id
             limit 1",
            args![account_id, actor.controller_id, actor.organisation_id],
        )
        .await?;
    Ok(row.map(|r| r.0))
}
