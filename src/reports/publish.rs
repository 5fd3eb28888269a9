//! 確定・公表: the figures as they stand are kept with what was asked; they do not move any more.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};

use super::{Catalogue, Figures, draw, edition, show};
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::store::Tx;
use crate::web::form::{Field, Form, Kind, Values};
use crate::web::{App, Entry, Error, Result, Submitted};

pub async fn post(
    State(app): State<App>,
    Extension(all): Extension<Arc<Catalogue>>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    let report = all.find(&id, actor.role).ok_or(Error::NotFound)?;
    match save(&app, &actor, &report, &entry).await {
        Ok(n) => Ok(Redirect::to(&format!("/reports/{id}/editions/{n}")).into_response()),
        Err(Error::Refused(bad)) => show::refused(&app, &actor, &report, &entry, bad).await,
        Err(e) => Err(e),
    }
}

pub fn form() -> Form {
    Form::new(
        "report-publish",
        "いまの表を確定する",
        vec![
            Field::new("note", "どこで公表するか", Kind::Text(200))
                .required()
                .help("会議の名前と日付、文書の名前などを書いてください。"),
            Field::new("checked", "表の数値を元の記録と見比べた", Kind::Yes).required(),
        ],
    )
}

async fn save(app: &App, actor: &Actor, report: &super::Report, entry: &Entry) -> Result<i64> {
    let ask = show::ask(actor, report, entry, app)?;
    let values = form().read(entry, &app.codes)?;
    let figures = draw(&mut app.read(actor).await?, report, ask, &app.codes).await?;
    let mut tx = app.write(actor).await?;
    let number = publish(&mut tx, &figures, &values).await?;
    tx.commit().await?;
    Ok(number)
}

/// Keeps the figures as the next edition of the report and answers its number.
pub async fn publish(tx: &mut Tx, f: &Figures, values: &Values) -> Result<i64> {
    let actor = tx.actor.clone();
    let body = serde_json::to_string(f).unwrap_or_default();
    let parameters = serde_json::to_string(&f.ask).unwrap_or_default();
    let last: (i64,) = tx
        .one(
            "select coalesce(max(edition), 0) from report_snapshots
             where controller_id = $1 and report = $2",
            args![actor.controller_id, f.report],
        )
        .await?;
    let (id, number) = (uuid::Uuid::now_v7().to_string(), last.0 + 1);
    tx.exec(
        "insert into report_snapshots (id, controller_id, report, parameters, as_of, body, note,
           edition, published_at, published_by, reach)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        args![
            id,
            actor.controller_id,
            f.report,
            parameters,
            f.ask.known_at,
            body,
            values.text("note"),
            number,
            actor.at,
            actor.account_id,
            edition::reach(&actor)
        ],
    )
    .await
    .map_err(taken)?;
    tx.record(Event::new("publish", "report", &id).fields("edition,note").content(body.as_bytes()))
        .await?;
    Ok(number)
}

fn taken(e: crate::store::Error) -> Error {
    if !e.is_taken() {
        return e.into();
    }
    let what = "同じときに、別の人がこの統計を確定しました。版の一覧を確かめてから、もう一度登録してください。";
    Error::Conflict(what.into())
}
