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
    /// The sample ward in a folder.
    pub fn demo(program: &Path, folder: &Path, fault: &str) -> Result<Self, String> {
        let folder = folder.to_string_lossy();
        let arguments = ["demo", "--listen", "127.0.0.1:0", "--data", &folder];
        Self::start(Command::new(program).args(arguments), fault)
    }

    /// A database that is there already.
    pub fn serve(program: &Path, folder: &Path, url: &str, fault: &str) -> Result<Self, String> {
        let socket = std::net::TcpListener::bind("127.0.0.1:0").map_err(|e| e.to_string())?;
        let at = socket.local_addr().map_err(|e| e.to_string())?.to_string();
        drop(socket);
        let folder = folder.to_string_lossy();
        let arguments = ["serve", "--listen", &at, "--database", url, "--data", &folder];
        Self::start(Command::new(program).args(arguments), fault)
    }

    /// The sample ward goes from its file into another database.
    pub fn moved(program: &Path, folder: &Path, url: &str) -> Result<(), String> {
        let from = format!("sqlite:{}", folder.join("kakehashi.db").display());
        let done = Command::new(program).args(["move", "--from", &from, "--to", url]).output();
        let done = done.map_err(|e| e.to_string())?;
        match done.status.success() {
            true => Ok(()),
            false => Err(format!("move: {}", String::from_utf8_lossy(&done.stderr))),
        }
    }

    fn start(command: &mut Command, fault: &str) -> Result<Self, String> {
        let since = Instant::now();
        let mut child = command
            .env("KAKEHASHI_FAULT", fault)
            // As a service runs: the names in a backtrace of a development build take 170 MiB,
            // which are kept.
            .env("RUST_BACKTRACE", "0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| format!("{command:?}: {e}"))?;
        let out = child.stdout.take().ok_or("no output")?;
        let mut said = String::new();
        let mut output = BufReader::new(out);
        output.read_line(&mut said).map_err(|e| e.to_string())?;
        let address = said.trim().trim_start_matches("http://").trim_end_matches('/').to_owned();
        let mut server = Self { child, _output: output, address, ready: Duration::ZERO };
        while Client::connect(&server.address, "").is_err() && since.elapsed().as_secs() < 20 {
            std::thread::sleep(Duration::from_millis(2));
        }
        let answer = Client::connect(&server.address, "")?.get("/login")?;
        if answer.status != 200 {
            return Err(format!("/login answers {}", answer.status));
        }
        server.ready = since.elapsed();
        Ok(server)
    }

    /// User and system time so far.
    pub fn cpu_seconds(&self) -> f64 {
        let text = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()));
        let text = text.unwrap_or_default();
        let fields: Vec<&str> = text.rsplit(')').next().unwrap_or("").split_whitespace().collect();
        let ticks = |n: usize| fields.get(n).and_then(|t| t.parse::<f64>().ok()).unwrap_or(0.0);
        (ticks(11) + ticks(12)) / 100.0
    }

    /// From now on [`Self::peak_mib`] is about what comes.
    pub fn forget_peak(&self) {
        let _ = std::fs::write(format!("/proc/{}/clear_refs", self.child.id()), "5");
    }

    /// The most memory it held, in MiB.
    pub fn peak_mib(&self) -> f64 {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let text = text.unwrap_or_default();
        let line = text.lines().find(|l| l.starts_with("VmHWM")).unwrap_or_default();
        let kib = line.split_whitespace().nth(1).and_then(|n| n.parse::<f64>().ok());
        kib.unwrap_or(f64::INFINITY) / 1024.0
    }

    /// Does nothing more, and is still there.
    pub fn stand_still(&self) {
        let _ = Command::new("kill").args(["-STOP", &self.child.id().to_string()]).status();
    }

    /// Ends as an administrator ends it.
    pub fn stop(mut self) {
        let _ = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
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
        // All packages: with one alone, dependencies would be built once more with fewer features.
        .args(["build", "-q", "--bin", "kakehashi"])
        // As this program itself was built: that is where it is looked for.
        .args((!cfg!(debug_assertions)).then_some("--release"))
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
