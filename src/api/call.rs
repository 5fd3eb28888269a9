//! 呼び出し: one request of a program, checked against its operation before anybody reads it, and
//! answered once, however often it is sent.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, MatchedPath, RawPathParams, Request};
use axum::http::header::{ETAG, IF_MATCH, IF_NONE_MATCH, LOCATION};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value};

use super::operation::{Effect, Operation};
use super::{entry, shape};
use crate::access::{Actor, escape};
use crate::audit::Event;
use crate::clients::parts::{self, Part};
use crate::staff::sessions::digest;
use crate::staff::tokens::Grant;
use crate::web::submitted::{UPLOAD_BYTES, decode};
use crate::web::{App, Entry, Error, Problem, Values};

/// The largest request that is read; files may be larger.
const BYTES: usize = 256 * 1024;

pub type Outcome = Result<Response, Stop>;

/// 中断. Why an operation ends early: it was refused, or it was answered before.
#[derive(Debug)]
pub enum Stop {
    Problem(Box<Problem>),
    Again(Box<Response>),
}

impl<E: Into<Error>> From<E> for Stop {
    fn from(e: E) -> Self {
        Self::Problem(Box::new(Problem::from(e.into())))
    }
}

impl IntoResponse for Stop {
    fn into_response(self) -> Response {
        match self {
            Self::Problem(p) => p.into_response(),
            Self::Again(answer) => *answer,
        }
    }
}

pub(super) fn stop(status: u16, title: &'static str, detail: &str) -> Stop {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    Stop::Problem(Box::new(Problem::new(status, title, detail)))
}

/// 呼び出し. What came in, checked: token, scope, headers, shape and fields.
#[derive(Debug)]
pub struct Call {
    pub actor: Actor,
    pub values: Values,
    /// The part the address names; the first one where it names none.
    pub part: &'static Part,
    /// What was asked, as the form read it.
    pub entry: Entry,
    /// What was sent where the operation takes a file.
    pub bytes: Bytes,
    pub(super) headers: HeaderMap,
    here: String,
    query: String,
    path: Vec<(String, String)>,
    effect: Effect,
    by_address: bool,
    pub(super) token_id: String,
    pub(super) key: String,
    if_match: Option<String>,
    pub(super) digest: String,
}

crate::shape! {
    /// 控え. What a change answers: where the record is. It names nobody.
    pub struct Receipt {
        id: String = "記録の番号（URLに使うもの）", "M-01275";
        href: String = "記録の住所", "/api/v1/clients/M-01275";
    }
}

impl FromRequest<App> for Call {
    type Rejection = Stop;

    async fn from_request(req: Request, app: &App) -> Result<Self, Stop> {
        let (mut parts, body) = req.into_parts();
        let missing = || Stop::from(Error::NotFound);
        let route = parts.extensions.get::<MatchedPath>().ok_or_else(missing)?.as_str().to_owned();
        let op = Operation::find(asked(&parts.method), &route).ok_or_else(missing)?;
        let actor = parts.extensions.get::<Actor>().cloned().ok_or_else(missing)?;
        let grant = parts.extensions.get::<Grant>().cloned().ok_or_else(missing)?;
        within_scope(op, &grant)?;
        let path = path(&mut parts, app).await?;
        let part = part(&path)?;
        let (key, if_match) = headers(op, &parts.headers)?;
        let bytes = bytes(op, body).await?;
        let form = (op.form)(part, &app.codes);
        let query = parts.uri.query().unwrap_or_default();
        let object = match op.is_query() {
            true => entry::of_query(&form, query),
            false => object(&parts.headers, &bytes)?,
        };
        let value = Value::Object(object);
        fits(&shape::of_form(&form, &app.codes), &value)?;
        let entry = entry::of_object(&form, value.as_object().unwrap_or(&Map::new()));
        let seen = if_match.clone().unwrap_or_default();
        let sent = if op.file { Event::default().content(&bytes).digest } else { String::new() };
        let here = parts.uri.path().to_owned();
        let said = digest(&format!("{} {here} {seen} {value} {sent}", op.method));
        let values = form.read(&entry, &app.codes)?;
        let (effect, token_id, headers) = (op.effect, grant.token_id, parts.headers);
        Ok(Self {
            actor,
            values,
            part,
            entry,
            bytes,
            headers,
            here,
            path,
            effect,
            by_address: op.method == "GET",
            query: parts.uri.query().unwrap_or_default().to_owned(),
            token_id,
            key,
            if_match,
            digest: said,
        })
    }
}

async fn bytes(op: &Operation, body: axum::body::Body) -> Result<Bytes, Stop> {
    let (most, words) = match op.file {
        true => (UPLOAD_BYTES, "ファイルは20MBまでです。"),
        false => (BYTES, "256KBまでです。"),
    };
    let read = axum::body::to_bytes(body, most).await;
    let large =
        |_| Error::TooLarge(format!("{words}分けて送ってください。保存していません。")).into();
    read.map_err(large)
}

/// Of the route alone, never of a record: so it may be said.
fn within_scope(op: &Operation, grant: &Grant) -> Result<(), Stop> {
    if op.scope.is_empty() || grant.scopes.iter().any(|s| s == op.scope) {
        return Ok(());
    }
    let detail =
        format!("この鍵では使えない操作です（{}）。鍵を作った人に聞いてください。", op.scope);
    Err(stop(403, "この鍵ではできません", &detail))
}

async fn path(
    parts: &mut axum::http::request::Parts,
    app: &App,
) -> Result<Vec<(String, String)>, Stop> {
    let params = RawPathParams::from_request_parts(parts, app).await;
    let params = params.map_err(|_| Stop::from(Error::NotFound))?;
    Ok(params.iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect())
}

fn part(path: &[(String, String)]) -> Result<&'static Part, Stop> {
    let found = match path.iter().find(|(n, _)| n == "part") {
        Some((_, id)) => parts::find(id),
        None => parts::all().first(),
    };
    found.ok_or_else(|| Error::NotFound.into())
}

/// (Idempotency-Key, If-Match), where the operation needs them.
fn headers(op: &Operation, all: &HeaderMap) -> Result<(String, Option<String>), Stop> {
    let text = |name: &str| all.get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
    let (key, seen) = (text("idempotency-key").unwrap_or_default(), text(IF_MATCH.as_str()));
    let shaped = (8..=64).contains(&key.len())
        && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if op.effect != Effect::Reads && !shaped {
        let detail = "Idempotency-Key に、依頼ごとに新しい8文字から64文字の英数字・-・_ を入れてください。\
                      同じ値で送り直しても、二重には登録されません。";
        return Err(stop(400, "Idempotency-Key がありません", detail));
    }
    if op.effect == Effect::Changes && seen.is_none() {
        let detail =
            "先に読み、その ETag を If-Match に入れてください。ほかの人の変更を消さないためです。";
        return Err(stop(428, "If-Match がありません", detail));
    }
    Ok((key, seen))
}

fn object(headers: &HeaderMap, bytes: &[u8]) -> Result<Map<String, Value>, Stop> {
    let kind = headers.get("content-type").and_then(|v| v.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/json") {
        return Err(stop(415, "受け取れない形式です", "application/json で送ってください。"));
    }
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err(stop(400, "読み取れません", "JSON のオブジェクトを送ってください。")),
        Err(_) => Err(stop(
            400,
            "読み取れません",
            "JSON として読めません。かっこと引用符を確かめてください。",
        )),
    }
}

fn fits(schema: &Value, value: &Value) -> Result<(), Stop> {
    let errors = shape::misfits(schema, value);
    if errors.is_empty() {
        return Ok(());
    }
    let detail = "errors の項目を直して、もう一度送ってください。";
    let title = "保存していません";
    let mut problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, title, detail);
    problem.errors = errors;
    Err(Stop::Problem(Box::new(problem)))
}

impl Call {
    /// What the address says for a placeholder.
    pub fn at(&self, name: &str) -> &str {
        self.path.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v)
    }

    /// Whether the caller has read this version of what is to be changed.
    pub fn matches(&self, version: &str) -> Result<(), Stop> {
        let quoted = format!("\"{version}\"");
        if self.if_match.as_ref().is_none_or(|seen| *seen == quoted) {
            return Ok(());
        }
        let detail = "読んだあとに変わっています。もう一度読み、見比べてから送ってください。";
        Err(stop(412, "保存していません", detail))
    }

    /// What was read, under its version; without one, under a digest of what is said.
    pub fn answer(&self, version: &str, answer: &impl Serialize) -> Outcome {
        let body = text(answer)?;
        let version = match version {
            "" => digest(&body).chars().take(32).collect(),
            known => known.to_owned(),
        };
        let seen = self.headers.get(IF_NONE_MATCH).and_then(|v| v.to_str().ok());
        let known = |t: &str| ["*", &quoted(&version)].contains(&t.trim().trim_start_matches("W/"));
        if self.by_address && seen.is_some_and(|all| all.split(',').any(known)) {
            let mut out = json(304, "", &version, String::new());
            out.headers_mut().remove("content-type");
            return Ok(out);
        }
        Ok(json(200, "", &version, body))
    }

    pub(super) fn is_change(&self) -> bool {
        self.effect == Effect::Changes
    }

    /// Where the page of a list goes on, if it stands in the address.
    pub(super) fn address_of(&self, after: &str) -> Option<String> {
        if !self.by_address {
            return None;
        }
        let asked = decode(self.query.as_bytes()).into_iter().filter(|(n, _)| n != "after");
        let mut pairs: Vec<_> =
            asked.map(|(n, v)| format!("{}={}", escape(&n), escape(&v))).collect();
        pairs.push(format!("after={}", escape(after)));
        Some(format!("{}?{}", self.here, pairs.join("&")))
    }
}

/// HEAD asks what GET asks, and is answered without the body.
fn asked(method: &axum::http::Method) -> &str {
    if method == "HEAD" { "GET" } else { method.as_str() }
}

pub(super) fn text(answer: &impl Serialize) -> Result<String, Stop> {
    let broken = |_| stop(500, "うまくいきませんでした", "答えを作れませんでした。");
    serde_json::to_string(answer).map_err(broken)
}

pub(super) fn json(status: i64, location: &str, version: &str, body: String) -> Response {
    let status = u16::try_from(status).ok().and_then(|s| StatusCode::from_u16(s).ok());
    let mut out = (status.unwrap_or(StatusCode::OK), body).into_response();
    let headers = out.headers_mut();
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    for (name, value) in [(LOCATION, location.to_owned()), (ETAG, quoted(version))] {
        if let Ok(value) = HeaderValue::from_str(&value)
            && !value.is_empty()
        {
            headers.insert(name, value);
        }
    }
    out
}

fn quoted(version: &str) -> String {
    if version.is_empty() { String::new() } else { format!("\"{version}\"") }
}
