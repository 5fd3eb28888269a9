//! 確認コード: the second step of signing in, for whoever uses a second factor.

use askama::Template;
use axum::Extension;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::login::{local, signed_in};
use super::sessions::Session;
use super::stage::{self, Stage};
use super::{proof, recovery};
use crate::web::form::{Field, Form, FormView, Kind, Options, Problems};
use crate::web::{App, Entry, Result, Submitted, page};

#[derive(Deserialize)]
pub struct Next {
    #[serde(default)]
    next: String,
}

pub async fn get(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Query(to): Query<Next>,
) -> Result<Response> {
    if session.stage != Stage::Code {
        return Ok(Redirect::to(&local(&to.next)).into_response());
    }
    page(view(&app, &session, &to.next, &Problems::default()).await?)
}

pub async fn post(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    let next = local(entry.get("next"));
    let bad = enter(&app, &session, &entry).await?;
    if bad.is_empty() {
        return Ok(Redirect::to(&next).into_response());
    }
    let body = view(&app, &session, &next, &bad).await?.render()?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(body)).into_response())
}

pub fn form() -> Form {
    let code = Field::new("code", "確認コード", Kind::Text(40)).required();
    let help =
        "アプリに出ている6桁の数字を入力します。電話がないときは、紙の回復コードを入力します。";
    Form::new("login-code", "確認コードの入力", vec![code.help(help)])
}

/// What is wrong with the code; nothing: the session goes on to its next step.
async fn enter(app: &App, session: &Session, entry: &Entry) -> Result<Problems> {
    let v = match form().read(entry, &app.codes) {
        Ok(v) => v,
        Err(bad) => return Ok(bad),
    };
    let actor = &session.actor;
    let mut tx = app.write_always(&actor.without_form()).await?;
    let account = proof::known(&mut tx, &actor.account_id).await?;
    if account.is_stopped(actor.at) {
        return Ok(Problems::one("code", proof::STOPPED));
    }
    // Removed in the meantime by the administrator: then there is nothing to ask.
    let right = match proof::factor(&mut tx, &actor.account_id).await? {
        Some(factor) => proof::code(&mut tx, app, &factor, v.text("code")).await?,
        None => true,
    };
    if right {
        proof::forgive(&mut tx, &account.id).await?;
        signed_in(&mut tx, &account.id).await?;
        stage::advance(&mut tx).await?;
    } else {
        proof::count_failure(&mut tx, &account).await?;
    }
    tx.commit().await?;
    Ok(if right { Problems::default() } else { Problems::one("code", proof::WRONG_CODE) })
}

async fn view(app: &App, session: &Session, next: &str, bad: &Problems) -> Result<LoginCode> {
    let mut read = app.read(&session.actor).await?;
    let left = match proof::factor(&mut read, &session.actor.account_id).await? {
        Some(factor) => recovery::left(&mut read, &factor.id).await?,
        None => 0,
    };
    Ok(LoginCode {
        place: app.config.place.clone(),
        name: session.actor.name.clone(),
        csrf: session.actor.csrf.clone(),
        next: local(next),
        left,
        form: form().view(&Entry::default(), bad, &app.codes, &Options::new()),
        code: proof::shown(app, &mut read, &session.actor.account_id).await?,
    })
}

#[derive(Template)]
#[template(path = "staff/login_code.html")]
struct LoginCode {
    place: String,
    name: String,
    csrf: String,
    next: String,
    left: i64,
    form: FormView,
    /// What the app would show, in the sample.
    code: String,
}
