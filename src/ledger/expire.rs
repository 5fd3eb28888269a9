//! 予約の期限: a booking that nobody used or took back gives back what it held. It is noticed when
//! somebody comes by, and written down then: until it is, the hours look taken and nobody is.

use super::{enter, reverse, rules};
use crate::access::Actor;
use crate::args;
use crate::store::{FromRow, Read, Tx};
use crate::web::{App, Result};

const WHY: &str = "実績のないまま期限が過ぎました";

/// Before a balance is shown: what has run out is given back, by the program and not by whoever
/// looks.
pub async fn before_look(app: &App, actor: &Actor, client_id: &str) -> Result<()> {
    let due = due(&mut app.read(actor).await?, client_id).await?;
    let Some(first) = due.first() else { return Ok(()) };
    let mut tx = app.write(&Actor::system(actor.at, &first.controller_id)).await?;
    for (n, hold) in due.iter().enumerate() {
        if n == 0 || due.get(n - 1).is_none_or(|before| before.programme != hold.programme) {
            enter::lock(&mut tx, client_id, &hold.programme).await?;
        }
    }
    match release(&mut tx, client_id).await? {
        0 => Ok(()), // somebody else came by at the same moment
        _ => Ok(tx.commit().await?),
    }
}

/// Gives back every hold of the person that has run out; says how many there were.
pub async fn release(tx: &mut Tx, client_id: &str) -> Result<usize> {
    let due = due(tx, client_id).await?;
    for hold in &due {
        let office = Actor::system(tx.actor.at, &hold.controller_id);
        let asker = std::mem::replace(&mut tx.actor, office);
        let done = reverse::give_back(tx, client_id, &hold.id, WHY, "expire").await;
        tx.actor = asker;
        done?;
    }
    Ok(due.len())
}

#[derive(FromRow)]
struct Hold {
    id: String,
    controller_id: String,
    programme: String,
}

/// The holds that have run out.
async fn due(read: &mut Read, client_id: &str) -> Result<Vec<Hold>> {
    let from = rules::held_from(read).await?;
    let rows = read
        .all(
            "select e.id, d.controller_id, d.programme from decisions d
               join ledger_entries e on e.decision_id = d.id
             where d.client_id = $1 and e.kind = 'booking' and e.used_on < $2
               and not exists (select 1 from ledger_entries r where r.reverses_id = e.id)
             order by d.programme, e.id",
            args![client_id, from],
        )
        .await?;
    Ok(rows)
}
