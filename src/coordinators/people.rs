//! Who can take cases today, and what they carry already.

use std::collections::HashMap;

use civil::Date;

use super::propose::Person;
use super::settings::{self, FELT_LIMIT};
use crate::store::{FromRow, Read};
use crate::web::Result;
use crate::{args, countable_load, not_closed};

#[derive(FromRow)]
struct Row {
    account_id: String,
    name: String,
    kana: String,
    organisation_id: String,
    organisation: String,
    areas: String,
    skills: String,
    training: String,
    felt_limit: Option<i64>,
    listed: i64,
}

/// The coordinators of the actor's controller, by reading.
pub async fn on_duty(read: &mut Read) -> Result<Vec<Person>> {
    let today = read.actor.today();
    on_duty_on(read, today).await
}

/// Those who have a post in their office on a day, by reading.
pub async fn on_duty_on(read: &mut Read, day: Date) -> Result<Vec<Person>> {
    let controller = read.actor.controller_id.clone();
    let rows: Vec<Row> = read
        .all(
            "select k.account_id, a.name, a.kana, k.organisation_id, o.name as organisation,
               k.areas, k.skills, k.training, k.felt_limit, k.listed
             from coordinators k
             join accounts a on a.id = k.account_id and a.disabled_at is null
             join organisations o on o.id = k.organisation_id
             where o.controller_id = $1 and k.voided_at is null and k.valid_from <= $2
               and (k.valid_until is null or k.valid_until > $2)
               and exists (select 1 from posts p where p.account_id = k.account_id
                 and p.organisation_id = k.organisation_id and p.voided_at is null
                 and p.valid_from <= $2 and (p.valid_until is null or p.valid_until > $2))
             order by a.kana, a.id",
            args![controller, day],
        )
        .await?;
    let usual = settings::number(read, FELT_LIMIT).await?;
    let (loads, leaves) = (loads(read).await?, leaves(read, day).await?);
    Ok(rows.into_iter().map(|r| r.person(usual, &loads, &leaves)).collect())
}

impl Row {
    fn person(self, usual: i64, loads: &Loads, leaves: &Leaves) -> Person {
        let (cases, load) = loads.get(&self.account_id).copied().unwrap_or_default();
        Person {
            areas: codes(&self.areas),
            skills: codes(&self.skills),
            training: self.training,
            listed: self.listed > 0,
            limit: self.felt_limit.unwrap_or(usual) * 100,
            cases,
            load,
            leave: leaves.get(&self.account_id).copied(),
            account_id: self.account_id,
            name: self.name,
            kana: self.kana,
            organisation_id: self.organisation_id,
            organisation: self.organisation,
        }
    }
}

/// Codes as the tables keep them, comma between.
pub fn codes(text: &str) -> Vec<String> {
    text.split(',').filter(|c| !c.is_empty()).map(str::to_owned).collect()
}

type Loads = HashMap<String, (i64, i64)>;
type Leaves = HashMap<String, (Date, Option<Date>)>;

/// Cases and their weight by account: numbers of the whole controller, nobody's name.
pub async fn loads(read: &mut Read) -> Result<Loads> {
    let rows: Vec<(String, i64, i64)> = read
        .see_all(
            concat!(
                "select g.account_id, count(*), cast(sum(g.weight) as bigint) from assignments g",
                " where g.voided_at is null and g.valid_from <= $5",
                " and (g.valid_until is null or g.valid_until > $5) and ",
                countable_load!("g.client_id"),
                " and ",
                not_closed!("g.client_id"),
                " group by g.account_id"
            ),
            args![],
        )
        .await?;
    Ok(rows.into_iter().map(|(account, cases, load)| (account, (cases, load))).collect())
}

/// By account the leave that is on, or else the next.
async fn leaves(read: &mut Read, today: Date) -> Result<Leaves> {
    let rows: Vec<(String, String, Option<String>)> = read
        .all(
            "select account_id, valid_from, valid_until from coordinator_leaves
             where voided_at is null and (valid_until is null or valid_until > $1)
             order by valid_from desc",
            args![today],
        )
        .await?;
    let dated = |(account, from, until): (String, String, Option<String>)| {
        Some((account, (from.parse().ok()?, until.and_then(|u| u.parse().ok()))))
    };
    Ok(rows.into_iter().filter_map(dated).collect())
}
