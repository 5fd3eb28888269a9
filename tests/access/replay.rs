//! A statement by itself: whatever was asked for somebody is asked again for every role, in the
//! world with all people and in the world without those the role may not see. The rows must be the
//! same, whether or not another statement would have refused before.

use kakehashi::access::{Actor, Emergency, Reach, Role};
use kakehashi::store::{Arg, Cells, Read, Sql};

use super::people;
use super::walk::Worlds;
use crate::support::World;

async fn rows(read: &mut Read, sql: &str, args: &[Arg<'static>]) -> Vec<String> {
    let rows: Vec<Cells> =
        read.see_all(Sql::built(sql), args).await.unwrap_or_else(|e| panic!("{e}: {sql}"));
    let mut rows: Vec<_> = rows.into_iter().map(|r| format!("{:?}", r.0)).collect();
    rows.sort();
    rows
}

/// The world whose rows a role may count with this statement; `None`: any.
fn measure<'a>(worlds: &'a Worlds, role: Role, own: &'a World, sql: &str) -> Option<&'a World> {
    let load = sql.contains("and $3 = $3 and $4 = $4");
    match role.reach() {
        Reach::Controller | Reach::Team if load => Some(&worlds.ward),
        Reach::Statistics if sql.contains("$1 = 'statistics'") => None,
        _ => Some(own),
    }
}

/// Who looked at somebody differs from world to world; at somebody unseen there is nothing to read.
fn about_somebody_seen(role: Role, args: &[Arg<'static>]) -> bool {
    let number = |a: &Arg| match a {
        Arg::Text(Some(t)) => t.strip_prefix("client-").and_then(|n| n.parse().ok()),
        _ => None,
    };
    let seen = |n: usize| people::CATEGORIES.iter().any(|c| people::may_see(role, n, c));
    args.iter().filter_map(number).any(seen)
}

/// The same statement in an emergency: its one person, in the categories it opens, and nobody else.
async fn opened_too_far(worlds: &Worlds, sql: &str, with: &[Vec<Arg<'static>>]) -> Option<String> {
    let ends_at = worlds.all.actor(Role::Hospital).at.plus(civil::Minutes(60));
    let called = Actor {
        emergency: Some(Emergency { id: "emergency-14-hospital".into(), ends_at }),
        ..worlds.all.actor(Role::Hospital)
    };
    let (mut all, mut few) = (worlds.all.read(&called).await, worlds.opened.read(&called).await);
    for args in with {
        let (more, less) = (rows(&mut all, sql, args).await, rows(&mut few, sql, args).await);
        if more != less {
            let extra: Vec<_> = more.iter().filter(|r| !less.contains(r)).take(2).collect();
            return Some(format!("in an emergency: {extra:?} of {sql}"));
        }
    }
    None
}

/// Who gets other rows than they should, if anybody.
pub async fn differs(worlds: &Worlds, sql: &str, with: &[Vec<Arg<'static>>]) -> Option<String> {
    if !sql.contains("audit_events") {
        let found = opened_too_far(worlds, sql, with).await;
        if found.is_some() {
            return found;
        }
    }
    for (role, own) in &worlds.own {
        let Some(world) = measure(worlds, *role, own, sql) else { continue };
        let actor = worlds.all.actor(*role);
        let mut all = worlds.all.read(&actor).await;
        let mut few = world.read(&actor).await;
        let past = sql.contains("audit_events");
        for args in with.iter().filter(|a| !past || !about_somebody_seen(*role, a)) {
            let (more, less) = (rows(&mut all, sql, args).await, rows(&mut few, sql, args).await);
            if more != less {
                let extra: Vec<_> = more.iter().filter(|r| !less.contains(r)).take(2).collect();
                return Some(format!("{}: {extra:?} of {sql}", role.code()));
            }
        }
    }
    None
}
