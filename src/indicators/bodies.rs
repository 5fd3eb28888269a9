//! 契約・登録: the bodies that may give a programme's service, from a day until a day.

use std::sync::Arc;

use ::programmes::Catalogue;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use civil::Date;
use uuid::Uuid;

use super::{page, take_back};
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::store::{FromRow, Read, Tx};
use crate::web::{App, Entry, Error, Field, Form, Kind, Result, Submitted, Values, refused};

pub async fn post(
    State(app): State<App>,
    Extension(all): Extension<Arc<Catalogue>>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save(&app, &all, &actor, &id, &entry).await {
        Ok(()) => Ok(Redirect::to(&format!("/programmes/{id}")).into_response()),
        Err(e) => {
            let (at, bad) = ((id.as_str(), actor.today()), e.problems()?);
            refused(page::view(&app, &all, &actor, at, ("body", &entry, &bad)).await?)
        }
    }
}

const VOID: (&str, &str) = (
    "programme_body",
    "update programme_bodies set voided_at = $4, voided_by = $5, void_reason = '入力の誤り'
     where id = $1 and programme = $2 and controller_id = $3 and voided_at is null",
);

/// `POST /programmes/{id}/bodies/{body}/void`.
pub async fn void(
    State(app): State<App>,
    actor: Actor,
    Path((id, body)): Path<(String, String)>,
    Submitted(_): Submitted,
) -> Result<Response> {
    let mut tx = app.write(&actor).await?;
    take_back(&mut tx, VOID, &id, &body).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/programmes/{id}")).into_response())
}

pub fn form() -> Form {
    let fields = vec![
        Field::new("kind", "種類", Kind::Record).required(),
        Field::new("name", "名前", Kind::Text(100)).required(),
        Field::new("operator", "運営する法人", Kind::Text(100)),
        Field::new("opened_on", "開設した日", Kind::Date),
        Field::new("capacity", "定員", Kind::Number { min: 0, max: 10_000, unit: "人" }),
        Field::new("valid_from", "いつから", Kind::Date).required(),
        Field::new("valid_until", "いつまで（この日をふくむ）", Kind::Date),
    ];
    Form::new("body", "事業者を登録する", fields)
}

/// 契約・登録している事業者.
#[derive(Clone, Debug, FromRow)]
pub struct Body {
    pub id: String,
    pub kind: String,
    pub name: String,
    pub operator: String,
    pub capacity: Option<i64>,
    pub valid_from: String,
    pub valid_until: Option<String>,
}

impl Body {
    pub fn since(&self) -> String {
        let day = |d: &str| d.parse::<Date>().map_or_else(|_| d.to_owned(), civil::format_era);
        match &self.valid_until {
            Some(until) => format!("{}から{}の前日まで", day(&self.valid_from), day(until)),
            None => format!("{}から", day(&self.valid_from)),
        }
    }
}

pub async fn of(read: &mut Read, programme: &str, on: Date) -> Result<Vec<Body>> {
    let controller = read.actor.controller_id.clone();
    let rows = read
        .all(
            "select id, kind, name, operator, capacity, valid_from, valid_until
             from programme_bodies
             where controller_id = $1 and programme = $2 and voided_at is null
               and valid_from <= $3 and (valid_until is null or valid_until > $3)
             order by kind, name",
            args![controller, programme, on],
        )
        .await?;
    Ok(rows)
}

pub async fn register(tx: &mut Tx, all: &Catalogue, programme: &str, v: &Values) -> Result<String> {
    let known = all.find(programme).ok_or(Error::NotFound)?;
    let offered = page::options(known);
    let kind = v.text("kind");
    if !offered.get("kind").is_some_and(|all| all.iter().any(|(id, _)| id == kind)) {
        return Err(Error::refused("kind", "種類を、画面にあるものから選んでください"));
    }
    let from = v.date("valid_from").ok_or(Error::NotFound)?;
    let until = v.date("valid_until").map(|day| day.tomorrow().unwrap_or(day));
    if until.is_some_and(|until| until <= from) {
        return Err(Error::refused("valid_until", "終わりの日を、始まりの日より後にしてください"));
    }
    let (id, at, by) = (Uuid::now_v7().to_string(), tx.actor.at, tx.actor.account_id.clone());
    let controller = tx.actor.controller_id.clone();
    // The office of the directory with the same name is the one that signs in.
    let office: Option<(String,)> = tx
        .maybe(
            "select id from organisations where controller_id = $1 and name = $2 limit 1",
            args![controller, v.text("name")],
        )
        .await?;
    tx.exec(
        "insert into programme_bodies (id, controller_id, programme, kind, organisation_id, name,
           operator, opened_on, capacity, valid_from, valid_until, recorded_at, recorded_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        args![
            id,
            controller,
            programme,
            kind,
            office.map(|o| o.0),
            v.text("name"),
            v.text("operator"),
            v.date("opened_on"),
            v.int("capacity"),
            from,
            until,
            at,
            by
        ],
    )
    .await?;
    tx.record(Event::new("register", "programme_body", &id).fields(programme)).await?;
    Ok(id)
}

async fn save(app: &App, all: &Catalogue, actor: &Actor, id: &str, entry: &Entry) -> Result<()> {
    let values = form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    register(&mut tx, all, id, &values).await?;
    Ok(tx.commit().await?)
}
