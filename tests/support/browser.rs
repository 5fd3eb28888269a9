//! A browser without a screen: cookies, the token of the session, answers as text.

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request};
use kakehashi::access::{Actor, COOKIE_NAME};
use tower::ServiceExt;

use super::World;

#[derive(Clone)]
pub struct Browser {
    world: World,
    pub actor: Actor,
    token: String,
    /// What a program of the same role would send; "" where there is none.
    bearer: String,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }

    /// Where a redirect leads.
    pub fn location(&self) -> &str {
        self.header("location")
    }

    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }
}

impl Browser {
    pub(super) fn new(world: World, actor: Actor, token: String) -> Self {
        Self { world, actor, token, bearer: String::new() }
    }

    /// The same, asking `/api/` with a token instead of the session.
    pub fn with_token(mut self, bearer: String) -> Self {
        self.bearer = bearer;
        self
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request("GET", path).body(Body::empty()).unwrap()).await
    }

    /// Sends a form with the token of the session.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut all = fields.to_vec();
        all.push(("_csrf", &self.actor.csrf));
        self.post_raw(path, &all).await
    }

    /// As a program sends it.
    pub async fn post_json(&self, path: &str, body: &serde_json::Value) -> Answer {
        let request = self.request("POST", path).header("content-type", "application/json");
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    /// Sends exactly these fields: without `_csrf` unless it is among them.
    pub async fn post_raw(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let kind = "application/x-www-form-urlencoded";
        let request = self.request("POST", path).header("content-type", kind);
        self.send(request.body(Body::from(encode(fields))).unwrap()).await
    }

    /// Sends a form with a file, as browsers do, with the token of the session.
    pub async fn upload(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        file_name: &str,
        file: &[u8],
    ) -> Answer {
        let mut all = fields.to_vec();
        all.push(("_csrf", &self.actor.csrf));
        self.upload_raw(path, &all, file_name, file).await
    }

    /// Sends exactly these fields and the file.
    pub async fn upload_raw(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        file_name: &str,
        file: &[u8],
    ) -> Answer {
        let mut body = vec![];
        for (name, value) in fields {
            let head =
                format!("--bound\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n");
            body.extend_from_slice(format!("{head}{value}\r\n").as_bytes());
        }
        let head = format!(
            "--bound\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{file_name}\"\r\n\
             content-type: application/octet-stream\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(file);
        body.extend_from_slice(b"\r\n--bound--\r\n");
        let request = self
            .request("POST", path)
            .header("content-type", "multipart/form-data; boundary=bound");
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        let mut request = Request::builder().method(method).uri(path).header("host", "kakehashi");
        if path.starts_with("/api/") && !self.bearer.is_empty() {
            request = request.header("authorization", format!("Bearer {}", self.bearer));
        } else if !self.token.is_empty() {
            request = request.header("cookie", format!("{COOKIE_NAME}={}", self.token));
        }
        request
    }

    /// Any request, as it is.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let answer = self.world.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
            bytes,
        }
    }
}

/// As browsers send a form.
pub fn encode(fields: &[(&str, &str)]) -> String {
    let one = |(n, v): &(&str, &str)| format!("{}={}", escape(n), escape(v));
    fields.iter().map(one).collect::<Vec<_>>().join("&")
}

/// Percent-encodes everything that is not plain.
pub fn escape(text: &str) -> String {
    let one = |b: u8| match b {
        b if b.is_ascii_alphanumeric() || b"-_.".contains(&b) => char::from(b).to_string(),
        b => format!("%{b:02X}"),
    };
    text.bytes().map(one).collect()
}
