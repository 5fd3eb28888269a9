//! 通る前に: a session that has signed in may still have something to do first: the steps after the
//! password, the password again on a locked screen, or before an export or a change of rights. A
//! form that comes in at such a moment is kept, and done when the password is right.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::Method;
use axum::http::header::{CONTENT_TYPE, HeaderMap, REFERER};
use axum::response::{IntoResponse, Redirect, Response};

use super::escape;
use super::table::Row;
use crate::staff::confirm::{self, Going};
use crate::staff::held;
use crate::staff::sessions::Session;
use crate::staff::stage::Stage;
use crate::web::submitted::{FORM_BYTES, decode, encode, too_long};
use crate::web::{App, Entry, Error, Result};

/// What a locked screen may still do: open itself, end, and save what was being typed.
const WHILE_LOCKED: &[&str] = &["/confirm", "/lock", "/drafts/{form}"];
/// Whoever has steps before them may leave, and lock the screen.
const ON_THE_WAY: &[&str] = &["/confirm", "/lock"];

/// Put on a request whose form had been kept: forgotten when it is answered.
#[derive(Clone)]
pub struct Resumed(pub String);

/// `None`: go on. `Some`: this first.
pub async fn stop(
    app: &App,
    session: &Session,
    row: &Row,
    req: &mut Request,
) -> Result<Option<Response>> {
    let path = row.path.as_str();
    if path == "/logout" {
        return Ok(None);
    }
    if session.stage == Stage::Code {
        return Ok(lead(session.stage, path, req));
    }
    let on_the_way = session.stage == Stage::Ready || session.stage.places().contains(&path);
    if on_the_way && row.method != "GET" && held_id(req).is_some() {
        return resume(app, session, req).await;
    }
    if session.locked {
        return if WHILE_LOCKED.contains(&path) { Ok(None) } else { ask(app, session, req).await };
    }
    app.seen.mark(&session.key, session.actor.at);
    if session.stage != Stage::Ready {
        return Ok(if ON_THE_WAY.contains(&path) { None } else { lead(session.stage, path, req) });
    }
    if row.confirmed && !session.confirmed {
        return ask(app, session, req).await;
    }
    Ok(None)
}

/// To the page of the step, unless it is the one asked for.
fn lead(stage: Stage, path: &str, req: &Request) -> Option<Response> {
    let places = stage.places();
    let place = places.first().copied().unwrap_or("/");
    let next = match (stage, req.method().as_str()) {
        (Stage::Code, "GET") => format!("?next={}", escape(&asked(req))),
        _ => String::new(),
    };
    let open = places.contains(&path);
    (!open).then(|| Redirect::to(&format!("{place}{next}")).into_response())
}

fn asked(req: &Request) -> String {
    req.uri().path_and_query().map_or("/", |p| p.as_str()).to_owned()
}

/// The password first; a form that was sent is kept until then.
async fn ask(app: &App, session: &Session, req: &mut Request) -> Result<Option<Response>> {
    let get = req.method() == Method::GET;
    let held = if get { None } else { keep(app, session, req).await? };
    let next = if get { asked(req) } else { back(req.headers()) };
    let to = match held {
        Some(id) => format!("/confirm?held={id}"),
        None => format!("/confirm?next={}", escape(&next)),
    };
    Ok(Some(Redirect::to(&to).into_response()))
}

/// The id of the kept form; `None` for what cannot be kept (a file).
async fn keep(app: &App, session: &Session, req: &mut Request) -> Result<Option<String>> {
    // A script asked, not a person: it would take the page of the password for its answer.
    if header(req.headers(), "sec-fetch-dest") == "empty" {
        return Err(Error::Stale);
    }
    let kind = header(req.headers(), CONTENT_TYPE.as_str());
    if !kind.starts_with("application/x-www-form-urlencoded") {
        return Ok(None);
    }
    let entry = body(session, req).await?;
    let mut tx = app.write(&session.actor).await?;
    let id = held::hold(&mut tx, &asked(req), &entry).await?;
    tx.commit().await?;
    Ok(Some(id))
}

/// What was sent, if it is this session's.
async fn body(session: &Session, req: &mut Request) -> Result<Entry> {
    let body = std::mem::take(req.body_mut());
    let bytes = to_bytes(body, FORM_BYTES).await.map_err(|_| too_long())?;
    let entry = Entry(decode(&bytes));
    if session.actor.csrf.is_empty() || session.actor.csrf != entry.get("_csrf") {
        return Err(Error::Stale);
    }
    Ok(entry)
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
}

/// The page a file was chosen on.
fn back(headers: &HeaderMap) -> String {
    let path = header(headers, REFERER.as_str())
        .split_once("://")
        .and_then(|(_, rest)| rest.split_once('/'));
    path.map_or_else(|| "/".to_owned(), |(_, path)| format!("/{path}"))
}

fn held_id(req: &Request) -> Option<String> {
    let query = req.uri().query().unwrap_or_default();
    let id = query.split('&').find_map(|pair| pair.strip_prefix("held="))?;
    Some(id.to_owned())
}

/// The password of the page that asked for it; if it is right, the kept form instead of it.
async fn resume(app: &App, session: &Session, req: &mut Request) -> Result<Option<Response>> {
    let id = held_id(req).unwrap_or_default();
    let held = held::find(&mut app.read(&session.actor).await?, &id).await?;
    let held = held.ok_or(Error::NotFound)?;
    if held.path.split('?').next() != Some(req.uri().path()) {
        return Err(Error::NotFound);
    }
    let entry = body(session, req).await?;
    let bad = confirm::confirm(app, session, &entry).await?;
    if !bad.is_empty() {
        let going = Going { held: id, next: String::new() };
        return confirm::refuse(app, session, &going, &bad).await.map(Some);
    }
    *req.uri_mut() = held.path.parse().map_err(|_| Error::NotFound)?;
    *req.body_mut() = Body::from(encode(&held.entry.0));
    req.extensions_mut().insert(Resumed(id));
    Ok(None)
}

/// The answer to a kept form was given, whatever it said: its page shows what was typed.
pub async fn answered(app: &App, session: &Session, id: &str) -> Result<()> {
    let mut tx = app.write(&session.actor.without_form()).await?;
    held::let_go(&mut tx, id).await?;
    Ok(tx.commit().await?)
}
