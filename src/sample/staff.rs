//! The ward's offices, their staff and the accounts: what an administrator would have set up.

use std::collections::BTreeMap;

use jiff::ToSpan;
use uuid::Uuid;

use super::data::{Member, Organisation, Ward};
use crate::access::{Actor, Role};
use crate::args;
use crate::audit::Event;
use crate::store::Tx;
use crate::web::Result;

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
pub(super) async fn open(tx: &mut Tx, ward: &Ward, hash: &str) -> Result<Staff> {
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
    Ok(staff)
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
