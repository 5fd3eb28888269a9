//! The gate every request passes: the session, the row of the access table, the headers.

use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::StatusCode;
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, COOKIE, HeaderMap, HeaderValue};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

use super::once::once;
use super::{Actor, emergency};
use crate::staff::{sessions, tokens};
use crate::web::submitted::same_site;
use crate::web::{App, Error, Problem, Result};

/// Nothing from elsewhere, no inline script or style, no frame.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

pub async fn gate(State(app): State<App>, mut req: Request, next: Next) -> Response {
    // A program's second sending is known by its Idempotency-Key (api/call.rs).
    let api = req.uri().path().starts_with("/api/");
    let entered = match api {
        true => enter_api(&app, &mut req).await.map(|()| None).map_err(Problem::into_response),
        false => enter(&app, &mut req).await.map_err(Error::into_response),
    };
    let mut answer = match entered {
        Ok(None) if api => next.run(req).await,
        Ok(None) => once(&app, req, next).await,
        Ok(Some(elsewhere)) | Err(elsewhere) => elsewhere,
    };
    guard(answer.headers_mut());
    answer
}

/// What every answer says to the browser: keep nothing, fetch nothing, be framed by nobody.
fn guard(headers: &mut HeaderMap) {
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    for (name, value) in [
        ("content-security-policy", CSP),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("x-frame-options", "DENY"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// `None`: go on. `Some`: the sign-in first.
async fn enter(app: &App, req: &mut Request) -> Result<Option<Response>> {
    let method = req.method().as_str().to_owned();
    let path = req.extensions().get::<MatchedPath>().map(|p| p.as_str().to_owned());
    let path = path.ok_or(Error::NotFound)?;
    let row = app.access.find(&method, &path).ok_or(Error::NotFound)?;
    let changes = !matches!(method.as_str(), "GET" | "HEAD");
    if changes && !same_site(req.headers()) {
        return Err(Error::Stale);
    }
    let token = cookie(req.headers());
    let actor = match token {
        Some(token) => sessions::resume(app, &token).await?,
        None => None,
    };
    match actor {
        Some(mut actor) if row.public || row.roles.contains(&actor.role) => {
            if row.emergency {
                actor.emergency = emergency::open(app, &actor, (&path, req.uri().path())).await?;
            }
            req.extensions_mut().insert(actor);
            Ok(None)
        }
        Some(_) => Err(Error::NotFound),
        None if row.public => Ok(None),
        None if changes => Err(Error::Stale),
        None => {
            let to = req.uri().path_and_query().map_or("/", |p| p.as_str());
            Ok(Some(Redirect::to(&format!("/login?next={}", escape(to))).into_response()))
        }
    }
}

/// Programs come with a token, never with a cookie: what a browser sends by itself opens nothing.
async fn enter_api(app: &App, req: &mut Request) -> Result<(), Problem> {
    let method = req.method().as_str().to_owned();
    let path = req.extensions().get::<MatchedPath>().map(|p| p.as_str().to_owned());
    let path = path.ok_or_else(Problem::not_found)?;
    let row = app.access.find(&method, &path).ok_or_else(|| other_method(app, &path))?;
    if row.public {
        return Ok(());
    }
    let token = req.headers().get(AUTHORIZATION).and_then(|v| v.to_str().ok());
    let token = token.and_then(|t| t.strip_prefix("Bearer ")).unwrap_or_default().trim();
    let known = if token.is_empty() { None } else { tokens::resume(app, token).await? };
    let (actor, grant) = known.ok_or_else(Problem::unauthorized)?;
    if !row.roles.contains(&actor.role) {
        return Err(Problem::not_found());
    }
    req.extensions_mut().insert(actor);
    req.extensions_mut().insert(grant);
    Ok(())
}

fn other_method(app: &App, path: &str) -> Problem {
    let rows = app.access.rows().iter().filter(|r| r.path == path);
    let methods: Vec<_> = rows.map(|r| r.method.as_str()).collect();
    let (title, detail) = ("使えない方法です", "この住所では、Allow にある方法だけが使えます。");
    let mut out = Problem::new(StatusCode::METHOD_NOT_ALLOWED, title, detail);
    out.allow = methods.join(", ");
    if methods.is_empty() { Problem::not_found() } else { out }
}

pub const COOKIE_NAME: &str = "kakehashi";

fn cookie(headers: &HeaderMap) -> Option<String> {
    let all = headers.get_all(COOKIE).iter().filter_map(|v| v.to_str().ok());
    all.flat_map(|v| v.split(';'))
        .filter_map(|c| c.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE_NAME)
        .map(|(_, value)| value.to_owned())
}

/// Percent-encodes what may not stand in a query value.
pub fn escape(text: &str) -> String {
    use std::fmt::Write;
    text.bytes().fold(String::new(), |mut out, b| {
        if b.is_ascii_alphanumeric() || b"-_.~/".contains(&b) {
            out.push(char::from(b));
        } else {
            let _ = write!(out, "%{b:02X}");
        }
        out
    })
}

impl<S: Send + Sync> FromRequestParts<S> for Actor {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        parts.extensions.get::<Self>().cloned().ok_or(Error::NotFound)
    }
}
