//! 廃棄の確認: somebody else looked, and the rows go, in one transaction.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};

use super::retention::Retention;
use super::{due, record, remove, show};
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::store::Tx;
use crate::web::{App, Entry, Error, Field, Form, Kind, Result, Submitted, refused};

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save(&app, &actor, &id, &entry).await {
        Ok(()) => Ok(Redirect::to(&format!("/disposals/{id}")).into_response()),
        Err(e) => refused(show::view(&app, &actor, &id, (FORM, &entry, &e.problems()?)).await?),
    }
}

const FORM: &str = "disposal-confirm";

pub fn form() -> Form {
    let sure = Field::new("sure", "全員の記録を開き、残すものがないことを確かめた", Kind::Yes);
    let plain = Field::new("plain", "元に戻せないことがわかった", Kind::Yes);
    Form::new("disposal-confirm", "確かめて、廃棄する", vec![sure.required(), plain.required()])
}

/// The number of the certificate. Everybody must still be due: a case may have been reopened.
pub async fn confirm(tx: &mut Tx, retention: &Retention, id: &str) -> Result<i64> {
    let d = record::see(tx, id).await?;
    let (at, by) = (tx.actor.at, tx.actor.account_id.clone());
    if d.proposed_by == by {
        return Err(Error::refused("", "提案した人は確認できません。別の職員が確認してください"));
    }
    let (last,): (i64,) =
        tx.one("select coalesce(max(certificate), 0) from disposals", args![]).await?;
    let done = tx
        .exec(
            "update disposals set confirmed_at = $2, confirmed_by = $3, certificate = $4
             where id = $1 and confirmed_at is null and withdrawn_at is null",
            args![id, at, by, last + 1],
        )
        .await?;
    if done != 1 {
        return Err(Error::refused("", "この提案は、もう終わっています"));
    }
    let items = record::items(tx, id).await?;
    for item in &items {
        let Some(person) = due(tx, retention, &item.client_id).await?.pop() else {
            let why = format!(
                "{}は、もう廃棄の対象ではありません。提案を取りやめてください。何も消していません",
                item.number()
            );
            return Err(Error::refused("", why));
        };
        remove::remove(tx, id, &person).await?;
    }
    if items.len() as i64 != d.items {
        return Err(Error::refused("", "見られない人が含まれています。何も消していません"));
    }
    tx.record(Event::new("confirm", "disposal", id)).await?;
    Ok(last + 1)
}

async fn save(app: &App, actor: &Actor, id: &str, entry: &Entry) -> Result<()> {
    record::see(&mut app.read(actor).await?, id).await?;
    form().read(entry, &app.codes)?;
    let retention = Retention::of(app)?;
    let mut tx = app.write(actor).await?;
    confirm(&mut tx, &retention, id).await?;
    Ok(tx.commit().await?)
}
