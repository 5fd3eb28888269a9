//! The gate every request passes: the session, the row of the access table, the headers.

use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::StatusCode;
use axum::http::header::{
    ACCEPT, ALLOW, AUTHORIZATION, CACHE_CONTROL, COOKIE, HeaderMap, HeaderValue,
};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

use super::once::once;
use super::passage::{Resumed, answered, stop};
use super::{Actor, Row, doorstep, emergency};
use crate::staff::sessions::{self, Session};
use crate::staff::stage::Stage;
use crate::staff::tokens;
use crate::web::did::Did;
use crate::web::faults::{self, Fault};
use crate::web::submitted::same_site;
use crate::web::{App, Error, Problem, Result};

/// Nothing from elsewhere, no inline script or style, no frame.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

pub async fn gate(State(app): State<App>, req: Request, next: Next) -> Response {
    let pattern = req.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let route = format!("{} {pattern}", req.method());
    let mut answer = answer(&app, req, next).await;
    if let Some(faults::Number(number)) = answer.extensions().get::<faults::Number>().cloned() {
        app.faults.keep(Fault { number, at: app.clock.now(), route });
    }
    guard(answer.headers_mut());
    answer
}

async fn answer(app: &App, mut req: Request, next: Next) -> Response {
    // A program's second sending is known by its Idempotency-Key (api/call.rs).
    let api = req.uri().path().starts_with("/api/");
    let entered = match api {
        true => enter_api(app, &mut req).await.map_err(Problem::into_response),
        false => enter(app, &mut req).await.map_err(Error::into_response),
    };
    match entered {
        Ok(None) if is_long(&req) => {
            let (long, app) = (app.long.clone(), app.clone());
            long.run(async move { go_on(&app, api, req, next).await }).await
        }
        Ok(None) => go_on(app, api, req, next).await,
        Ok(Some(elsewhere)) | Err(elsewhere) => elsewhere,
    }
}

fn is_long(req: &Request) -> bool {
    req.extensions().get::<Actor>().is_some_and(|actor| actor.long)
}

async fn go_on(app: &App, api: bool, req: Request, next: Next) -> Response {
    if api { next.run(req).await } else { pass(app, req, next).await }
}

/// A form that had been kept is let go when it was answered.
async fn pass(app: &App, req: Request, next: Next) -> Response {
    let held = req.extensions().get::<Resumed>().cloned();
    let session = req.extensions().get::<Session>().cloned();
    let answer = once(app, req, next).await;
    let (Some(Resumed(id)), Some(session)) = (held, session) else { return answer };
    if answer.status().is_server_error() {
        return answer;
    }
    match answered(app, &session, &id).await {
        Ok(()) => answer,
        Err(e) => e.into_response(),
    }
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
    if changes && row.public {
        let from = doorstep::address(app, req);
        doorstep::step(app, from).await?;
    }
    let session = match cookie(req.headers()) {
        Some(token) => sessions::resume(app, &token).await?,
        None => None,
    };
    match session {
        Some(session) => admit(app, session, (row, &path), req).await,
        None if row.public => Ok(None),
        None if changes => Err(Error::Stale),
        None => {
            let to = req.uri().path_and_query().map_or("/", |p| p.as_str());
            Ok(Some(Redirect::to(&format!("/login?next={}", escape(to))).into_response()))
        }
    }
}

/// Somebody who has signed in: the role's row, then what is still to come before it opens.
async fn admit(
    app: &App,
    mut session: Session,
    (row, path): (&Row, &str),
    req: &mut Request,
) -> Result<Option<Response>> {
    if !row.public && !row.roles.contains(&session.actor.role) {
        return Err(Error::NotFound);
    }
    if row.public {
        // On a locked screen somebody else may sign in.
        if session.locked || session.stage != Stage::Ready {
            return Ok(None);
        }
    } else if let Some(first) = stop(app, &session, row, req).await? {
        return Ok(Some(first));
    }
    if row.emergency {
        let asked = req.uri().path().to_owned();
        session.actor.emergency = emergency::open(app, &session.actor, (path, &asked)).await?;
    }
    session.actor.long = row.long;
    session.actor.did = req.uri().query().and_then(Did::read);
    req.extensions_mut().insert(session.actor.clone());
    req.extensions_mut().insert(session);
    Ok(None)
}

/// Programs come with a token, never with a cookie: what a browser sends by itself opens nothing.
async fn enter_api(app: &App, req: &mut Request) -> Result<Option<Response>, Problem> {
    let asked = req.method().as_str();
    let method = if asked == "HEAD" { "GET" } else { asked }.to_owned();
    let path = req.extensions().get::<MatchedPath>().map(|p| p.as_str().to_owned());
    let path = path.ok_or_else(Problem::not_found)?;
    if method == "OPTIONS" {
        let allow = methods(app, &path).ok_or_else(Problem::not_found)?;
        return Ok(Some((StatusCode::NO_CONTENT, [(ALLOW, allow)]).into_response()));
    }
    let row = app.access.find(&method, &path).ok_or_else(|| other_method(app, &path))?;
    takes_json(req.headers())?;
    if row.public {
        return Ok(None);
    }
    let token = req.headers().get(AUTHORIZATION).and_then(|v| v.to_str().ok());
    let token = token.and_then(|t| t.strip_prefix("Bearer ")).unwrap_or_default().trim();
    let known = if token.is_empty() { None } else { tokens::resume(app, token).await? };
    let Some((mut actor, grant)) = known else {
        let from = doorstep::address(app, req);
        doorstep::step(app, from).await?;
        return Err(Problem::unauthorized());
    };
    let late = app.pace.step(&grant.token_id, grant.per_minute, app.clock.now());
    late.map_or(Ok(()), |seconds| Err(Problem::too_many(seconds)))?;
    if !row.roles.contains(&actor.role) {
        return Err(Problem::not_found());
    }
    actor.long = row.long;
    req.extensions_mut().insert(actor);
    req.extensions_mut().insert(grant);
    Ok(None)
}

/// What a path can be asked; it says nothing about anybody.
fn methods(app: &App, path: &str) -> Option<String> {
    let rows = app.access.rows().iter().filter(|r| r.path == path);
    let mut methods: Vec<_> = rows.map(|r| r.method.as_str()).collect();
    if methods.contains(&"GET") {
        methods.push("HEAD");
    }
    methods.push("OPTIONS");
    methods.sort_unstable();
    (methods.len() > 1).then(|| methods.join(", "))
}

fn other_method(app: &App, path: &str) -> Problem {
    let Some(allow) = methods(app, path) else { return Problem::not_found() };
    let (title, detail) = ("使えない方法です", "この住所では、Allow にある方法だけが使えます。");
    let mut out = Problem::new(StatusCode::METHOD_NOT_ALLOWED, title, detail);
    out.header = Some(Box::new((ALLOW, allow)));
    out
}

/// Whoever says that they take other kinds only would not understand the answer.
fn takes_json(headers: &HeaderMap) -> Result<(), Problem> {
    let said: Vec<_> = headers.get_all(ACCEPT).iter().filter_map(|v| v.to_str().ok()).collect();
    let takes = |one: &str| {
        let mut parts = one.split(';').map(str::trim);
        let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
        let never = parts.any(|p| matches!(p, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"));
        ["*/*", "application/*", "application/json"].contains(&kind.as_str()) && !never
    };
    if said.is_empty() || said.iter().flat_map(|v| v.split(',')).any(takes) {
        return Ok(());
    }
    let detail = "答えは application/json です。Accept に加えるか、Accept を外してください。";
    Err(Problem::new(StatusCode::NOT_ACCEPTABLE, "その形では答えられません", detail))
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
