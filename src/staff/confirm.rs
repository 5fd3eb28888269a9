//! もう一度、本人の確認: the password (and the code) on the locked screen, and before exports and
//! changes of rights. What was being done goes on afterwards (`access/passage.rs`).

use askama::Template;
use axum::Extension;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::login::local;
use super::sessions::{self, Session};
use super::{held, proof};
use crate::access::escape;
use crate::web::form::{Field, Form, FormView, Kind, Options, Problems};
use crate::web::{App, Entry, Error, Result, Submitted, page};

/// Where it goes on: a page, or a form that was kept.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Going {
    #[serde(default)]
    pub next: String,
    #[serde(default)]
    pub held: String,
}

pub async fn get(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Query(going): Query<Going>,
) -> Result<Response> {
    if !session.locked && session.confirmed && going.held.is_empty() {
        return Ok(Redirect::to(&local(&going.next)).into_response());
    }
    page(view(&app, &session, &going, &Problems::default()).await?)
}

/// `POST /confirm`: for a page. A kept form is sent to its own address, with `?held=`.
pub async fn post(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    let going = Going { next: local(entry.get("next")), held: String::new() };
    let bad = confirm(&app, &session, &entry).await?;
    if !bad.is_empty() {
        return refuse(&app, &session, &going, &bad).await;
    }
    go_on(&app, going.next)
}

/// A file leaves the page as it is: a page that still asks for the password would be odd.
fn go_on(app: &App, next: String) -> Result<Response> {
    let path = next.split('?').next().unwrap_or_default();
    if path.contains("/files/") || path.ends_with("/file") {
        return page(File { place: app.config.place.clone(), next });
    }
    Ok(Redirect::to(&next).into_response())
}

/// `POST /lock`: whoever leaves the desk closes the screen; the script does it after a while.
pub async fn lock(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    let mut tx = app.write_always(&session.actor).await?;
    sessions::lock(&mut tx).await?;
    tx.commit().await?;
    let next = escape(&local(entry.get("next")));
    Ok(Redirect::to(&format!("/confirm?next={next}")).into_response())
}

pub fn form(factor: bool) -> Form {
    let mut fields = vec![Field::new("password", "パスワード", Kind::Password).required()];
    if factor {
        let code = Field::new("code", "確認コード", Kind::Text(40)).required();
        fields.push(code.help("アプリに出ている6桁の数字。電話がないときは、紙の回復コード。"));
    }
    Form::new("confirm", "本人の確認", fields)
}

/// What is wrong with it; nothing: from now on the session is open again.
pub async fn confirm(app: &App, session: &Session, entry: &Entry) -> Result<Problems> {
    let mut read = app.read(&session.actor).await?;
    let factor = proof::factor(&mut read, &session.actor.account_id).await?;
    drop(read);
    if let Err(bad) = form(factor.is_some()).read(entry, &app.codes) {
        return Ok(bad);
    }
    let bad = proof::both(app, &session.actor, entry).await?;
    if bad.is_empty() {
        let mut tx = app.write_always(&session.actor.without_form()).await?;
        sessions::confirm(&mut tx).await?;
        tx.commit().await?;
        app.seen.mark(&session.key, session.actor.at);
    }
    Ok(bad)
}

/// The page again, with what is wrong.
pub async fn refuse(
    app: &App,
    session: &Session,
    going: &Going,
    bad: &Problems,
) -> Result<Response> {
    let body = view(app, session, going, bad).await?.render()?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(body)).into_response())
}

async fn view(app: &App, session: &Session, going: &Going, bad: &Problems) -> Result<Confirm> {
    let mut read = app.read(&session.actor).await?;
    let factor = proof::factor(&mut read, &session.actor.account_id).await?;
    let action = match going.held.as_str() {
        "" => "/confirm".to_owned(),
        id => {
            let held = held::find(&mut read, id).await?.ok_or(Error::NotFound)?;
            let path = held.path.split('?').next().unwrap_or_default();
            format!("{path}?held={}", escape(id))
        }
    };
    Ok(Confirm {
        place: app.config.place.clone(),
        name: session.actor.name.clone(),
        organisation: session.actor.organisation.clone(),
        csrf: session.actor.csrf.clone(),
        locked: session.locked,
        waits: !going.held.is_empty(),
        next: local(&going.next),
        action,
        form: form(factor.is_some()).view(&Entry::default(), bad, &app.codes, &Options::new()),
        code: proof::shown(app, &mut read, &session.actor.account_id).await?,
    })
}

#[derive(Template)]
#[template(path = "staff/confirm.html")]
struct Confirm {
    place: String,
    name: String,
    organisation: String,
    csrf: String,
    locked: bool,
    /// Something that was sent waits for the password.
    waits: bool,
    next: String,
    action: String,
    form: FormView,
    /// What the app would show, in the sample.
    code: String,
}

#[derive(Template)]
#[template(path = "staff/confirm_file.html")]
struct File {
    place: String,
    next: String,
}
