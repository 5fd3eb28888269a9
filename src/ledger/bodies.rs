//! 契約: the bodies that give a programme's service on a day.

use civil::Date;

use super::Award;
use crate::access::Role;
use crate::args;
use crate::store::Read;
use crate::web::{Error, Result};

/// Those under contract for the programme of an award on a day: (id, name).
pub async fn on(read: &mut Read, award: &Award, day: Date) -> Result<Vec<(String, String)>> {
    let rows = read
        .all(
            "select distinct o.id, o.name from programme_bodies b
               join organisations o on o.id = b.organisation_id
             where b.controller_id = $1 and b.programme = $2 and b.voided_at is null
               and b.valid_from <= $3 and (b.valid_until is null or b.valid_until > $3)
             order by o.name, o.id",
            args![award.controller_id, award.programme, day],
        )
        .await?;
    Ok(rows)
}

/// Who gives the service: a body enters only its own.
pub async fn checked(
    read: &mut Read,
    award: &Award,
    day: Date,
    chosen: Option<String>,
) -> Result<Option<String>> {
    let own = (read.actor.role == Role::Operator).then(|| read.actor.organisation_id.clone());
    let Some(id) = own.or(chosen) else { return Ok(None) };
    let under = on(read, award, day).await?;
    if under.iter().any(|(known, _)| *known == id) {
        return Ok(Some(id));
    }
    let day = civil::format_era(day);
    let why = format!("この事業所は、{day}にはこの事業の契約がありません");
    Err(Error::refused("organisation", why))
}

/// The programmes a body was under contract for on some day of `[from, until)`.
pub async fn programmes(
    read: &mut Read,
    organisation: &str,
    (from, until): (Date, Date),
) -> Result<Vec<(String,)>> {
    let rows = read
        .all(
            "select distinct b.programme from programme_bodies b
             where b.organisation_id = $1 and b.voided_at is null and b.valid_from < $3
               and (b.valid_until is null or b.valid_until > $2)",
            args![organisation, from, until],
        )
        .await?;
    Ok(rows)
}

/// All bodies that were ever under contract with the actor's controller: (id, name).
pub async fn all(read: &mut Read) -> Result<Vec<(String, String)>> {
    let controller = read.actor.controller_id.clone();
    let rows = read
        .all(
            "select distinct o.id, o.name from programme_bodies b
               join organisations o on o.id = b.organisation_id
             where b.controller_id = $1 and b.voided_at is null order by o.name, o.id",
            args![controller],
        )
        .await?;
    Ok(rows)
}
