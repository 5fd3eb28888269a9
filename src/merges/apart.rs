//! 別の人: two records that look alike are two people's. Remembered, so that nobody asks again.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use kana::ClientNumber;
use uuid::Uuid;

use super::compare::{Typed, both, view};
use crate::access::Actor;
use crate::audit::Event;
use crate::clients::Summary;
use crate::store::{FromRow, Read, Tx};
use crate::web::{App, Entry, Error, Field, Form, Kind, Result, Submitted, refused, said};
use crate::{args, visible};

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path((number, other)): Path<(String, String)>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save(&app, &actor, (&number, &other), &entry).await {
        Ok(()) => Ok(Redirect::to("/duplicates").into_response()),
        Err(Error::Refused(bad)) => {
            let typed = Typed { form: "apart", entry: &entry, bad: &bad };
            refused(view(&app, &actor, (&number, &other), typed).await?)
        }
        Err(e) => Err(e),
    }
}

pub fn form() -> Form {
    let reason = Field::new("reason", "どうやって別の人だと確かめたか", Kind::Text(200));
    let reason = reason.required().help("例：ふたごのきょうだい。母に確かめた");
    Form::new("apart", "別の人として記録する", vec![reason])
}

pub async fn tell_apart(tx: &mut Tx, a: &Summary, b: &Summary, reason: &str) -> Result<()> {
    if a.id == b.id {
        return Err(Error::refused("", "同じ記録どうしです。二つの利用者番号を確かめてください"));
    }
    let (id, at, by) = (Uuid::now_v7().to_string(), tx.actor.at, tx.actor.account_id.clone());
    tx.exec(
        "insert into distinctions (id, client_id, other_id, reason, recorded_at, recorded_by)
         values ($1, $2, $3, $4, $5, $6)",
        args![id, a.id, b.id, reason, at, by],
    )
    .await?;
    tx.record(Event::new("tell_apart", "client", &a.id).about(&a.id)).await?;
    tx.record(Event::new("tell_apart", "client", &b.id).about(&b.id)).await?;
    Ok(())
}

/// 別の人だと確かめた組.
#[derive(Clone, Debug, FromRow)]
pub struct Distinction {
    pub client_id: String,
    pub other_id: String,
    pub number: i64,
    pub other_number: i64,
    pub reason: String,
    pub recorded_at: String,
    pub by: String,
}

impl Distinction {
    pub fn both_ways(&self) -> [(String, String); 2] {
        let (a, b) = (self.client_id.clone(), self.other_id.clone());
        [(a.clone(), b.clone()), (b, a)]
    }

    pub fn numbers(&self) -> (ClientNumber, ClientNumber) {
        (ClientNumber::from_row(self.number), ClientNumber::from_row(self.other_number))
    }

    pub fn when(&self) -> String {
        said::moment(&self.recorded_at)
    }
}

/// The newest first, of people the actor sees both of.
pub async fn all(read: &mut Read) -> Result<Vec<Distinction>> {
    let sql = concat!(
        "select d.client_id, d.other_id, a.number, b.number as other_number, d.reason,
           d.recorded_at, w.name as by
         from distinctions d join clients a on a.id = d.client_id
         join clients b on b.id = d.other_id join accounts w on w.id = d.recorded_by
         where d.voided_at is null and ",
        visible!("d.client_id", "identity"),
        " and ",
        visible!("d.other_id", "identity"),
        " order by d.recorded_at desc, d.id desc"
    );
    Ok(read.see_all(sql, args![]).await?)
}

async fn save(
    app: &App,
    actor: &Actor,
    (number, other): (&str, &str),
    entry: &Entry,
) -> Result<()> {
    let (a, b) = both(app, actor, (number, other)).await?;
    let values = form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    tell_apart(&mut tx, &a, &b, values.text("reason")).await?;
    tx.leads_to("/duplicates");
    Ok(tx.commit().await?)
}
