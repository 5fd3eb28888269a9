//! 転入の受け入れ: what would come, for whom the family agreed; a copy is made, or it is declined.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use kana::ClientNumber;

use super::record::{self, Move};
use super::sheet::Sheet;
use super::{copy, leave};
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::clients::{Summary, search};
use crate::codes::Codes;
use crate::store::Tx;
use crate::web::{
    App, Entry, Error, Field, Form, FormView, Kind, Options, Page, Problems, Result, Submitted,
    Values, page, refused,
};

pub async fn get(State(app): State<App>, actor: Actor, Path(id): Path<String>) -> Result<Response> {
    let view = view(&app, &actor, &id, ("", &Entry::default(), &Problems::default())).await?;
    app.viewed(&actor, Event::new("view", "move", &id).about(&view.m.client_id)).await?;
    page(view)
}

pub async fn accept(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match take(&app, &actor, &id, &entry).await {
        Ok(number) => Ok(Redirect::to(&format!("/clients/{number}?saved=1")).into_response()),
        Err(e) => refused(view(&app, &actor, &id, ("move-accept", &entry, &e.problems()?)).await?),
    }
}

pub async fn decline(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match turn_down(&app, &actor, &id, &entry).await {
        Ok(()) => Ok(Redirect::to("/moves").into_response()),
        Err(e) => refused(view(&app, &actor, &id, ("move-decline", &entry, &e.problems()?)).await?),
    }
}

pub fn accept_form() -> Form {
    let fields = vec![
        Field::new("area", "担当地区（総合支所）", Kind::Select("area")).required(),
        Field::new("postal", "郵便番号", Kind::Text(10)),
        Field::new("address", "新しい住所", Kind::Text(200)),
        Field::new("sure", "同じ人がまだ登録されていないことと、同意の範囲を確かめた", Kind::Yes)
            .required(),
    ];
    Form::new("move-accept", "受け入れる", fields)
}

pub fn decline_form() -> Form {
    let why = Field::new("why", "受け入れない理由", Kind::Text(200)).required();
    Form::new("move-decline", "受け入れない", vec![why])
}

/// The handover, if it was proposed to the actor's ward and nobody has decided.
async fn offered(tx: &mut Tx, id: &str) -> Result<Move> {
    let m = record::see(tx, id).await?;
    if m.to_controller_id.as_deref() != Some(&tx.actor.controller_id) {
        return Err(Error::NotFound);
    }
    if m.is_open() {
        Ok(m)
    } else {
        Err(Error::refused("", "この引継ぎは、もう終わっています"))
    }
}

/// Copies what the consent covers under a new number and closes the record that was left.
pub async fn take_over(tx: &mut Tx, codes: &Codes, id: &str, v: &Values) -> Result<ClientNumber> {
    let m = offered(tx, id).await?;
    let on = leave::reached(&m, tx.actor.today())?;
    leave::shut(tx, codes, &m, on).await?;
    let new = copy::copy(tx, &m, v).await?;
    let (at, by) = (tx.actor.at, tx.actor.account_id.clone());
    let taken = tx
        .exec(
            "update moves set accepted_at = $2, accepted_by = $3, new_client_id = $4
             where id = $1 and accepted_at is null",
            args![m.id, at, by, new.id],
        )
        .await?;
    if taken != 1 {
        return Err(Error::refused("", "この引継ぎは、もう終わっています"));
    }
    tx.record(Event::new("accept", "move", &m.id).about(&new.id)).await?;
    Ok(new.number)
}

async fn take(app: &App, actor: &Actor, id: &str, entry: &Entry) -> Result<ClientNumber> {
    record::see(&mut app.read(actor).await?, id).await?;
    let values = accept_form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    let number = take_over(&mut tx, &app.codes, id, &values).await?;
    tx.commit().await?;
    Ok(number)
}

async fn turn_down(app: &App, actor: &Actor, id: &str, entry: &Entry) -> Result<()> {
    record::see(&mut app.read(actor).await?, id).await?;
    let values = decline_form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    turn_away(&mut tx, id, &values).await?;
    Ok(tx.commit().await?)
}

/// The record stays where it is, and what would have crossed is not kept.
pub async fn turn_away(tx: &mut Tx, id: &str, values: &Values) -> Result<()> {
    let (m, actor) = (offered(tx, id).await?, tx.actor.clone());
    tx.exec(
        "update moves set declined_at = $2, declined_by = $3, decline_reason = $4, sheet = ''
         where id = $1",
        args![m.id, actor.at, actor.account_id, values.text("why")],
    )
    .await?;
    tx.record(Event::new("decline", "move", &m.id).about(&m.client_id)).await?;
    Ok(())
}

async fn view(
    app: &App,
    actor: &Actor,
    id: &str,
    (what, entry, bad): (&str, &Entry, &Problems),
) -> Result<Receive> {
    let mut read = app.read(actor).await?;
    let m = record::see(&mut read, id).await?;
    let sheet = Sheet::read(&m.sheet);
    let mine = m.to_controller_id.as_deref() == Some(&actor.controller_id);
    let alike = match mine && m.is_open() {
        true => search::find(&mut read, &sheet.kana, 5).await?,
        false => vec![],
    };
    let none = (Entry::default(), Problems::default());
    let draw = |form: Form| {
        let asked = form.id == what;
        let (entry, bad) = if asked { (entry, bad) } else { (&none.0, &none.1) };
        form.view(entry, bad, &app.codes, &Options::new())
    };
    let title =
        if bad.is_empty() { "転入の引継ぎ" } else { "エラー：転入の引継ぎ" };
    Ok(Receive {
        page: app.page(actor, title, "/moves"),
        accept: draw(accept_form()),
        decline: draw(decline_form()),
        decides: mine && m.is_open(),
        codes: app.codes.clone(),
        alike,
        sheet,
        m,
    })
}

#[derive(Template)]
#[template(path = "moves/receive.html")]
struct Receive {
    page: Page,
    m: Move,
    sheet: Sheet,
    alike: Vec<Summary>,
    accept: FormView,
    decline: FormView,
    decides: bool,
    codes: std::sync::Arc<Codes>,
}
