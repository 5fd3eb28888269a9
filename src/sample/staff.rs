//! The ward's offices, their staff and the accounts: what an administrator would have set up.

use std::collections::BTreeMap;

use civil::{Instant, Minutes};
use jiff::ToSpan;
use uuid::Uuid;

use super::data::{Member, Organisation, Profile, Ward};
use crate::access::{Actor, Role};
use crate::args;
use crate::audit::Event;
use crate::coordinators::{leave, profile};
use crate::store::Tx;
use crate::web::{App, Entry, Result};

/// 職員と機関: by the keys of the data files.
#[derive(Clone, Default)]
pub(super) struct Staff {
    pub controller: String,
    /// Organisation key -> (id, name, kind)
    pub organisations: BTreeMap<String, (String, String, String)>,
    /// Login -> who acts
    pub actors: BTreeMap<String, Actor>,
}

/// Sets everything up on one day before the first record.
pub(super) async fn open(tx: &mut Tx, app: &App, ward: &Ward, hash: &str) -> Result<Staff> {
    let mut staff = Staff { controller: controller(tx, ward).await?, ..Staff::default() };
    tx.actor.controller_id = staff.controller.clone();
    let above = above(tx, ward).await?;
    for o in &ward.organisations {
        let controller = if o.kind == "prefecture" { &above } else { &staff.controller };
        let id = organisation(tx, o, controller).await?;
        staff.organisations.insert(o.key.clone(), (id, o.name.clone(), o.kind.clone()));
    }
    for m in &ward.staff {
        let Some((org_id, org_name, kind)) = staff.organisations.get(&m.org).cloned() else {
            continue;
        };
        let mut actor = member(tx, m, &org_id, hash).await?;
        actor.organisation = org_name;
        actor.controller_id =
            if kind == "prefecture" { above.clone() } else { staff.controller.clone() };
        staff.actors.insert(m.login.clone(), actor);
    }
    coordinators(tx, app, ward, &staff).await?;
    Ok(staff)
}

/// What each coordinator can do and when not, as the ward's officer enters it.
async fn coordinators(tx: &mut Tx, app: &App, ward: &Ward, staff: &Staff) -> Result<()> {
    let today = app.clock.now().civil_date();
    let of = |login: &str| staff.actors.get(login).map(|a| a.account_id.clone());
    let Some(officer) = staff.actors.get("demo-officer") else { return Ok(()) };
    let opening = tx.actor.clone();
    for p in &ward.coordinators {
        let (Some(actor), Some(m)) =
            (staff.actors.get(&p.login), ward.staff.iter().find(|m| m.login == p.login))
        else {
            continue;
        };
        let since = today.saturating_sub(m.since.days());
        // Who came later is entered on the first day of work.
        let at = Instant::start_of(since).plus(Minutes(9 * 60)).max(opening.at);
        tx.actor = Actor { at, ..officer.clone() };
        let values = profile::form().read(&profile_entry(p, actor, since), &app.codes)?;
        profile::profile(tx, &actor.account_id, &values).await?;
    }
    for l in &ward.leaves {
        let day = |n: i32| today.saturating_add(n.days()).to_string();
        let mut entry = Entry::default();
        entry.set("starts_on", day(l.from));
        entry.set("back_on", day(l.until));
        entry.set("reason", l.reason.clone());
        let values = leave::form().read(&entry, &app.codes)?;
        leave::leave(tx, &of(&l.login).unwrap_or_default(), &values).await?;
    }
    tx.actor = opening;
    Ok(())
}

fn profile_entry(p: &Profile, actor: &Actor, since: civil::Date) -> Entry {
    let mut entry = Entry::default();
    entry.set("organisation", actor.organisation_id.clone());
    entry.set("training", p.training.clone());
    entry.set("felt_limit", p.limit.map(|n| n.to_string()).unwrap_or_default());
    entry.set("listed", if p.listed { "1" } else { "" });
    entry.set("starts_on", since.to_string());
    let many = |name: &str, codes: &str| -> Vec<(String, String)> {
        codes.split(',').map(|c| (name.to_owned(), c.to_owned())).collect()
    };
    entry.0.extend(many("areas", &p.areas));
    entry.0.extend(many("skills", &p.skills));
    entry
}

async fn controller(tx: &mut Tx, ward: &Ward) -> Result<String> {
    let id = Uuid::now_v7().to_string();
    tx.exec(
        "insert into controllers (id, name, kind) values ($1, $2, 'municipality')",
        args![id, ward.place],
    )
    .await?;
    for (position, (area, name)) in (1_i64..).zip(&ward.branches) {
        tx.exec(
            "insert into branch_offices (id, controller_id, name, area, position)
             values ($1, $2, $3, $4, $5)",
            args![Uuid::now_v7().to_string(), id, name, area, position],
        )
        .await?;
    }
    tx.record(Event::new("create", "controller", &id)).await?;
    Ok(id)
}

/// The prefecture keeps its own records: another controller.
async fn above(tx: &mut Tx, ward: &Ward) -> Result<String> {
    let id = Uuid::now_v7().to_string();
    tx.exec(
        "insert into controllers (id, name, kind) values ($1, $2, 'prefecture')",
        args![id, ward.prefecture],
    )
    .await?;
    tx.record(Event::new("create", "controller", &id)).await?;
    Ok(id)
}

async fn organisation(tx: &mut Tx, o: &Organisation, controller: &str) -> Result<String> {
    let id = Uuid::now_v7().to_string();
    tx.exec(
        "insert into organisations (id, controller_id, kind, name, kana, phone, area, region)
         values ($1, $2, $3, $4, $5, $6, $7, 'ku')",
        args![id, controller, o.kind, o.name, o.kana, o.phone, o.area],
    )
    .await?;
    tx.record(Event::new("create", "organisation", &id)).await?;
    Ok(id)
}

async fn member(tx: &mut Tx, m: &Member, org_id: &str, hash: &str) -> Result<Actor> {
    let (account, post) = (Uuid::now_v7().to_string(), Uuid::now_v7().to_string());
    let by = tx.actor.clone();
    let since = by.today().saturating_sub(m.since.days());
    tx.exec(
        "insert into accounts (id, login, name, kana, password_hash, password_set_at, created_at)
         values ($1, $2, $3, $4, $5, $6, $6)",
        args![account, m.login, m.name, m.kana, hash, by.at],
    )
    .await?;
    tx.exec(
        "insert into posts (id, account_id, organisation_id, role, title, valid_from, recorded_at,
           recorded_by) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![post, account, org_id, m.role, m.title, since, by.at, by.account_id],
    )
    .await?;
    tx.record(Event::new("create", "account", &account)).await?;
    Ok(Actor {
        role: Role::from_code(&m.role).unwrap_or(Role::Administrator),
        account_id: account,
        post_id: post,
        organisation_id: org_id.to_owned(),
        name: m.name.clone(),
        ..by
    })
}
