//! How a proposal ends on the side a person leaves: taken back, or handed over on paper.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use civil::Date;

use super::propose::view;
use super::record::{self, Move};
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::clients::{close, see};
use crate::codes::Codes;
use crate::store::Tx;
use crate::web::{App, Entry, Error, Field, Form, Kind, Result, Submitted, refused};

/// `POST .../move/withdraw`: the consent was taken back, or the family stays.
pub async fn withdraw(
    State(app): State<App>,
    actor: Actor,
    Path(number): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    let done = stop(&app, &actor, &number, &entry).await;
    answer(&app, &actor, (&number, "move-withdraw"), &entry, done).await
}

/// `POST .../move/done`: the sheet was handed over to somebody outside of this system.
pub async fn done(
    State(app): State<App>,
    actor: Actor,
    Path(number): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    let done = hand_over(&app, &actor, &number, &entry).await;
    answer(&app, &actor, (&number, "move-done"), &entry, done).await
}

pub fn withdraw_form() -> Form {
    let why = Field::new("why", "取りやめる理由", Kind::Text(200)).required();
    Form::new("move-withdraw", "申し出を取りやめる", vec![why])
}

pub fn done_form() -> Form {
    let sure = Field::new("sure", "引継ぎ票を転出先にわたした", Kind::Yes).required();
    Form::new("move-done", "引き渡した", vec![sure])
}

async fn answer(
    app: &App,
    actor: &Actor,
    (number, form): (&str, &str),
    entry: &Entry,
    done: Result<()>,
) -> Result<Response> {
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/clients/{number}/move")).into_response()),
        Err(e) => refused(view(app, actor, number, (form, entry, &e.problems()?)).await?),
    }
}

async fn open(tx: &mut Tx, client_id: &str) -> Result<Move> {
    let all = record::of(tx, client_id).await?;
    let found = all.into_iter().find(|m| m.is_open() && m.client_id == client_id);
    found.ok_or(Error::NotFound)
}

async fn stop(app: &App, actor: &Actor, number: &str, entry: &Entry) -> Result<()> {
    let client = see(&mut app.read(actor).await?, number).await?;
    let values = withdraw_form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    let m = open(&mut tx, &client.id).await?;
    let at = actor.at;
    tx.exec(
        "update moves set withdrawn_at = $2, withdrawn_by = $3, withdraw_reason = $4, sheet = ''
         where id = $1",
        args![m.id, at, actor.account_id, values.text("why")],
    )
    .await?;
    tx.record(Event::new("withdraw", "move", &m.id).about(&client.id)).await?;
    Ok(tx.commit().await?)
}

async fn hand_over(app: &App, actor: &Actor, number: &str, entry: &Entry) -> Result<()> {
    let client = see(&mut app.read(actor).await?, number).await?;
    done_form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    let m = open(&mut tx, &client.id).await?;
    if m.to_controller_id.is_some() {
        return Err(Error::refused("", "転出先が受け入れると終結になります。返事を待ってください"));
    }
    let on = reached(&m, actor.today())?;
    let sql = "update moves set accepted_at = $2, accepted_by = $3 where id = $1";
    tx.exec(sql, args![m.id, actor.at, actor.account_id]).await?;
    shut(&mut tx, &app.codes, &m, on).await?;
    Ok(tx.commit().await?)
}

/// The day of the move, once it has come.
pub(super) fn reached(m: &Move, today: Date) -> Result<Date> {
    let on: Date = m.moves_on.parse().map_err(|_| Error::NotFound)?;
    if on > today {
        let why = format!("転出の日は{}です。その日から引き継げます", m.on());
        return Err(Error::refused("", why));
    }
    Ok(on)
}

/// The record that was left is closed as moved out; every list and letter stops with it.
pub(super) async fn shut(tx: &mut Tx, codes: &Codes, m: &Move, on: Date) -> Result<()> {
    let mut entry = Entry::default();
    entry.set("kind", "moved_out");
    entry.set("on", on.to_string());
    entry.set("reason", format!("{}へ引き継いだ", m.to_name));
    let values = close::form(false).read(&entry, codes)?;
    close::close(tx, &m.client_id, &values).await
}
