//! A difference is taken into the record by the operations a page would use, or left.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use civil::Date;
use uuid::Uuid;

use super::differences::{self, Difference};
use super::show;
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::clients::{close, parts};
use crate::codes::Codes;
use crate::store::Tx;
use crate::web::{App, Entry, Error, Field, Form, Kind, Result, Submitted, refused};

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save(&app, &actor, &id, &entry).await {
        Ok(()) => Ok(Redirect::to("/residents").into_response()),
        Err(e) => refused(show::view(&app, &actor, &id, &entry, &e.problems()?).await?),
    }
}

/// `POST /residents/{id}/leave`: the record is right, or it is somebody else.
pub async fn leave(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save_left(&app, &actor, &id).await {
        Ok(()) => Ok(Redirect::to("/residents").into_response()),
        Err(e) => refused(show::view(&app, &actor, &id, &entry, &e.problems()?).await?),
    }
}

/// The register does not say which branch office an address belongs to.
pub fn form(kind: &str) -> Form {
    let area = Field::new("area", "担当地区（総合支所）", Kind::Select("area"))
        .help("空けておくと、いまの地区のままにします。");
    let fields = if kind == "address" { vec![area] } else { vec![] };
    Form::new("register-take", "台帳に入れる", fields)
}

/// `area`: the branch office of a new address, "" for the one of now.
pub async fn take(tx: &mut Tx, codes: &Codes, id: &str, area: &str) -> Result<()> {
    let d = differences::see(tx, id).await?;
    decide(tx, &d, "taken").await?;
    match d.kind.as_str() {
        "link" => link(tx, &d).await?,
        "death" | "moved_out" => shut(tx, codes, &d).await?,
        _ => row(tx, codes, &d, area).await?,
    }
    tx.record(Event::new("accept", "register_difference", id).about(&d.client_id)).await?;
    Ok(())
}

async fn decide(tx: &mut Tx, d: &Difference, decision: &str) -> Result<()> {
    let (at, by) = (tx.actor.at, tx.actor.account_id.clone());
    let done = tx
        .exec(
            "update register_differences set decision = $2, decided_at = $3, decided_by = $4
             where id = $1 and decision is null and voided_at is null",
            args![d.id, decision, at, by],
        )
        .await?;
    if done == 1 {
        Ok(())
    } else {
        Err(Error::refused("", "この差は、もう確かめられています"))
    }
}

async fn link(tx: &mut Tx, d: &Difference) -> Result<()> {
    let (id, a) = (Uuid::now_v7().to_string(), tx.actor.clone());
    let sql = "select count(*) from register_links
               where controller_id = $1 and register_id = $2 and voided_at is null";
    let (taken,): (i64,) = tx.one(sql, args![a.controller_id, d.register_id]).await?;
    if taken > 0 {
        return Err(Error::refused("", "この宛名番号は、もう別の記録に付いています"));
    }
    tx.exec(
        "insert into register_links (id, client_id, controller_id, register_id, recorded_at,
           recorded_by) values ($1, $2, $3, $4, $5, $6)",
        args![id, d.client_id, a.controller_id, d.register_id, a.at, a.account_id],
    )
    .await?;
    Ok(())
}

/// Closing stops every letter and list.
async fn shut(tx: &mut Tx, codes: &Codes, d: &Difference) -> Result<()> {
    let mut entry = Entry::default();
    entry.set("kind", d.kind.clone());
    entry.set("on", d.happened_on.clone());
    entry.set("reason", "住民記録の異動による");
    let values = close::form(false).read(&entry, codes)?;
    close::close(tx, &d.client_id, &values).await
}

/// A dated row of the folder, from the day of the register on.
async fn row(tx: &mut Tx, codes: &Codes, d: &Difference, area: &str) -> Result<()> {
    let part = d.part().ok_or(Error::NotFound)?;
    let mut entry = Entry::default();
    for (field, value) in d.values().into_iter().filter(|(_, v)| !v.is_empty()) {
        entry.set(&field, value);
    }
    match d.kind.as_str() {
        "name" => entry.set("reason", "住民記録の異動による"),
        _ => {
            let now = match area.is_empty() {
                true => area_now(tx, &d.client_id).await?,
                false => area.to_owned(),
            };
            if now.is_empty() {
                return Err(Error::refused("area", "担当地区を選んでください"));
            }
            entry.set("area", now);
        }
    }
    let values = part.form.read(&entry, codes)?;
    let from: Option<Date> = d.happened_on.parse().ok();
    parts::add(tx, &d.client_id, part, &values, from).await?;
    Ok(())
}

async fn area_now(tx: &mut Tx, client_id: &str) -> Result<String> {
    let today = tx.actor.today();
    let row: Option<(String,)> = tx
        .maybe(
            "select area from client_residences where client_id = $1 and voided_at is null
               and valid_from <= $2 and (valid_until is null or valid_until > $2)
             order by valid_from desc limit 1",
            args![client_id, today],
        )
        .await?;
    Ok(row.map(|r| r.0).unwrap_or_default())
}

async fn save(app: &App, actor: &Actor, id: &str, entry: &Entry) -> Result<()> {
    let d = differences::see(&mut app.read(actor).await?, id).await?;
    let values = form(&d.kind).read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    take(&mut tx, &app.codes, id, values.text("area")).await?;
    Ok(tx.commit().await?)
}

async fn save_left(app: &App, actor: &Actor, id: &str) -> Result<()> {
    let mut tx = app.write(actor).await?;
    let d = differences::see(&mut tx, id).await?;
    decide(&mut tx, &d, "left").await?;
    tx.record(Event::new("decline", "register_difference", id).about(&d.client_id)).await?;
    Ok(tx.commit().await?)
}
