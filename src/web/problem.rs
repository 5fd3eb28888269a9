//! How `/api` says that something was not done: RFC 9457, in the words the pages use.

use axum::http::header::{CONTENT_TYPE, HeaderName, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::Error;
use crate::store;

/// 問題の知らせ. `errors` are (JSON pointer, message).
#[derive(Clone, Debug)]
pub struct Problem {
    pub status: StatusCode,
    pub title: &'static str,
    pub detail: String,
    pub errors: Vec<(String, String)>,
    /// What goes with the status: the methods a path has, when to come back.
    pub header: Option<Box<(HeaderName, String)>>,
}

impl Problem {
    pub fn new(status: StatusCode, title: &'static str, detail: impl Into<String>) -> Self {
        Self { status, title, detail: detail.into(), errors: vec![], header: None }
    }

    pub fn not_found() -> Self {
        let detail = "住所（URL）が違うか、この鍵では開けない記録です。";
        Self::new(StatusCode::NOT_FOUND, "見つかりません", detail)
    }

    pub fn unauthorized() -> Self {
        let detail = "Authorization: Bearer に、使える鍵を入れてください。止めた鍵、期限を過ぎた鍵は使えません。";
        Self::new(StatusCode::UNAUTHORIZED, "鍵がありません", detail)
    }

    /// Too many requests: come back after so many seconds.
    pub fn too_many(seconds: i64) -> Self {
        let detail = format!("依頼が多すぎます。{seconds}秒たってから、続けてください。");
        let status = StatusCode::TOO_MANY_REQUESTS;
        let mut out = Self::new(status, "少し待ってください", detail);
        out.header = Some(Box::new((RETRY_AFTER, seconds.to_string())));
        out
    }

    pub fn body(&self) -> Value {
        let mut out = json!({
            "type": "about:blank",
            "title": self.title,
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        if !self.errors.is_empty() {
            let one = |(at, why): &(String, String)| json!({ "pointer": at, "detail": why });
            out["errors"] = self.errors.iter().map(one).collect();
        }
        out
    }
}

impl From<Error> for Problem {
    fn from(e: Error) -> Self {
        const NOTHING: &str = "保存していません";
        match e {
            Error::NotFound => Self::not_found(),
            Error::Refused(p) => {
                let detail = "errors の項目を直して、もう一度送ってください。";
                let mut out = Self::new(StatusCode::UNPROCESSABLE_ENTITY, NOTHING, detail);
                let pointer = |f: String| if f.is_empty() { f } else { format!("/{f}") };
                out.errors = p.0.into_iter().map(|(f, m)| (pointer(f), m)).collect();
                out
            }
            Error::Conflict(why) => Self::new(StatusCode::CONFLICT, NOTHING, why),
            Error::TooMany(seconds) => Self::too_many(seconds),
            Error::Busy => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "混み合っています",
                "何も変えていません。Retry-After の秒数だけ待って、もう一度送ってください。",
            ),
            Error::Stale => Self::new(
                StatusCode::FORBIDDEN,
                NOTHING,
                "ほかのサイトの画面から送られた依頼は受け取りません。",
            ),
            Error::TooLarge(why) => {
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, "受け取れませんでした", why)
            }
            Error::Store(store::Error::Full) => Self::new(
                StatusCode::INSUFFICIENT_STORAGE,
                NOTHING,
                "サーバーの記憶装置の空きがなくなりました。システム管理者に知らせてください。",
            ),
            Error::Store(e) => Self::broken(&e.to_string()),
            Error::Page(e) => Self::broken(&e.to_string()),
        }
    }
}

impl Problem {
    fn broken(why: &str) -> Self {
        eprintln!("error: api: {why}");
        let detail =
            "保存していません。少し待って、同じ Idempotency-Key でもう一度送ってください。";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "うまくいきませんでした", detail)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut out = (self.status, self.body().to_string()).into_response();
        let headers = out.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some((name, value)) = self.header.map(|h| *h)
            && let Ok(value) = HeaderValue::from_str(&value)
        {
            headers.insert(name, value);
        }
        out
    }
}
