//! The one stylesheet and the one script, part of the program.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

pub async fn stylesheet() -> Response {
    send("text/css; charset=utf-8", include_str!("kakehashi.css"))
}

pub async fn script() -> Response {
    send("text/javascript; charset=utf-8", include_str!("kakehashi.js"))
}

fn send(kind: &'static str, body: &'static str) -> Response {
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-cache")], body).into_response()
}
