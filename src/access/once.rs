//! 一度だけ: a form whose answer was lost is sent again by the browser or by hand. The same page
//! with the same content is done once, and the second time answered as the first.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::Actor;
use crate::staff::sessions::digest;
use crate::store::first_answer;
use crate::web::jobs::Job;
use crate::web::submitted::{FORM_BYTES, decode, too_long};
use crate::web::{App, Entry, Result};

/// Between two looks at whether the same form, sent twice at once, is done.
const PAUSE: Duration = Duration::from_millis(10);
const LOOKS: usize = 500;

/// Put on an answer that says: another request is doing this form.
#[derive(Clone)]
pub struct Again;

pub async fn once(app: &App, req: Request, next: Next) -> Response {
    match numbered(req).await {
        Ok((req, None)) => next.run(req).await,
        Ok((req, Some(actor))) => match run(app, &actor, req, next).await {
            Ok(answer) => answer,
            Err(e) => e.into_response(),
        },
        Err(e) => e.into_response(),
    }
}

async fn run(app: &App, actor: &Actor, req: Request, next: Next) -> Result<Response> {
    let _turn = turn(app, &actor.form).await;
    if let Some(first) = before(app, actor).await? {
        return Ok(first);
    }
    let answer = next.run(req).await;
    if answer.status().is_success() || answer.status().is_redirection() {
        return Ok(answer);
    }
    // It may have been refused because the same form, on another server, was just done.
    let looks = if answer.extensions().get::<Again>().is_some() { LOOKS } else { 1 };
    for look in 1..=looks {
        if let Some(first) = before(app, actor).await? {
            return Ok(first);
        }
        if look < looks {
            tokio::time::sleep(PAUSE).await;
        }
    }
    Ok(answer)
}

/// The request, and its actor with the key of the form, if it sent one that counts once.
async fn numbered(mut req: Request) -> Result<(Request, Option<Actor>)> {
    let kind = req.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let form = kind.starts_with("application/x-www-form-urlencoded");
    let path = req.uri().path().to_owned();
    let Some(mut actor) = req.extensions().get::<Actor>().cloned() else { return Ok((req, None)) };
    // A draft is saved over itself: again is what it is for.
    if !form || path.starts_with("/drafts/") {
        return Ok((req, None));
    }
    let (parts, body) = req.into_parts();
    let bytes = to_bytes(body, FORM_BYTES).await.map_err(|_| too_long())?;
    let number = Entry(decode(&bytes)).get("_once").to_owned();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    req = Request::from_parts(parts, Body::from(bytes));
    if number.is_empty() {
        return Ok((req, None));
    }
    actor.form = digest(&format!("{}\n{path}\n{text}", actor.account_id));
    req.extensions_mut().insert(actor.clone());
    Ok((req, Some(actor)))
}

/// The same form sent twice at the same moment waits for the first.
async fn turn(app: &App, key: &str) -> Job {
    loop {
        if let Some(turn) = app.jobs.begin(key, "送信", 1) {
            return turn;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn before(app: &App, actor: &Actor) -> Result<Option<Response>> {
    let first = first_answer(&mut app.read(actor).await?, &actor.form).await?;
    Ok(first.map(|to| match to.as_str() {
        "" => Html(include_str!("again.html")).into_response(),
        to => Redirect::to(to).into_response(),
    }))
}
