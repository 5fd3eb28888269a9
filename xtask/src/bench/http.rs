//! A browser that only counts: HTTP/1.1 over connections that stay open.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// So many at a time, as in the figures of the peers.
pub const CONNECTIONS: usize = 8;

/// A request as it goes over the wire, and the status it must come back with.
#[derive(Clone)]
pub struct Request {
    pub text: String,
    pub status: u16,
}

impl Request {
    pub fn get(path: &str, cookie: &str) -> Self {
        let text = format!("GET {path} HTTP/1.1\r\nHost: bench\r\nCookie: {cookie}\r\n\r\n");
        Self { text, status: 200 }
    }

    pub fn post(path: &str, cookie: &str, body: &str) -> Self {
        let text = format!(
            "POST {path} HTTP/1.1\r\nHost: bench\r\nAccept-Encoding: gzip\r\nCookie: {cookie}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        Self { text, status: 200 }
    }

    pub fn answers(mut self, status: u16) -> Self {
        self.status = status;
        self
    }
}

/// What came back: the head as text, the body as bytes.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub fn open(at: SocketAddr) -> Result<Self, String> {
        let stream = TcpStream::connect(at).map_err(super::said("connect"))?;
        stream.set_nodelay(true).map_err(super::said("connect"))?;
        let patience = Some(Duration::from_secs(30));
        stream.set_read_timeout(patience).map_err(super::said("connect"))?;
        Ok(Self { stream, buffer: Vec::with_capacity(64 * 1024) })
    }

    pub fn ask(&mut self, request: &Request) -> Result<Answer, String> {
        self.stream.write_all(request.text.as_bytes()).map_err(super::said("send"))?;
        self.buffer.clear();
        let end = loop {
            if let Some(at) = find(&self.buffer, b"\r\n\r\n") {
                break at + 4;
            }
            self.more()?;
        };
        let head = String::from_utf8_lossy(&self.buffer[..end]).to_ascii_lowercase();
        let status = head.get(9..12).and_then(|s| s.parse().ok()).unwrap_or(0);
        let length = head.split("content-length: ").nth(1).and_then(|l| l.split('\r').next());
        let length: Option<usize> = length.and_then(|l| l.parse().ok());
        match length {
            Some(n) => {
                while self.buffer.len() < end + n {
                    self.more()?;
                }
            }
            None if head.contains("transfer-encoding: chunked") => {
                while !self.buffer.ends_with(b"\r\n0\r\n\r\n") {
                    self.more()?;
                }
            }
            None => {}
        }
        Ok(Answer { status, head, body: self.buffer.split_off(end) })
    }

    fn more(&mut self) -> Result<(), String> {
        let mut part = [0_u8; 16 * 1024];
        let n = self.stream.read(&mut part).map_err(super::said("read"))?;
        if n == 0 {
            return Err("the server closed the connection".into());
        }
        self.buffer.extend_from_slice(&part[..n]);
        Ok(())
    }
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|w| w == part)
}

/// Times of all requests of one round, in milliseconds.
#[derive(Default)]
pub struct Round {
    pub times: Vec<f64>,
    pub seconds: f64,
}

/// Asks over [`CONNECTIONS`] connections until the time is over. `next` gives the n-th request.
pub fn load(
    at: SocketAddr,
    lasting: Duration,
    next: impl Fn(usize) -> Request + Sync,
) -> Result<Round, String> {
    let began = Instant::now();
    let next = &next;
    let one = move |lane: usize| -> Result<Vec<f64>, String> {
        let mut connection = Connection::open(at)?;
        let (mut times, mut n) = (vec![], lane);
        while began.elapsed() < lasting {
            let request = next(n);
            n += CONNECTIONS;
            let asked = Instant::now();
            let answer = connection.ask(&request)?;
            times.push(asked.elapsed().as_secs_f64() * 1e3);
            if answer.status != request.status {
                let text = String::from_utf8_lossy(&answer.body);
                let asked = request.text.lines().next().unwrap_or_default();
                let said = text.split("class=\"err\"").nth(1).unwrap_or(&text);
                let said: String = said.chars().take(300).collect();
                return Err(format!(
                    "{asked}: {} and not {}: {said}",
                    answer.status, request.status
                ));
            }
        }
        Ok(times)
    };
    let lanes = std::thread::scope(|s| {
        let lanes: Vec<_> = (0..CONNECTIONS).map(|lane| s.spawn(move || one(lane))).collect();
        let joined = lanes.into_iter().map(|l| l.join().map_err(|_| "a lane broke".to_owned()));
        joined.collect::<Vec<_>>()
    });
    let mut round = Round { seconds: began.elapsed().as_secs_f64(), ..Round::default() };
    for lane in lanes {
        round.times.extend(lane??);
    }
    Ok(round)
}
