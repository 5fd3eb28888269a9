//! The program under test: the real binary over a sample ward of its own, started and killed.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use crate::http::Client;

pub struct Server {
    child: Child,
    /// Kept open: a program whose output nobody takes stops at its next line.
    _output: BufReader<ChildStdout>,
    pub address: String,
    /// From the start of the process to the first page.
    pub ready: Duration,
}

impl Server {
    pub fn start(program: &Path, folder: &Path, fault: &str) -> Result<Self, String> {
        let since = Instant::now();
        let mut child = Command::new(program)
            .args(["demo", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder)
            .env("KAKEHASHI_FAULT", fault)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| format!("{}: {e}", program.display()))?;
        let out = child.stdout.take().ok_or("no output")?;
        let mut said = String::new();
        let mut output = BufReader::new(out);
        output.read_line(&mut said).map_err(|e| e.to_string())?;
        let address = said.trim().trim_start_matches("http://").trim_end_matches('/').to_owned();
        let mut server = Self { child, _output: output, address, ready: Duration::ZERO };
        let answer = Client::connect(&server.address, "")?.get("/login")?;
        if answer.status != 200 {
            return Err(format!("/login answers {}", answer.status));
        }
        server.ready = since.elapsed();
        Ok(server)
    }

    /// `kill -9`: no handler runs, nothing is flushed by the program.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The binary of this build, made if it is missing.
pub fn program() -> Result<PathBuf, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let built = Command::new("cargo")
        .current_dir(&root)
        .args(["build", "-q", "-p", "kakehashi", "--bin", "kakehashi"])
        .status();
    if !built.map_err(|e| e.to_string())?.success() {
        return Err("the program does not build".into());
    }
    beside()
}

fn beside() -> Result<PathBuf, String> {
    let mut here = std::env::current_exe().map_err(|e| e.to_string())?;
    here.pop();
    if here.ends_with("deps") {
        here.pop();
    }
    Ok(here.join("kakehashi"))
}

/// The binary, if it is as new as its sources: `cargo test` of the workspace has just built it,
/// `cargo test -p xtask` builds none.
#[cfg(test)]
pub fn fresh() -> Option<PathBuf> {
    let program = beside().ok()?;
    let built = program.metadata().ok()?.modified().ok()?;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut folders = vec![root.join("src"), root.join("migrations")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).ok()?.flatten() {
            let about = entry.metadata().ok()?;
            if about.is_dir() {
                folders.push(entry.path());
            } else if about.modified().ok()? > built {
                return None;
            }
        }
    }
    Some(program)
}
