//! 呼び出し: one request of a program, checked against its operation before anybody reads it, and
//! answered once, however often it is sent.

use axum::extract::{FromRequest, FromRequestParts, MatchedPath, RawPathParams, Request};
use axum::http::header::{ETAG, IF_MATCH, LOCATION};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use civil::Minutes;
use serde::Serialize;
use serde_json::{Map, Value};

use super::operation::{Effect, Operation};
use super::{entry, shape};
use crate::access::Actor;
use crate::args;
use crate::clients::parts::{self, Part};
use crate::staff::sessions::digest;
use crate::staff::tokens::Grant;
use crate::store::Tx;
use crate::web::{App, Error, Problem, Values};

/// The largest request that is read.
const BYTES: usize = 256 * 1024;
/// So long an answer is kept for whoever asks again.
const KEPT_MINUTES: i64 = 24 * 60;

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

fn stop(status: u16, title: &'static str, detail: &str) -> Stop {
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
    path: Vec<(String, String)>,
    token_id: String,
    key: String,
    if_match: Option<String>,
    digest: String,
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
        let op = Operation::find(parts.method.as_str(), &route).ok_or_else(missing)?;
        let actor = parts.extensions.get::<Actor>().cloned().ok_or_else(missing)?;
        let grant = parts.extensions.get::<Grant>().cloned().ok_or_else(missing)?;
        within_scope(op, &grant)?;
        let path = path(&mut parts, app).await?;
        let part = part(&path)?;
        let (key, if_match) = headers(op, &parts.headers)?;
        let bytes = axum::body::to_bytes(body, BYTES).await.map_err(|_| {
            Error::TooLarge("256KBまでです。分けて送ってください。保存していません。".into())
        })?;
        let form = (op.form)(part);
        let query = parts.uri.query().unwrap_or_default();
        let object = match op.is_query() {
            true => entry::of_query(&form, query),
            false => object(&parts.headers, &bytes)?,
        };
        let value = Value::Object(object);
        fits(&shape::of_form(&form, &app.codes), &value)?;
        let entry = entry::of_object(&form, value.as_object().unwrap_or(&Map::new()));
        let seen = if_match.clone().unwrap_or_default();
        let said = digest(&format!("{} {} {seen} {value}", parts.method, parts.uri.path()));
        let values = form.read(&entry, &app.codes)?;
        let token_id = grant.token_id;
        Ok(Self { actor, values, part, path, token_id, key, if_match, digest: said })
    }
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

    /// A transaction for this request, unless it was answered before: then that answer.
    pub async fn begin(&self, app: &App) -> Result<Tx, Stop> {
        let mut tx = app.write(&self.actor).await?;
        let at = tx.actor.at;
        let old = at.plus(Minutes(-KEPT_MINUTES));
        tx.exec("delete from api_answers where made_at < $1", args![old]).await?;
        let mine = tx
            .exec(
                "insert into api_answers (token_id, idempotency_key, request_digest, status,
                   made_at) values ($1, $2, $3, 0, $4)
                 on conflict (token_id, idempotency_key) do nothing",
                args![self.token_id, self.key, self.digest, at],
            )
            .await?;
        if mine == 1 { Ok(tx) } else { Err(self.again(&mut tx).await?) }
    }

    /// What this key was answered before.
    async fn again(&self, tx: &mut Tx) -> Result<Stop, Stop> {
        let (said, status, location, etag, body): (String, i64, String, String, String) = tx
            .one(
                "select request_digest, status, location, etag, body from api_answers
                 where token_id = $1 and idempotency_key = $2",
                args![self.token_id, self.key],
            )
            .await?;
        if said != self.digest {
            let detail = "この Idempotency-Key は、ほかの内容の依頼で使われています。新しい値にしてください。";
            return Ok(stop(422, "保存していません", detail));
        }
        Ok(Stop::Again(Box::new(json(status, &location, &etag, body))))
    }

    /// Keeps the change and its answer together.
    pub async fn made(&self, mut tx: Tx, id: &str, href: String, version: &str) -> Outcome {
        let status = if self.if_match.is_some() { 200 } else { 201 };
        let location = if status == 201 { href.clone() } else { String::new() };
        let body = text(&Receipt { id: id.to_owned(), href })?;
        tx.exec(
            "update api_answers set status = $3, location = $4, etag = $5, body = $6
             where token_id = $1 and idempotency_key = $2",
            args![self.token_id, self.key, status, location, version, body],
        )
        .await?;
        tx.commit().await?;
        Ok(json(status, &location, version, body))
    }

    pub fn answer(&self, version: &str, answer: &impl Serialize) -> Outcome {
        Ok(json(200, "", version, text(answer)?))
    }
}

fn text(answer: &impl Serialize) -> Result<String, Stop> {
    let broken = |_| stop(500, "うまくいきませんでした", "答えを作れませんでした。");
    serde_json::to_string(answer).map_err(broken)
}

fn json(status: i64, location: &str, version: &str, body: String) -> Response {
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
