//! ログイン: the password, and the post when there are several.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::proof::{self, Known};
use super::stage::Stage;
use super::{passwords, sessions, stage};
use crate::access::{Actor, COOKIE_NAME, Role, escape};
use crate::args;
use crate::store::Tx;
use crate::web::form::Entry;
use crate::web::{App, Result, Submitted, page};

#[derive(Deserialize)]
pub struct Next {
    #[serde(default)]
    next: String,
}

pub async fn get(State(app): State<App>, Query(to): Query<Next>) -> Result<Response> {
    page(sign_in(&app, to.next, String::new(), "").await?)
}

pub async fn post(State(app): State<App>, Submitted(entry): Submitted) -> Result<Response> {
    let (login, next) = (entry.get("login").to_owned(), local(entry.get("next")));
    match check(&app, &entry).await? {
        // What comes first after the password leads there by itself; the code must know where to.
        Ok((token, Stage::Code)) => {
            let to = format!("/login/code?next={}", escape(&next));
            Ok(with_cookie(&app, &token, Redirect::to(&to).into_response()))
        }
        Ok((token, _)) => Ok(with_cookie(&app, &token, Redirect::to(&next).into_response())),
        Err(why) => {
            let body = sign_in(&app, next, login, why).await?.render()?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(body)).into_response())
        }
    }
}

pub async fn logout(
    State(app): State<App>,
    actor: Actor,
    headers: HeaderMap,
    Submitted(_): Submitted,
) -> Result<Response> {
    let token = headers.get("cookie").and_then(|v| v.to_str().ok()).unwrap_or_default();
    let token = token.split(';').filter_map(|c| c.trim().split_once('='));
    let token = token.filter(|(n, _)| *n == COOKIE_NAME).map(|(_, v)| v).next();
    let mut tx = app.write_always(&actor).await?;
    sessions::end(&mut tx, token.unwrap_or_default()).await?;
    tx.commit().await?;
    Ok(with_cookie(&app, "", Redirect::to("/login").into_response()))
}

const WRONG: &str = "ログイン名かパスワードが違います。大文字・小文字と、かな入力になっていないかを確かめてください";

/// The token of a new session and what comes first in it, or why there is none.
async fn check(app: &App, entry: &Entry) -> Result<Result<(String, Stage), &'static str>> {
    let system = Actor::system(app.clock.now(), "");
    let account: Option<Known> = app
        .read(&system)
        .await?
        .maybe(
            "select id, password_hash, failures, locked_until from accounts
             where login = $1 and disabled_at is null
               and (leaves_on is null or leaves_on > $2)",
            args![entry.get("login"), system.today()],
        )
        .await?;
    // The same work for an unknown name: the time taken does not tell who has an account.
    let Some(account) = account.filter(|a| a.password_hash.is_some()) else {
        passwords::hash(entry.get("password").to_owned()).await?;
        return Ok(Err(WRONG));
    };
    if account.is_stopped(system.at) {
        return Ok(Err(proof::STOPPED));
    }
    let hash = account.password_hash.clone().unwrap_or_default();
    let right = passwords::verify(entry.get("password").to_owned(), hash).await;
    let mut tx = app.write_always(&system).await?;
    if !right {
        proof::count_failure(&mut tx, &account).await?;
        tx.commit().await?;
        return Ok(Err(WRONG));
    }
    let Some((post, role)) = current_post(&mut tx, &account.id).await? else {
        return Ok(Err("いま使える職がありません。システム管理者に知らせてください"));
    };
    let stage = stage::next(&mut tx, &account.id, role, false).await?;
    let token = open(&mut tx, &account.id, &post, stage).await?;
    tx.commit().await?;
    Ok(Ok((token, stage)))
}

/// Wrong tries are forgotten only when everything was right: the code is not guessed in between.
async fn open(tx: &mut Tx, account: &str, post: &str, stage: Stage) -> Result<String> {
    let at = tx.actor.at.to_string();
    if stage != Stage::Code {
        proof::forgive(tx, account).await?;
        signed_in(tx, account).await?;
    }
    sessions::open_at(tx, (account, post), stage, &at).await
}

/// For the yearly review of rights.
pub async fn signed_in(tx: &mut Tx, account: &str) -> Result<()> {
    let at = tx.actor.at;
    tx.exec("update accounts set signed_in_at = $2 where id = $1", args![account, at]).await?;
    Ok(())
}

/// The post a session starts with: the oldest that is valid today.
async fn current_post(tx: &mut Tx, account_id: &str) -> Result<Option<(String, Role)>> {
    let today = tx.actor.today();
    let row: Option<(String, String)> = tx
        .maybe(
            "select id, role from posts where account_id = $1 and voided_at is null
               and valid_from <= $2 and (valid_until is null or valid_until > $2)
             order by valid_from, id limit 1",
            args![account_id, today],
        )
        .await?;
    Ok(row.and_then(|(id, role)| Some((id, Role::from_code(&role)?))))
}

/// Only paths of this server: a link in a mail must not lead elsewhere after signing in.
pub fn local(next: &str) -> String {
    let safe =
        next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\n', '\r']);
    if safe { next.to_owned() } else { "/".to_owned() }
}

pub fn with_cookie(app: &App, token: &str, mut answer: Response) -> Response {
    let secure = if app.config.secure { "; Secure" } else { "" };
    let age = if token.is_empty() { "; Max-Age=0" } else { "" };
    let cookie = format!("{COOKIE_NAME}={token}; Path=/; HttpOnly; SameSite=Lax{secure}{age}");
    if let Ok(value) = cookie.parse() {
        answer.headers_mut().append(SET_COOKIE, value);
    }
    answer
}

/// Demo accounts: (login, name, role), shown only where the data is the sample ward.
pub type DemoAccounts = Vec<(String, String, String)>;

async fn sign_in(app: &App, next: String, login: String, why: &'static str) -> Result<SignIn> {
    let accounts = if app.config.demo { demo_accounts(app).await? } else { vec![] };
    let place = app.config.place.clone();
    Ok(SignIn { next, login, why, place, demo: app.config.demo, accounts })
}

/// One account a role, the first of each.
pub async fn demo_accounts(app: &App) -> Result<DemoAccounts> {
    let rows: DemoAccounts = app
        .read(&Actor::system(app.clock.now(), ""))
        .await?
        .all(
            "select a.login, a.name || '（' || o.name || '）', p.role from posts p
             join accounts a on a.id = p.account_id join organisations o on o.id = p.organisation_id
             where a.login = 'demo-' || p.role
             order by p.id",
            args![],
        )
        .await?;
    let label = |code: &str| crate::access::Role::from_code(code).map_or("", |r| r.label());
    Ok(rows.into_iter().map(|(l, n, r)| (l, n, label(&r).to_owned())).collect())
}

#[derive(Template)]
#[template(path = "staff/login.html")]
struct SignIn {
    next: String,
    login: String,
    why: &'static str,
    place: String,
    demo: bool,
    accounts: DemoAccounts,
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn signing_in_never_leads_away() {
        assert_eq!(local("/clients?q=1"), "/clients?q=1");
        for away in ["//evil", "http://evil", "/\\evil", "", "javascript:1"] {
            assert_eq!(local(away), "/");
        }
    }
}
