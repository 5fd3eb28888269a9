//! A calendar of one's own for every role.

use kakehashi::access::Role;
use kakehashi::args;
use kakehashi::staff::sessions::digest;
use kakehashi::store::Tx;

use super::{AT, put};
use crate::support::World;

/// The secret of the role's calendar.
pub fn feed(role: Role) -> String {
    format!("feed-{}", role.code())
}

pub async fn calendar(w: &World, tx: &mut Tx, role: Role) {
    let (a, id) = (w.actor(role), feed(role));
    put(
        tx,
        "insert into calendar_feeds (id, token_hash, account_id, post_id, used_on, made_at)
         values ($1, $2, $3, $4, $5, $6)",
        args![id, digest(&id), a.account_id, a.post_id, a.today(), AT],
    )
    .await;
}
