//! 名前のない実績: numbers a body reports, by day: they add up, and each can be taken back.

use std::sync::Arc;

use ::programmes::Catalogue;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
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
            refused(page::view(&app, &all, &actor, at, ("count", &entry, &bad)).await?)
        }
    }
}

const VOID: (&str, &str) = (
    "programme_count",
    "update programme_counts set voided_at = $4, voided_by = $5, void_reason = '入力の誤り'
     where id = $1 and programme = $2 and controller_id = $3 and voided_at is null",
);

/// `POST /programmes/{id}/counts/{count}/void`.
pub async fn void(
    State(app): State<App>,
    actor: Actor,
    Path((id, count)): Path<(String, String)>,
    Submitted(_): Submitted,
) -> Result<Response> {
    let mut tx = app.write(&actor).await?;
    take_back(&mut tx, VOID, &id, &count).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/programmes/{id}")).into_response())
}

pub fn form() -> Form {
    let fields = vec![
        Field::new("item", "何の数か", Kind::Record).required(),
        Field::new("amount", "数", Kind::Number { min: 0, max: 1_000_000, unit: "" }).required(),
        Field::new("counted_on", "いつの数か", Kind::Date)
            .required()
            .help("月ごとの報告なら、その月の最後の日。"),
        Field::new("source", "出典", Kind::Text(200)).required().help("報告した事業者など。"),
    ];
    Form::new("count", "報告された数を記録する", fields)
}

/// 報告された数.
#[derive(Clone, Debug, FromRow)]
pub struct Reported {
    pub id: String,
    pub item: String,
    pub counted_on: String,
    pub amount: i64,
    pub source: String,
    pub by_name: Option<String>,
}

impl Reported {
    pub fn day(&self) -> String {
        self.counted_on.parse().map_or_else(|_| self.counted_on.clone(), civil::format_era)
    }
}

pub(super) async fn of(read: &mut Read, programme: &str) -> Result<Vec<Reported>> {
    let controller = read.actor.controller_id.clone();
    let rows = read
        .all(
            "select c.id, c.item, c.counted_on, c.amount, c.source, a.name as by_name
             from programme_counts c left join accounts a on a.id = c.recorded_by
             where c.controller_id = $1 and c.programme = $2 and c.voided_at is null
             order by c.counted_on desc, c.recorded_at desc limit 60",
            args![controller, programme],
        )
        .await?;
    Ok(rows)
}

pub async fn report(tx: &mut Tx, all: &Catalogue, programme: &str, v: &Values) -> Result<()> {
    let known = all.find(programme).ok_or(Error::NotFound)?;
    let offered = page::options(known);
    let item = v.text("item");
    if !offered.get("item").is_some_and(|all| all.iter().any(|(id, _)| id == item)) {
        return Err(Error::refused("item", "何の数かを、画面にあるものから選んでください"));
    }
    let on = v.date("counted_on").ok_or(Error::NotFound)?;
    if on > tx.actor.today() {
        return Err(Error::refused("counted_on", "先の日付は入れられません"));
    }
    let (id, at, by) = (Uuid::now_v7().to_string(), tx.actor.at, tx.actor.account_id.clone());
    let controller = tx.actor.controller_id.clone();
    tx.exec(
        "insert into programme_counts (id, controller_id, programme, item, counted_on, amount,
           source, recorded_at, recorded_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![id, controller, programme, item, on, v.int("amount"), v.text("source"), at, by],
    )
    .await?;
    Ok(tx.record(Event::new("report", "programme_count", &id).fields(item)).await?)
}

async fn save(app: &App, all: &Catalogue, actor: &Actor, id: &str, entry: &Entry) -> Result<()> {
    let values = form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    report(&mut tx, all, id, &values).await?;
    Ok(tx.commit().await?)
}
