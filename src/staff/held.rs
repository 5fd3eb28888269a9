//! 預かった入力: a form that came in while the screen was locked, or when the password had to be
//! typed again. It is kept as a draft of its account and done as soon as the password is right.

use uuid::Uuid;

use crate::args;
use crate::audit::Event;
use crate::store::{Read, Tx};
use crate::web::{Entry, Result};

pub const FORM: &str = "held";
/// Never kept, however briefly.
pub const SECRETS: &[&str] = &["current", "password", "again", "code"];
const PATH: &str = "_path";

/// What was sent, and where.
#[derive(Clone, Debug)]
pub struct Held {
    pub path: String,
    pub entry: Entry,
}

/// The id under which it waits.
pub async fn hold(tx: &mut Tx, path: &str, entry: &Entry) -> Result<String> {
    let (id, actor) = (Uuid::now_v7().simple().to_string(), tx.actor.clone());
    let keep = |n: &str, v: &str| !SECRETS.contains(&n) && !kana::contains_my_number(v);
    let mut kept = vec![(PATH.to_owned(), path.to_owned())];
    kept.extend(entry.0.iter().filter(|(n, v)| keep(n, v) && n != PATH).cloned());
    let body = serde_json::to_string(&kept).unwrap_or_default();
    tx.exec(
        "insert into drafts (account_id, form, subject, body, saved_at)
         values ($1, $2, $3, $4, $5)",
        args![actor.account_id, FORM, id, body, actor.at],
    )
    .await?;
    tx.record(Event::new("hold", "draft", FORM)).await?;
    Ok(id)
}

/// Only the account that sent it gets it back.
pub async fn find(read: &mut Read, id: &str) -> Result<Option<Held>> {
    let Some((mut entry, _)) = super::drafts::load(read, FORM, id).await? else { return Ok(None) };
    let path = entry.get(PATH).to_owned();
    entry.0.retain(|(n, _)| n != PATH);
    Ok(Some(Held { path, entry }))
}

/// It was answered.
pub async fn let_go(tx: &mut Tx, id: &str) -> Result<()> {
    super::drafts::drop(tx, FORM, id).await?;
    Ok(tx.record(Event::new("release", "draft", FORM)).await?)
}
