//! Throwing a file away that was not saved: what it said about people goes with it.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};

use super::{batches, cells::Summary, show};
use crate::access::Actor;
use crate::audit::Event;
use crate::store::Tx;
use crate::web::{App, Error, Result, Submitted};

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(_): Submitted,
) -> Result<Response> {
    match run(&app, &actor, &id).await {
        Ok(()) => Ok(Redirect::to("/imports").into_response()),
        Err(Error::Refused(bad)) => show::refused(&app, &actor, &id, &bad).await,
        Err(e) => Err(e),
    }
}

async fn run(app: &App, actor: &Actor, id: &str) -> Result<()> {
    idle(app, id)?;
    let mut tx = app.write(actor).await?;
    discard(&mut tx, id).await?;
    Ok(tx.commit().await?)
}

/// What is being worked on is not thrown away.
pub fn idle(app: &App, id: &str) -> Result<()> {
    match app.jobs.progress(id) {
        None => Ok(()),
        Some(_) => Err(Error::refused("", "処理が終わってから破棄してください")),
    }
}

pub async fn discard(tx: &mut Tx, id: &str) -> Result<()> {
    let batch = batches::see(tx, id).await?;
    if matches!(batch.state.as_str(), "saved" | "undone") {
        return Err(Error::refused(
            "",
            "登録した取り込みは破棄できません。取り消しを使ってください",
        ));
    }
    batches::forget(tx, id).await?;
    let kept = Summary { rows: Summary::read(&batch.summary).rows, ..Summary::default() };
    batches::set(tx, id, "discarded", &kept).await?;
    tx.record(Event::new("discard", "import", id)).await?;
    Ok(())
}
