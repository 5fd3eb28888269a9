//! 同僚: who may take a record or a promise of the actor's organisation.

use crate::args;
use crate::store::{Read, Result};

/// (account, name) of everybody with a post in the actor's organisation today, oneself first.
pub async fn offered(read: &mut Read) -> Result<Vec<(String, String)>> {
    let (actor, today) = (read.actor.clone(), read.actor.today());
    read.all(
        "select a.id, a.name from accounts a where a.disabled_at is null and a.machine = 0
           and exists (
           select 1 from posts p where p.account_id = a.id and p.organisation_id = $1
             and p.voided_at is null and p.valid_from <= $2
             and (p.valid_until is null or p.valid_until > $2))
         order by case when a.id = $3 then 0 else 1 end, a.kana, a.id",
        args![actor.organisation_id, today, actor.account_id],
    )
    .await
}

/// Former colleagues too: what they did is still written down, imported and corrected.
pub async fn works_here(read: &mut Read, account_id: &str) -> Result<bool> {
    let actor = read.actor.clone();
    let (posts,): (i64,) = read
        .one(
            "select count(*) from posts where account_id = $1 and organisation_id = $2
               and voided_at is null",
            args![account_id, actor.organisation_id],
        )
        .await?;
    Ok(posts > 0)
}
