//! Somebody who has signed in to the sample ward.

use std::time::Duration;

use crate::http::{Answer, Client};

pub struct Desk {
    address: String,
    cookie: String,
    csrf: String,
}

/// So many times half a minute.
const PATIENCE: u32 = 40;

/// Between the parts of an upload.
const BOUNDARY: &str = "kakehashi-hostile-5f0c1e";

impl Desk {
    pub fn sign_in(address: &str, role: &str) -> Result<Self, String> {
        let body = format!("login=demo-{role}&password=kakehashi-demo&next=/");
        let sent = || Client::connect(address, "")?.post("/login", &body);
        let mut answer = sent()?;
        // Whoever has just tried many wrong tokens from here keeps everybody here waiting.
        for _ in 0..PATIENCE {
            if answer.status != 429 {
                break;
            }
            std::thread::sleep(Duration::from_secs(30));
            answer = sent()?;
        }
        if answer.status != 303 {
            return Err(format!("signing in as {role} answers {}", answer.status));
        }
        let mut desk = Self { address: address.into(), cookie: answer.cookie, csrf: String::new() };
        let page = desk.get("/me")?.text;
        let csrf = page.split("data-csrf=\"").nth(1).and_then(|t| t.split('"').next());
        desk.csrf = csrf.ok_or("no token on the page")?.to_owned();
        Ok(desk)
    }

    pub fn get(&self, path: &str) -> Result<Answer, String> {
        Client::connect(&self.address, &self.cookie)?.get(path)
    }

    pub fn form(&self, path: &str, pairs: &[(&str, &str)]) -> Result<Answer, String> {
        let mut body = format!("_csrf={}", self.csrf);
        pairs.iter().for_each(|(n, v)| body.push_str(&format!("&{n}={}", escape(v))));
        Client::connect(&self.address, &self.cookie)?.post(path, &body)
    }

    /// A file as a browser sends it.
    pub fn upload(
        &self,
        path: &str,
        field: (&str, &str),
        (name, kind): (&str, &str),
        file: &[u8],
    ) -> Result<Answer, String> {
        let mut body = vec![];
        for (name, value) in [("_csrf", self.csrf.as_str()), field] {
            let part = format!(
                "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            );
            body.extend_from_slice(part.as_bytes());
        }
        let head = format!(
            "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             content-type: {kind}\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(file);
        body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        Client::connect(&self.address, &self.cookie)?.send(path, &kind, &body)
    }
}

pub fn escape(text: &str) -> String {
    text.bytes().map(|b| format!("%{b:02X}")).collect()
}
