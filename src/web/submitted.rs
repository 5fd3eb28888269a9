//! What a form sent: checked for the session's token before anybody reads it.

use axum::RequestExt;
use axum::body::Bytes;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::HeaderMap;

use super::form::Entry;
use super::{Error, Result};
use crate::access::{Actor, escape};

/// The largest form text that is read; files go through [`Upload`].
pub const FORM_BYTES: usize = 2 * 1024 * 1024;
/// A file of 20 MiB and what is sent with it.
pub const UPLOAD_BYTES: usize = 21 * 1024 * 1024;

/// A form of this session.
pub struct Submitted(pub Entry);

/// A file and the fields sent with it.
pub struct Upload {
    pub entry: Entry,
    pub file_name: String,
    pub bytes: Bytes,
}

impl<S: Send + Sync> FromRequest<S> for Submitted {
    type Rejection = Error;

    async fn from_request(req: Request, _: &S) -> Result<Self> {
        let actor = req.extensions().get::<Actor>().cloned();
        let bytes =
            axum::body::to_bytes(req.into_body(), FORM_BYTES).await.map_err(|_| too_long())?;
        let entry = Entry(decode(&bytes));
        if actor.is_some_and(|a| a.csrf.is_empty() || a.csrf != entry.get("_csrf")) {
            return Err(Error::Stale);
        }
        Ok(Self(entry))
    }
}

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = Error;

    async fn from_request(req: Request, _: &S) -> Result<Self> {
        let Some(actor) = req.extensions().get::<Actor>().cloned() else {
            return Err(Error::NotFound);
        };
        let mut parts: Multipart = req.extract().await.map_err(|_| {
            Error::refused("file", "ファイルを受け取れませんでした。もう一度選んでください。")
        })?;
        let mut out =
            Self { entry: Entry::default(), file_name: String::new(), bytes: Bytes::new() };
        while let Some(part) = parts.next_field().await.map_err(|_| too_large())? {
            let name = part.name().unwrap_or_default().to_owned();
            if let Some(file) = part.file_name().map(str::to_owned) {
                out.file_name = file;
                out.bytes = part.bytes().await.map_err(|_| too_large())?;
            } else {
                let text = part.text().await.map_err(|_| too_large())?;
                out.entry.0.push((name, text));
            }
        }
        if actor.csrf != out.entry.get("_csrf") { Err(Error::Stale) } else { Ok(out) }
    }
}

pub fn too_long() -> Error {
    Error::TooLarge("入力が長すぎます。分けて登録してください。".into())
}

fn too_large() -> Error {
    Error::TooLarge("ファイルが大きすぎます（20MBまで）。分けて取り込んでください。".into())
}

/// A changing request must come from a page of this server, whatever the browser's cookies say.
pub fn same_site(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    match (text("origin"), text("host")) {
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, o)| o == host),
        _ => true, // not a browser; the token still decides
    }
}

/// `application/x-www-form-urlencoded`, repeated names kept in order.
pub fn decode(bytes: &[u8]) -> Vec<(String, String)> {
    let pairs = bytes.split(|b| *b == b'&').filter(|p| !p.is_empty());
    pairs
        .map(|pair| {
            let at = pair.iter().position(|b| *b == b'=').unwrap_or(pair.len());
            let (name, value) = pair.split_at(at);
            (plain(name), plain(value.get(1..).unwrap_or_default()))
        })
        .collect()
}

/// The same the other way: what was kept is sent as a browser would.
pub fn encode(pairs: &[(String, String)]) -> String {
    let one = |(n, v): &(String, String)| format!("{}={}", escape(n), escape(v));
    pairs.iter().map(one).collect::<Vec<_>>().join("&")
}

fn plain(bytes: &[u8]) -> String {
    let hex = |b: Option<&u8>| b.and_then(|b| char::from(*b).to_digit(16));
    let (mut out, mut i) = (vec![], 0);
    while let Some(b) = bytes.get(i) {
        match (b, hex(bytes.get(i + 1)), hex(bytes.get(i + 2))) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                i += 2;
            }
            (b'+', ..) => out.push(b' '),
            (b, ..) => out.push(*b),
        }
        i += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_read_as_browsers_send_them() {
        let read = decode("a=1&b=%E6%A9%8B+%26&a=2&c".as_bytes());
        let want = [("a", "1"), ("b", "橋 &"), ("a", "2"), ("c", "")];
        assert_eq!(read, want.map(|(n, v)| (n.to_owned(), v.to_owned())));
        assert_eq!(decode(b"x=%zz%4"), [("x".to_owned(), "%zz%4".to_owned())]);
        let sent = [("a", "橋 &=+\r\n%"), ("b", "")].map(|(n, v)| (n.to_owned(), v.to_owned()));
        assert_eq!(decode(encode(&sent).as_bytes()), sent);
    }

    #[test]
    fn another_site_is_refused() {
        let ask = |pairs: &[(&'static str, &'static str)]| {
            let mut h = HeaderMap::new();
            for (n, v) in pairs {
                h.insert(*n, v.parse().unwrap());
            }
            same_site(&h)
        };
        assert!(ask(&[("origin", "http://a:1"), ("host", "a:1")]));
        assert!(!ask(&[("origin", "http://b:1"), ("host", "a:1")]));
        assert!(!ask(&[("sec-fetch-site", "cross-site")]));
        assert!(ask(&[("sec-fetch-site", "same-origin")]));
    }
}
