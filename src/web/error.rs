//! The one error a handler answers with. Each message is written once: what happened, what was
//! kept, what to do. Forbidden answers exactly as not found.

use askama::Template;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{Html, IntoResponse, Response};

use super::faults;
use super::form::Problems;
use crate::access::Again;
use crate::store;

pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug)]
pub enum Error {
    NotFound,
    /// The operation's rules say no. Handlers of forms turn it into the form with its messages.
    Refused(Problems),
    /// A second save of the same part: somebody else was first.
    Conflict(String),
    /// The form did not carry this session's token, or came from another site.
    Stale,
    TooLarge(String),
    /// One address tries too often: come back after so many seconds.
    TooMany(i64),
    /// More requests at once than the server takes, or one that did not end.
    Busy,
    Store(store::Error),
    Page(askama::Error),
}

impl From<store::Error> for Error {
    fn from(e: store::Error) -> Self {
        Self::Store(e)
    }
}

impl From<askama::Error> for Error {
    fn from(e: askama::Error) -> Self {
        Self::Page(e)
    }
}

impl From<Problems> for Error {
    fn from(p: Problems) -> Self {
        Self::Refused(p)
    }
}

impl Error {
    /// A refusal about one field ("" for the whole form).
    pub fn refused(field: &str, message: impl Into<String>) -> Self {
        Self::Refused(Problems::one(field, message))
    }

    /// What a form can say of it beside what was typed; anything else stays an error.
    pub fn problems(self) -> Result<Problems> {
        match self {
            Self::Refused(bad) => Ok(bad),
            Self::Conflict(why) => Ok(Problems::one("", why)),
            other => Err(other),
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::Stale => StatusCode::FORBIDDEN,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Store(store::Error::Again) => StatusCode::CONFLICT,
            Self::Store(store::Error::Full) => StatusCode::INSUFFICIENT_STORAGE,
            Self::Store(_) | Self::Page(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// (heading, sentences)
    fn words(&self) -> (&str, Vec<String>) {
        let one = |s: &str| vec![s.to_owned()];
        match self {
            Self::NotFound => (
                "ページが見つかりません",
                one(
                    "住所（URL）が違うか、この役割では開けないページです。「きょう」から開き直してください。",
                ),
            ),
            Self::Refused(p) => ("保存していません", p.0.iter().map(|(_, m)| m.clone()).collect()),
            Self::Conflict(m) => ("保存していません", one(m)),
            Self::Stale => (
                "保存していません",
                one(
                    "画面を開いてから時間がたったか、別の画面で役割が変わりました。前の画面に戻り、\
                     読み込み直してから、もう一度登録してください。入力した内容は下書きに残っています。",
                ),
            ),
            Self::TooLarge(m) => ("受け取れませんでした", one(m)),
            Self::TooMany(seconds) => (
                "少し待ってください",
                vec![format!(
                    "同じ住所（IPアドレス）から続けて何度も試されました。{seconds}秒たってから、もう一度お試しください。"
                )],
            ),
            Self::Busy => (
                "混み合っています",
                one(
                    "保存していません。数秒待って、前の画面に戻り、もう一度お試しください。入力した内容はそのまま残っています。",
                ),
            ),
            Self::Store(store::Error::Again) => (
                "登録しています",
                one(
                    "同じ内容がもう一度送られました。先に送られたほうを登録しています。一覧で確かめてください。",
                ),
            ),
            Self::Store(store::Error::Full) => (
                "いまは保存できません",
                one(
                    "サーバーの記憶装置の空きがなくなりました。保存していません。記録は見られます。\
                     入力した内容は前の画面に残っています。すぐにシステム管理者に知らせてください。",
                ),
            ),
            Self::Store(_) | Self::Page(_) => (
                "うまくいきませんでした",
                one(
                    "保存していません。少し待ってもう一度お試しください。続くときは、下の番号を添えてシステム管理者に知らせてください。",
                ),
            ),
        }
    }
}

#[derive(Template)]
#[template(path = "web/error.html")]
struct ErrorPage<'a> {
    heading: &'a str,
    sentences: Vec<String>,
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let number = faults::number();
        match &self {
            Self::Store(store::Error::Again | store::Error::Full) => {}
            Self::Store(e) => eprintln!("error {number}: {e}"),
            Self::Page(e) => eprintln!("error {number}: page: {e}"),
            _ => {}
        }
        let broken = self.status() == StatusCode::INTERNAL_SERVER_ERROR;
        let (heading, mut sentences) = self.words();
        if broken {
            sentences.push(format!("知らせるときの番号：{number}"));
        }
        let body = ErrorPage { heading, sentences }.render().unwrap_or_else(|_| heading.to_owned());
        let mut answer = (self.status(), Html(body)).into_response();
        if broken {
            answer.extensions_mut().insert(faults::Number(number));
        }
        if let Self::TooMany(seconds) = self {
            answer.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        if matches!(self, Self::Store(store::Error::Again)) {
            answer.extensions_mut().insert(Again);
        }
        answer
    }
}
