//! Ending before the hour is over: by whoever opened it, or by the office.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};

use super::list;
use crate::access::{Actor, Reach};
use crate::args;
use crate::audit::Event;
use crate::store::Tx;
use crate::web::{App, Error, Result, Submitted};

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(_): Submitted,
) -> Result<Response> {
    let mut tx = app.write(&actor).await?;
    end(&mut tx, &id).await?;
    tx.commit().await?;
    let office = actor.role.reach() == Reach::Controller;
    let to = if office { format!("/emergencies/{id}") } else { "/emergencies/new".to_owned() };
    Ok(Redirect::to(&to).into_response())
}

/// One that is over already stays as it is.
pub async fn end(tx: &mut Tx, id: &str) -> Result<()> {
    let a = tx.actor.clone();
    let own: Option<(String,)> = tx
        .maybe(
            "select client_id from emergencies where id = $1 and account_id = $2",
            args![id, a.account_id],
        )
        .await?;
    let client = match own {
        Some((client,)) => client,
        None if a.role.reach() == Reach::Controller => {
            list::one(tx, id).await?.ok_or(Error::NotFound)?.client_id
        }
        None => return Err(Error::NotFound),
    };
    tx.exec(
        "update emergencies set ended_at = $2, ended_by = $3
         where id = $1 and ended_at is null and ends_at > $2",
        args![id, a.at, a.account_id],
    )
    .await?;
    tx.record(Event::new("end", "emergency", id).about(&client)).await?;
    Ok(())
}
