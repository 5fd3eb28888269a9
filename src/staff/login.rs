//! ログイン: the password, and the post when there are several.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use civil::Minutes;
use serde::Deserialize;
use sqlx::FromRow;

use super::{passwords, sessions};
use crate::access::{Actor, COOKIE_NAME};
use crate::args;
use crate::audit::Event;
use crate::store::Tx;
use crate::web::form::Entry;
use crate::web::{App, Result, Submitted, page};

const TRIES: i64 = 10;
const LOCK_MINUTES: i64 = 15;

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
        Ok(token) => Ok(with_cookie(&app, &token, Redirect::to(&next).into_response())),
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
    let mut tx = app.write(&actor).await?;
    sessions::end(&mut tx, token.unwrap_or_default()).await?;
    tx.commit().await?;
    Ok(with_cookie(&app, "", Redirect::to("/login").into_response()))
}

#[derive(FromRow)]
struct Account {
    id: String,
    password_hash: Option<String>,
    failures: i64,
    locked_until: Option<String>,
}

const WRONG: &str = "ログイン名かパスワードが違います。大文字・小文字と、かな入力になっていないかを確かめてください";

/// The token of a new session, or why there is none.
async fn check(app: &App, entry: &Entry) -> Result<Result<String, &'static str>> {
    let system = Actor::system(app.clock.now(), "");
    let account: Option<Account> = app
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
    let Some(Account { id, password_hash: Some(hash), failures, locked_until }) = account else {
        passwords::hash(entry.get("password").to_owned()).await?;
        return Ok(Err(WRONG));
    };
    if locked_until.is_some_and(|until| until > system.at.to_string()) {
        return Ok(Err(
            "続けて間違えたため、15分間ログインできません。時間をおいてからお試しください",
        ));
    }
    let right = passwords::verify(entry.get("password").to_owned(), hash).await;
    let mut tx = app.write(&system).await?;
    if !right {
        count_failure(&mut tx, &id, failures + 1).await?;
        tx.commit().await?;
        return Ok(Err(WRONG));
    }
    let Some(post) = current_post(&mut tx, &id).await? else {
        return Ok(Err("いま使える職がありません。システム管理者に知らせてください"));
    };
    tx.exec("update accounts set failures = 0, locked_until = null where id = $1", args![id])
        .await?;
    let token = sessions::open(&mut tx, &id, &post).await?;
    tx.commit().await?;
    Ok(Ok(token))
}

async fn count_failure(tx: &mut Tx, id: &str, failures: i64) -> Result<()> {
    let at = tx.actor.at;
    let until = at.plus(Minutes(LOCK_MINUTES));
    let locked = (failures % TRIES == 0).then_some(until);
    tx.exec(
        "update accounts set failures = $2, locked_until = $3 where id = $1",
        args![id, failures, locked],
    )
    .await?;
    tx.record(Event::new("fail", "sign_in", id)).await?;
    Ok(())
}

/// The post a session starts with: the oldest that is valid today.
async fn current_post(tx: &mut Tx, account_id: &str) -> Result<Option<String>> {
    let today = tx.actor.today();
    let row: Option<(String,)> = tx
        .maybe(
            "select id from posts where account_id = $1 and voided_at is null
               and valid_from <= $2 and (valid_until is null or valid_until > $2)
             order by valid_from, id limit 1",
            args![account_id, today],
        )
        .await?;
    Ok(row.map(|r| r.0))
}

/// Only paths of this server: a link in a mail must not lead elsewhere after signing in.
fn local(next: &str) -> String {
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
