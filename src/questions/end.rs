//! A question ends: its answer was received, or it is taken back. What was shown of the folder is
//! shown no longer.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};

use super::{list, one};
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::store::Tx;
use crate::web::{App, Entry, Error, Field, Form, Kind, Result, Submitted, refused};

/// `POST /questions/{id}/close`.
pub async fn close(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(_): Submitted,
) -> Result<Response> {
    let mut tx = app.write(&actor).await?;
    finish(&mut tx, &app, &id, None).await?;
    tx.commit().await?;
    Ok(Redirect::to("/questions").into_response())
}

/// `POST /questions/{id}/withdraw`: also when the family takes its consent back.
pub async fn withdraw(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match take_back(&app, &actor, &id, &entry).await {
        Ok(()) => Ok(Redirect::to("/questions").into_response()),
        Err(Error::Refused(bad)) => {
            refused(one::view(&app, &actor, &id, ("question-withdraw", &entry, &bad)).await?)
        }
        Err(e) => Err(e),
    }
}

pub fn form() -> Form {
    let why = Field::new("why", "取り下げる理由", Kind::Text(200)).required();
    let why = why
        .help("ご家族が同意を取り消したときも、ここで取り下げます。台帳はすぐに見えなくなります。");
    Form::new("question-withdraw", "質問を取り下げる", vec![why])
}

/// By whoever sees the person; advisers neither close nor withdraw.
pub async fn finish(tx: &mut Tx, app: &App, id: &str, withdrawn: Option<&str>) -> Result<()> {
    let about = one::text(tx, id).await?;
    let line = list::one(tx, &app.codes, id).await?.ok_or(Error::NotFound)?;
    if !about.is_known() {
        return Err(Error::NotFound);
    }
    if !line.is_open() {
        return Err(Error::refused("", "この質問は、すでに終わっています"));
    }
    let a = tx.actor.clone();
    if let Some(why) = withdrawn {
        let sql = "update questions set withdrawn_at = $2, withdrawn_by = $3, \
                   withdraw_reason = $4 where id = $1";
        tx.exec(sql, args![id, a.at, a.account_id, why]).await?;
    } else {
        let sql = "update questions set closed_at = $2, closed_by = $3 where id = $1";
        tx.exec(sql, args![id, a.at, a.account_id]).await?;
    }
    let verb = if withdrawn.is_some() { "withdraw" } else { "finish" };
    Ok(tx.record(Event::new(verb, "question", id).about(&about.client_id)).await?)
}

async fn take_back(app: &App, actor: &Actor, id: &str, entry: &Entry) -> Result<()> {
    one::text(&mut app.read(actor).await?, id).await?;
    let v = form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    finish(&mut tx, app, id, Some(v.text("why"))).await?;
    Ok(tx.commit().await?)
}
