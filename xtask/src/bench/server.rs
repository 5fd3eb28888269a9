//! A server under measurement: started, asked what it has used, ended.

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::http::{Connection, Request};

pub struct Server {
    child: Child,
    pub at: SocketAddr,
    /// From start to the first answer.
    pub first_reply_ms: f64,
    /// What it said on stderr until it answered.
    pub said: Vec<String>,
}

impl Server {
    /// `{at}` among the arguments becomes the address.
    pub fn start(program: &Path, arguments: &[&str], first: &str) -> Result<Self, String> {
        let at = free()?;
        let arguments = arguments.iter().map(|a| a.replace("{at}", &at.to_string()));
        let began = Instant::now();
        let mut child = Command::new(program)
            .args(arguments)
            .current_dir(std::env::temp_dir())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(super::said("start"))?;
        let said = watch(&mut child);
        let request = Request::get(first, "");
        let answered = loop {
            if let Ok(answer) = Connection::open(at).and_then(|mut c| c.ask(&request)) {
                break answer.status < 500;
            }
            if began.elapsed() > Duration::from_secs(60) {
                break false;
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        let first_reply_ms = began.elapsed().as_secs_f64() * 1e3;
        let said: Vec<String> = said.try_iter().collect();
        if answered {
            return Ok(Self { child, at, first_reply_ms, said });
        }
        let _ = child.kill();
        let _ = child.wait();
        Err(format!("{} does not answer: {}", program.display(), said.join(" ")))
    }

    /// User and system time so far.
    pub fn cpu_ms(&self) -> f64 {
        cpu_ms_of(&self.child.id().to_string())
    }

    pub fn resident_mb(&self) -> f64 {
        resident_mb_of(&self.child.id().to_string())
    }

    /// Asks it to finish and waits until it has.
    pub fn stop(mut self) {
        let _ = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        for _ in 0..500 {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn watch(child: &mut Child) -> std::sync::mpsc::Receiver<String> {
    let (tell, told) = std::sync::mpsc::channel();
    if let Some(err) = child.stderr.take() {
        std::thread::spawn(move || {
            for line in BufReader::new(err).lines().map_while(Result::ok) {
                let _ = tell.send(line);
            }
        });
    }
    told
}

fn free() -> Result<SocketAddr, String> {
    let socket = TcpListener::bind("127.0.0.1:0").map_err(super::said("a free port"))?;
    socket.local_addr().map_err(super::said("a free port"))
}

/// What a process has used so far, user and system; `self` for this one.
pub fn cpu_ms_of(process: &str) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let fields: Vec<&str> = text.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    let ticks = |n: usize| fields.get(n).and_then(|t| t.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) * 10.0
}

pub fn resident_mb_of(process: &str) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = text.lines().find(|l| l.starts_with("VmRSS")).unwrap_or_default();
    let kb = line.split_whitespace().nth(1).and_then(|n| n.parse::<f64>().ok());
    kb.unwrap_or(0.0) / 1024.0
}
