//! 予約: minutes, tickets or yen are held for a day to come.

use std::sync::Arc;

use ::programmes::Catalogue;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};

use super::enter::{Kind, enter};
use super::show::{WritePage, opened, write_page};
use super::{Award, bodies, wish};
use crate::access::Actor;
use crate::audit::Event;
use crate::store::Tx;
use crate::web::{App, Entry, Error, Form, Problems, Result, Submitted, Values, page, refused};

type All = Extension<Arc<Catalogue>>;

pub async fn get(
    State(app): State<App>,
    Extension(all): All,
    actor: Actor,
    Path((number, decision)): Path<(String, String)>,
) -> Result<Response> {
    let none = (Entry::default(), Problems::default());
    let view = view(&app, &all, &actor, (&number, &decision), (&none.0, &none.1)).await?;
    let id = view.client_id();
    app.viewed(&actor, Event::new("view", "ledger", id).about(id)).await?;
    page(view)
}

pub async fn post(
    State(app): State<App>,
    Extension(all): All,
    actor: Actor,
    Path((number, decision)): Path<(String, String)>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save(&app, &all, &actor, (&number, &decision), &entry).await {
        Ok(()) => Ok(Redirect::to(&format!("/clients/{number}/ledger")).into_response()),
        Err(e) => {
            let bad = e.problems()?;
            refused(view(&app, &all, &actor, (&number, &decision), (&entry, &bad)).await?)
        }
    }
}

pub fn form() -> Form {
    Form::new("ledger-book", "予約する", wish::fields())
}

async fn save(
    app: &App,
    all: &Catalogue,
    actor: &Actor,
    (number, decision): (&str, &str),
    entry: &Entry,
) -> Result<()> {
    let award = opened(&mut app.read(actor).await?, number, decision).await?;
    let values = form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    book(&mut tx, all, &award, &values).await?;
    tx.leads_to(format!("/clients/{number}/ledger"));
    Ok(tx.commit().await?)
}

/// Holds what a use will take; the actor has seen the award.
pub async fn book(tx: &mut Tx, all: &Catalogue, award: &Award, v: &Values) -> Result<String> {
    let wish = wish::read(v)?;
    if wish.used.on < tx.actor.today() {
        let why = "予約はきょうからの日付で入れます。すんだ利用は「実績」に記録してください";
        return Err(Error::refused("on", why));
    }
    if award.closed == 1 {
        return Err(Error::refused("", "終結した人の予約はできません"));
    }
    enter(tx, all, award, Kind::Booking, &wish, None).await
}

async fn view(
    app: &App,
    all: &Catalogue,
    actor: &Actor,
    (number, decision): (&str, &str),
    (entry, bad): (&Entry, &Problems),
) -> Result<WritePage> {
    let mut read = app.read(actor).await?;
    let award = opened(&mut read, number, decision).await?;
    let (programme, today) = (award.programme(all)?, actor.today());
    let organisations = bodies::on(&mut read, &award, award.nearest(today)).await?;
    let options = wish::options(programme, award.version(programme, today), organisations);
    let form = form().view(entry, bad, &app.codes, &options);
    write_page(app, all, &mut read, number, &award, ("予約する", form)).await
}
