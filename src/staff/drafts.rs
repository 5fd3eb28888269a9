//! 下書き: what is being typed, kept on the server every few seconds until the form is sent.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};

use super::held;
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::store::{Read, Tx};
use crate::web::{App, Entry, Error, Result, Submitted};

/// Ids of forms and records are short; anything longer is not ours.
const LONGEST_NAME: usize = 120;

/// `POST /drafts/{form}`: the script sends the form as it stands; `_subject` says what it is about.
pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path(form): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    let mut tx = app.write(&actor).await?;
    save(&mut tx, &form, &entry).await?;
    tx.commit().await?;
    let t = actor.at.civil_time();
    Ok(format!("{}時{:02}分{:02}秒", t.hour(), t.minute(), t.second()).into_response())
}

/// `POST /drafts/{form}/take`: the script asks for what it kept when the screen was closed, to fill
/// the page with it; it is handed out once, as a list of names and values.
pub async fn take(
    State(app): State<App>,
    actor: Actor,
    Path(form): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    let mut tx = app.write(&actor).await?;
    let kept = load(&mut tx, &form, entry.get("_subject")).await?.map(|(kept, _)| kept.0);
    drop(&mut tx, &form, entry.get("_subject")).await?;
    tx.record(Event::new("take", "draft", &form)).await?;
    tx.commit().await?;
    Ok(Json(kept.unwrap_or_default()).into_response())
}

/// `POST /drafts/{form}/drop`: what was left unfinished is thrown away; `_back` is where to go on.
pub async fn throw_away(
    State(app): State<App>,
    actor: Actor,
    Path(form): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    let mut tx = app.write(&actor).await?;
    drop(&mut tx, &form, entry.get("_subject")).await?;
    tx.record(Event::new("drop", "draft", &form)).await?;
    tx.commit().await?;
    let back = entry.get("_back");
    let local = back.starts_with('/') && !back.starts_with("//") && !back.contains(['\\', '\n']);
    Ok(Redirect::to(if local { back } else { "/" }).into_response())
}

pub async fn save(tx: &mut Tx, form: &str, entry: &Entry) -> Result<()> {
    let subject = entry.get("_subject").to_owned();
    if form.len() > LONGEST_NAME || subject.len() > LONGEST_NAME {
        return Err(Error::NotFound);
    }
    // A My Number is stored nowhere, not even while it is being typed.
    let keep = |n: &str, v: &str| {
        !n.starts_with('_') && !held::SECRETS.contains(&n) && !kana::contains_my_number(v)
    };
    let kept: Vec<_> = entry.0.iter().filter(|(n, v)| keep(n, v)).collect();
    let body = serde_json::to_string(&kept).unwrap_or_default();
    let actor = tx.actor.clone();
    tx.exec(
        "insert into drafts (account_id, form, subject, body, saved_at) values ($1, $2, $3, $4, $5)
         on conflict (account_id, form, subject)
         do update set body = excluded.body, saved_at = excluded.saved_at",
        args![actor.account_id, form, subject, body, actor.at],
    )
    .await?;
    tx.record(Event::new("save", "draft", form)).await?;
    Ok(())
}

/// What was left unfinished: the answers and when they were kept.
pub async fn load(read: &mut Read, form: &str, subject: &str) -> Result<Option<(Entry, String)>> {
    let account = read.actor.account_id.clone();
    let row: Option<(String, String)> = read
        .maybe(
            "select body, saved_at from drafts
             where account_id = $1 and form = $2 and subject = $3",
            args![account, form, subject],
        )
        .await?;
    Ok(row.and_then(|(body, at)| Some((Entry(serde_json::from_str(&body).ok()?), at))))
}

/// 書きかけ. One of several: a call that came in while another was being written down.
#[derive(Clone, Debug)]
pub struct Kept {
    pub subject: String,
    pub entry: Entry,
    pub saved_at: String,
}

/// Everything left unfinished of a form whose subject begins so, the newest first.
pub async fn unfinished(read: &mut Read, form: &str, subject: &str) -> Result<Vec<Kept>> {
    let account = read.actor.account_id.clone();
    let rows: Vec<(String, String, String)> = read
        .all(
            "select subject, body, saved_at from drafts where account_id = $1 and form = $2
             order by saved_at desc",
            args![account, form],
        )
        .await?;
    let rows = rows.into_iter().filter(|(s, ..)| s.starts_with(subject));
    Ok(rows
        .filter_map(|(subject, body, saved_at)| {
            Some(Kept { subject, entry: Entry(serde_json::from_str(&body).ok()?), saved_at })
        })
        .collect())
}

/// The form was sent: its draft is no longer needed.
pub async fn drop(tx: &mut Tx, form: &str, subject: &str) -> Result<()> {
    let account = tx.actor.account_id.clone();
    tx.exec(
        "delete from drafts where account_id = $1 and form = $2 and subject = $3",
        args![account, form, subject],
    )
    .await?;
    Ok(())
}
