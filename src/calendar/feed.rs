//! `GET /calendar/{token}`: the address is the permission; what it shows names nobody.

use std::sync::Arc;

use ::programmes::Catalogue;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HOST, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::{dates, ics};
use crate::staff::feeds;
use crate::staff::sessions::digest;
use crate::web::{App, Error, Problem, Result};

pub async fn get(
    State(app): State<App>,
    Extension(all): Extension<Arc<Catalogue>>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let token = token.strip_suffix(".ics").unwrap_or(&token);
    let (actor, id, limit) = feeds::resume(&app, token).await?.ok_or(Error::NotFound)?;
    if let Some(seconds) = app.pace.step(&id, limit, app.clock.now()) {
        return Ok(Problem::too_many(seconds).into_response());
    }
    let entries = dates::own(&app, &actor, &base(&app, &headers), &all).await?;
    let text = ics::calendar(&format!("架け橋　{}", actor.organisation), &entries);
    Ok(answer(&headers, text))
}

/// Where the reader reached this server.
fn base(app: &App, headers: &HeaderMap) -> String {
    let host = headers.get(HOST).and_then(|v| v.to_str().ok()).unwrap_or("localhost");
    format!("{}://{host}", if app.config.secure { "https" } else { "http" })
}

/// Programs ask every hour: what has not changed is not sent again.
fn answer(headers: &HeaderMap, text: String) -> Response {
    let tag = format!("\"{}\"", digest(&text).chars().take(32).collect::<String>());
    let common = [(ETAG, tag.clone()), (CACHE_CONTROL, "private, no-cache".to_owned())];
    let seen = headers.get(IF_NONE_MATCH).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if seen.split(',').any(|t| t.trim().trim_start_matches("W/") == tag) {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    (common, [(CONTENT_TYPE, "text/calendar; charset=utf-8")], text).into_response()
}
