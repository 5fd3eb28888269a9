//! A consultation that should not have been written down is voided with a reason.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};

use super::correct::{open, void};
use super::record::Consultation;
use crate::access::Actor;
use crate::audit::Event;
use crate::follow_ups;
use crate::store::Tx;
use crate::web::did::did;
use crate::web::form::{Field, Form, FormView, Kind, Options, Problems};
use crate::web::page::refused;
use crate::web::{App, Entry, Error, Page, Result, Submitted, page};

pub async fn get(State(app): State<App>, actor: Actor, Path(id): Path<String>) -> Result<Response> {
    let view = view(&app, &actor, &id, (&Entry::default(), &Problems::default())).await?;
    let event = Event::new("view", "consultation", &id).client(view.k.client_id.clone());
    app.viewed(&actor, event).await?;
    page(view)
}

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save(&app, &actor, &id, &entry).await {
        Ok(()) => {
            let to = did(&format!("/consultations/{id}"), "consultation-void", &id);
            Ok(Redirect::to(&to).into_response())
        }
        Err(Error::Refused(bad)) => refused(view(&app, &actor, &id, (&entry, &bad)).await?),
        Err(e) => Err(e),
    }
}

pub fn form() -> Form {
    let why = Field::new("why", "取り消しの理由", Kind::Text(200))
        .required()
        .help("例：同じ相談を二度登録した。記録は消えず、取り消したことと理由が残ります。");
    Form::new("consultation-withdraw", "相談を取り消す", vec![why])
}

/// Voids the row; what was still to be done because of it ends too.
pub async fn withdraw(tx: &mut Tx, id: &str, why: &str) -> Result<()> {
    let k = open(tx, id).await?;
    void(tx, id, why).await?;
    follow_ups::withdrawn(tx, "consultation", id, why).await?;
    tx.record(Event::new("withdraw", "consultation", id).client(k.client_id)).await?;
    Ok(())
}

async fn save(app: &App, actor: &Actor, id: &str, entry: &Entry) -> Result<()> {
    let values = form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    withdraw(&mut tx, id, values.text("why")).await?;
    Ok(tx.commit().await?)
}

async fn view(
    app: &App,
    actor: &Actor,
    id: &str,
    (entry, bad): (&Entry, &Problems),
) -> Result<Withdraw> {
    let k = open(&mut app.read(actor).await?, id).await?;
    let form = form().view(entry, bad, &app.codes, &Options::new());
    let title = if bad.is_empty() {
        "相談を取り消す"
    } else {
        "エラー 1か所：相談を取り消す"
    };
    Ok(Withdraw { page: app.page(actor, title, "/consultations"), k, form })
}

#[derive(Template)]
#[template(path = "consultations/withdraw.html")]
struct Withdraw {
    page: Page,
    k: Consultation,
    form: FormView,
}
