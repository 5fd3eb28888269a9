//! 利用停止: a decided request keeps the record from everybody but those named. The predicate
//! reads these rows, so pages, lists, numbers and files obey alike; statistics without persons
//! still count.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use civil::Date;
use uuid::Uuid;

use super::record::{self, Request};
use super::show;
use crate::access::Actor;
use crate::audit::Event;
use crate::store::{FromRow, Read, Tx};
use crate::web::{App, Entry, Error, Field, Form, Kind, Result, Submitted, refused};
use crate::{args, visible};

/// `POST /disclosures/{id}/resume`: the record may be used again.
pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save(&app, &actor, &id, &entry).await {
        Ok(()) => Ok(Redirect::to(&format!("/disclosures/{id}")).into_response()),
        Err(e) => refused(show::view(&app, &actor, &id, (FORM, &entry, &e.problems()?)).await?),
    }
}

const FORM: &str = "use-stop-end";

pub fn end_form() -> Form {
    let why = Field::new("end_why", "終える理由", Kind::Text(200)).required();
    let sure = Field::new("sure", "ほかの機関にもまた見えるようになることを確かめた", Kind::Yes);
    Form::new("use-stop-end", "利用停止を終える", vec![why, sure.required()])
}

/// 利用停止の一件.
#[derive(Clone, Debug, FromRow)]
pub struct Stop {
    pub id: String,
    pub request_id: String,
    pub left_to: String,
    pub left_why: String,
    pub valid_from: String,
    pub valid_until: Option<String>,
    pub end_reason: Option<String>,
}

impl Stop {
    pub fn holds(&self, today: Date) -> bool {
        let today = today.to_string();
        self.valid_from <= today && self.valid_until.as_ref().is_none_or(|u| *u > today)
    }
}

pub async fn of(read: &mut Read, client_id: &str) -> Result<Vec<Stop>> {
    Ok(read
        .see_all(
            concat!(
                "select u.id, u.request_id, u.left_to, u.left_why, u.valid_from, u.valid_until,
                   u.end_reason from use_stops u where u.client_id = $6 and ",
                visible!("u.client_id", "identity"),
                " order by u.recorded_at desc, u.id desc"
            ),
            args![client_id],
        )
        .await?)
}

pub(super) async fn begin(tx: &mut Tx, q: &Request, left_to: &str, why: &str) -> Result<()> {
    let id = Uuid::now_v7().to_string();
    let (at, by, today) = (tx.actor.at, tx.actor.account_id.clone(), tx.actor.today());
    tx.exec(
        "insert into use_stops (id, client_id, request_id, left_to, left_why, valid_from,
           recorded_at, recorded_by) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![id, q.client_id, q.id, left_to, why, today, at, by],
    )
    .await?;
    tx.record(Event::new("restrict", "use_stop", &id).about(&q.client_id)).await?;
    Ok(())
}

pub async fn end(tx: &mut Tx, request_id: &str, why: &str) -> Result<()> {
    let q = record::see(tx, request_id).await?;
    let (at, by, today) = (tx.actor.at, tx.actor.account_id.clone(), tx.actor.today());
    let done = tx
        .exec(
            "update use_stops set valid_until = $2, ended_at = $3, ended_by = $4, end_reason = $5
             where request_id = $1 and valid_until is null",
            args![request_id, today, at, by, why],
        )
        .await?;
    if done == 0 {
        return Err(Error::refused("", "この利用停止は、もう終わっています"));
    }
    tx.record(Event::new("end", "use_stop", request_id).about(&q.client_id)).await?;
    Ok(())
}

async fn save(app: &App, actor: &Actor, id: &str, entry: &Entry) -> Result<()> {
    record::see(&mut app.read(actor).await?, id).await?;
    let values = end_form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    end(&mut tx, id, values.text("end_why")).await?;
    Ok(tx.commit().await?)
}
