//! A small HTTP/1.1 client that keeps its connection: what a campaign needs and nothing more.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

const FORM: &str = "application/x-www-form-urlencoded";

/// One connection and the cookie it sends.
pub struct Client {
    stream: BufReader<TcpStream>,
    pub cookie: String,
}

/// What came back.
#[derive(Debug, Default)]
pub struct Answer {
    pub status: u16,
    pub location: String,
    pub cookie: String,
    pub text: String,
    pub bytes: Vec<u8>,
}

impl Client {
    pub fn connect(address: &str, cookie: &str) -> Result<Self, String> {
        let stream = TcpStream::connect(address).map_err(|e| e.to_string())?;
        let patience = Some(Duration::from_secs(20));
        stream.set_read_timeout(patience).map_err(|e| e.to_string())?;
        stream.set_nodelay(true).map_err(|e| e.to_string())?;
        Ok(Self { stream: BufReader::new(stream), cookie: cookie.into() })
    }

    pub fn get(&mut self, path: &str) -> Result<Answer, String> {
        self.ask("GET", path, FORM, b"")
    }

    pub fn post(&mut self, path: &str, body: &str) -> Result<Answer, String> {
        self.ask("POST", path, FORM, body.as_bytes())
    }

    /// Anything, as whatever it says it is.
    pub fn send(&mut self, path: &str, kind: &str, body: &[u8]) -> Result<Answer, String> {
        self.ask("POST", path, kind, body)
    }

    fn ask(&mut self, method: &str, path: &str, kind: &str, body: &[u8]) -> Result<Answer, String> {
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: kakehashi\r\ncookie: {}\r\n\
             content-type: {kind}\r\ncontent-length: {}\r\n\r\n",
            self.cookie,
            body.len()
        );
        let sent = [head.as_bytes(), body].concat();
        // What is too large is answered before all of it is sent.
        let sent = self.stream.get_mut().write_all(&sent);
        self.answer().map_err(|e| sent.err().unwrap_or(e)).map_err(|e| e.to_string())
    }

    fn answer(&mut self) -> std::io::Result<Answer> {
        let mut out = Answer::default();
        let first = self.line()?;
        out.status = first.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or_default();
        let (mut length, mut chunked) = (0, false);
        loop {
            let line = self.line()?;
            let Some((name, value)) = line.split_once(':') else { break };
            let value = value.trim();
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse().unwrap_or_default(),
                "transfer-encoding" => chunked = value == "chunked",
                "location" => out.location = value.into(),
                "set-cookie" => out.cookie = value.split(';').next().unwrap_or_default().into(),
                _ => {}
            }
        }
        let bytes = if chunked { self.chunks()? } else { self.exactly(length)? };
        out.text = String::from_utf8_lossy(&bytes).into_owned();
        out.bytes = bytes;
        Ok(out)
    }

    fn line(&mut self) -> std::io::Result<String> {
        let mut line = String::new();
        match self.stream.read_line(&mut line)? {
            0 => Err(std::io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(line.trim_end().to_owned()),
        }
    }

    fn exactly(&mut self, n: usize) -> std::io::Result<Vec<u8>> {
        let mut bytes = vec![0; n];
        self.stream.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn chunks(&mut self) -> std::io::Result<Vec<u8>> {
        let mut all = vec![];
        loop {
            let n = usize::from_str_radix(&self.line()?, 16).unwrap_or_default();
            all.extend(self.exactly(n)?);
            self.line()?;
            if n == 0 {
                return Ok(all);
            }
        }
    }
}
