//! The next word: an answer of an adviser, or a further question of whoever knows the person. The
//! first answer says how long it took.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use civil::Instant;
use uuid::Uuid;

use super::personal::Personal;
use super::{list, one};
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::store::Tx;
use crate::web::{App, Entry, Error, Field, Form, Kind, Problems, Result, Submitted, refused};

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save(&app, &actor, &id, &entry).await {
        Ok(()) => Ok(Redirect::to(&format!("/questions/{id}")).into_response()),
        Err(Error::Refused(bad)) => again(&app, &actor, &id, &entry, &bad).await,
        Err(e) => Err(e),
    }
}

pub fn form(answers: bool) -> Form {
    if answers {
        let text = Field::new("text", "回答", Kind::Long(3000)).required();
        let text = text.help("だれのことか思い当たっても、名前などは書かないでください。");
        return Form::new("question-reply", "回答する", vec![text]);
    }
    let text = Field::new("text", "追加でたずねること", Kind::Long(3000)).required();
    Form::new("question-reply", "追加でたずねる", vec![text])
}

/// Whoever advises answers; whoever sees the person asks further. The text is held against the
/// folder in both directions.
pub async fn reply(tx: &mut Tx, app: &App, id: &str, text: &str) -> Result<()> {
    let about = one::text(tx, id).await?;
    let line = list::one(tx, &app.codes, id).await?.ok_or(Error::NotFound)?;
    if !line.is_open() {
        return Err(Error::refused("", "この質問は終わっています。新しい質問を出してください"));
    }
    if !line.may_answer() && !about.is_known() {
        return Err(Error::NotFound);
    }
    Personal::of(tx, &about.client_id).await?.refuse(&[("text", text)])?;
    let kind = if line.may_answer() { "answer" } else { "further" };
    let (row, a) = (Uuid::now_v7().to_string(), tx.actor.clone());
    tx.exec(
        "insert into question_replies (id, question_id, kind, text, recorded_at, recorded_by)
         values ($1, $2, $3, $4, $5, $6)",
        args![row, id, kind, text, a.at, a.account_id],
    )
    .await?;
    if kind == "answer" {
        let asked = about.asked_at().parse::<Instant>().unwrap_or(a.at);
        tx.exec(
            "update questions set answered_at = $2, answer_minutes = $3
             where id = $1 and answered_at is null",
            args![id, a.at, a.at.minutes_since(asked).0],
        )
        .await?;
    }
    let verb = if kind == "answer" { "answer" } else { "ask" };
    Ok(tx.record(Event::new(verb, "question", id).about(&about.client_id)).await?)
}

async fn save(app: &App, actor: &Actor, id: &str, entry: &Entry) -> Result<()> {
    let line = list::one(&mut app.read(actor).await?, &app.codes, id).await?;
    let v = form(line.ok_or(Error::NotFound)?.may_answer()).read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    reply(&mut tx, app, id, v.text("text")).await?;
    Ok(tx.commit().await?)
}

async fn again(
    app: &App,
    actor: &Actor,
    id: &str,
    entry: &Entry,
    bad: &Problems,
) -> Result<Response> {
    refused(one::view(app, actor, id, ("question-reply", entry, bad)).await?)
}
