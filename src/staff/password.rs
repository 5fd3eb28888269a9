//! パスワードを変える: by oneself, or because the administrator asks for it at the next sign-in.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};

use super::login::with_cookie;
use super::sessions::{self, Session};
use super::stage::{self, Stage};
use super::{passwords, proof};
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::store::Tx;
use crate::web::form::{Field, Form, FormView, Kind, Options, Problems};
use crate::web::{App, Entry, Error, Page, Result, Submitted, page, refused};

pub async fn get(
    State(app): State<App>,
    Extension(session): Extension<Session>,
) -> Result<Response> {
    page(view(&app, &session, &Problems::default()))
}

/// `POST /me/password`: every session ends; this one is replaced.
pub async fn post(
    State(app): State<App>,
    Extension(session): Extension<Session>,
    actor: Actor,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match change(&app, &actor, &entry).await {
        Ok(token) => Ok(with_cookie(&app, &token, Redirect::to("/").into_response())),
        Err(Error::Refused(bad)) => refused(view(&app, &session, &bad)),
        Err(e) => Err(e),
    }
}

pub fn form() -> Form {
    let fields = vec![
        Field::new("current", "いまのパスワード", Kind::Password).required(),
        Field::new("password", "新しいパスワード", Kind::Password).required().help(passwords::HELP),
        Field::new("again", "新しいパスワードをもう一度", Kind::Password).required(),
    ];
    Form::new("password", "パスワードを変える", fields)
}

/// The token of the session that goes on. Hashing takes its time outside the transaction.
async fn change(app: &App, actor: &Actor, entry: &Entry) -> Result<String> {
    let v = form().read(entry, &app.codes)?;
    let mut read = app.read(actor).await?;
    let account = proof::known(&mut read, &actor.account_id).await?;
    let whose = passwords::whose(&mut read, &actor.account_id).await?;
    drop(read);
    current_is_right(app, actor, &account, v.text("current")).await?;
    passwords::check(v.text("password"), &whose)?;
    if v.text("password") == v.text("current") {
        return Err(Error::refused("password", "いまと違うパスワードにしてください"));
    }
    passwords::same(v.text("password"), v.text("again"))?;
    let hash = passwords::hash(v.text("password").to_owned()).await?;
    let mut tx = app.write(actor).await?;
    let token = set(&mut tx, &hash).await?;
    tx.commit().await?;
    Ok(token)
}

/// Guessing it here is stopped as at the sign-in.
async fn current_is_right(
    app: &App,
    actor: &Actor,
    account: &proof::Known,
    typed: &str,
) -> Result<()> {
    if account.is_stopped(actor.at) {
        return Err(Error::refused("current", proof::STOPPED));
    }
    let hash = account.password_hash.clone().unwrap_or_default();
    if passwords::verify(typed.to_owned(), hash).await {
        return Ok(());
    }
    let mut tx = app.write(&actor.without_form()).await?;
    proof::count_failure(&mut tx, account).await?;
    tx.commit().await?;
    Err(Error::refused("current", "いまのパスワードが違います"))
}

async fn set(tx: &mut Tx, hash: &str) -> Result<String> {
    let (actor, post) = (tx.actor.clone(), tx.actor.post_id.clone());
    let id = actor.account_id;
    tx.exec(
        "update accounts set password_hash = $2, password_set_at = $3, must_change = 0
         where id = $1",
        args![id, hash, actor.at],
    )
    .await?;
    tx.record(Event::new("set_password", "account", &id)).await?;
    sessions::end_all(tx, &id).await?;
    let stage = stage::next(tx, &id, actor.role, true).await?;
    sessions::open_at(tx, (&id, &post), stage, &actor.at.to_string()).await
}

fn view(app: &App, session: &Session, bad: &Problems) -> PasswordPage {
    let page = app.page(&session.actor, "パスワードを変える", "");
    let must = session.stage == Stage::Password;
    PasswordPage {
        page: if must { page.bare() } else { page },
        must,
        form: form().view(&Entry::default(), bad, &app.codes, &Options::new()),
    }
}

#[derive(Template)]
#[template(path = "staff/password.html")]
struct PasswordPage {
    page: Page,
    must: bool,
    form: FormView,
}
