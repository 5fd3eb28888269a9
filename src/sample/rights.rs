//! Who looks after the rights: a second factor, and the yearly review, begun and not yet finished.

use civil::Minutes;

use super::play::{Scene, broken};
use crate::access::Actor;
use crate::args;
use crate::office::{review, reviews};
use crate::staff::{second_factor, totp};
use crate::store::Tx;
use crate::web::{Entry, Result};

const TWO_STEP: &str = "demo-two-step";
/// So many posts of the review wait for their answer.
const UNANSWERED: usize = 4;

pub(super) async fn enter(tx: &mut Tx, scene: &Scene<'_>) -> Result<()> {
    let before = tx.actor.clone();
    let act = |login: &str, minutes: i64| -> Result<Actor> {
        let actor = scene.staff.actors.get(login);
        let actor = actor.ok_or_else(|| broken(format!("nobody is called '{login}'")))?;
        Ok(Actor { at: before.at.plus(Minutes(-minutes)), ..actor.clone() })
    };
    // A day ago: the codes of today have not been used.
    tx.actor = act(TWO_STEP, 24 * 60)?;
    let secret = second_factor::begin(tx, scene.app).await?;
    let code = totp::code(&secret, tx.actor.at);
    second_factor::take_up(tx, scene.app, &code).await?;
    tx.actor = act("demo-administrator", 6 * 24 * 60)?;
    review(tx).await?;
    tx.actor = before;
    Ok(())
}

async fn review(tx: &mut Tx) -> Result<()> {
    let id = reviews::begin(tx).await?;
    let lines: Vec<(String,)> = tx
        .all("select id from access_review_lines where review_id = $1 order by id", args![id])
        .await?;
    let mut entry = Entry::default();
    for (line,) in lines.iter().skip(UNANSWERED) {
        entry.set(&format!("answer-{line}"), "keep");
    }
    review::answer(tx, &id, &entry).await
}
