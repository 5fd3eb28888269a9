//! Taking proposals: chosen cells, whole columns, or all; then everything is checked again.

use std::collections::BTreeSet;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};

use super::{batches, dry_run, show};
use crate::access::Actor;
use crate::web::{App, Entry, Error, Result, Submitted};

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match repair(&app, &actor, &id, &entry).await {
        Ok(()) => Ok(Redirect::to(&format!("/imports/{id}")).into_response()),
        Err(Error::Refused(bad)) => show::refused(&app, &actor, &id, &bad).await,
        Err(e) => Err(e),
    }
}

/// `all`, `column` (a key) and `cell` (position:key) say which proposals are taken.
pub async fn repair(app: &App, actor: &Actor, id: &str, entry: &Entry) -> Result<()> {
    let batch = batches::see(&mut app.read(actor).await?, id).await?;
    if batch.state != "checked" {
        return Err(Error::refused("", "この取り込みは、もう直せません"));
    }
    let all = !entry.get("all").is_empty();
    let columns: BTreeSet<String> = entry.many("column").into_iter().collect();
    let cells: BTreeSet<String> = entry.many("cell").into_iter().collect();
    if !all && columns.is_empty() && cells.is_empty() {
        return Err(Error::refused("", "採用する案を選んでください"));
    }
    let work = {
        let (app, actor, id) = (app.clone(), actor.without_form(), id.to_owned());
        move |job| async move {
            let chosen = |at: i64, p: &super::cells::Problem| {
                all || columns.contains(&p.key) || cells.contains(&format!("{at}:{}", p.key))
            };
            dry_run::again(&app, &actor, &job, &id, chosen).await
        }
    };
    let rows = super::cells::Summary::read(&batch.summary).rows;
    dry_run::background(app, actor, id, "直して点検しています", rows, work).await;
    Ok(())
}
