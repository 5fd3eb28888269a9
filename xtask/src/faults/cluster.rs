//! A PostgreSQL of the campaign's own, with durable writes, that can be killed and started again.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

pub struct Cluster {
    programs: PathBuf,
    folder: PathBuf,
}

/// PostgreSQL refuses to run as root, so root steps down.
const AS: &str = "setpriv --reuid=postgres --regid=postgres --init-groups";

impl Cluster {
    pub fn new(folder: &Path) -> Result<Self, String> {
        let programs = programs().ok_or("PostgreSQL is not installed")?;
        let folder = folder.join("pg");
        std::fs::create_dir_all(&folder).map_err(|e| e.to_string())?;
        let cluster = Self { programs, folder };
        cluster.shell("chmod 711 \"$2/..\"; [ \"$(id -u)\" != 0 ] || chown postgres \"$2\"")?;
        cluster.shell(
            "$as \"$1/initdb\" -D \"$2/data\" -U postgres -A trust --locale=C.UTF-8 \
             --encoding=UTF8 >\"$2.log\" 2>&1",
        )?;
        cluster.start()?;
        cluster.shell("$as \"$1/createdb\" -h \"$2\" -U postgres -T template0 kakehashi")?;
        Ok(cluster)
    }

    pub fn url(&self) -> String {
        format!("postgres://postgres@localhost/kakehashi?host={}", self.folder.display())
    }

    /// Until it answers.
    pub fn start(&self) -> Result<(), String> {
        let since = Instant::now();
        let _ = std::fs::remove_file(self.folder.join("data/postmaster.pid"));
        while self
            .shell(
                "$as \"$1/pg_ctl\" -D \"$2/data\" -w -l \"$2/server.log\" \
                 -o \"-k $2 -c listen_addresses='' -c max_connections=100\" start >/dev/null",
            )
            .is_err()
        {
            if since.elapsed() > Duration::from_secs(20) {
                return Err("PostgreSQL does not start".into());
            }
        }
        Ok(())
    }

    /// `kill -9` of the postmaster and of every process it has started. It stands still first: one
    /// that is started after the others were listed would live on and keep it from starting again.
    pub fn kill(&mut self) {
        let file = self.folder.join("data/postmaster.pid");
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let Some(first) = text.lines().next().map(str::to_owned) else { return };
        let _ = Command::new("kill").args(["-STOP", &first]).stderr(Stdio::null()).status();
        let children = Command::new("pgrep").args(["-P", &first]).output();
        let children = children.map(|o| o.stdout).unwrap_or_default();
        let children = String::from_utf8_lossy(&children).into_owned();
        let all = std::iter::once(first.as_str()).chain(children.split_whitespace());
        let _ = Command::new("kill").arg("-9").args(all).stderr(Stdio::null()).status();
    }

    fn shell(&self, what: &str) -> Result<(), String> {
        let script = format!("as=\"\"; [ \"$(id -u)\" != 0 ] || as=\"{AS}\"; cd /; {what}");
        let done = Command::new("sh")
            .args(["-c", &script, "cluster"])
            .args([&self.programs, &self.folder])
            .stderr(Stdio::null())
            .status();
        match done.map_err(|e| e.to_string())?.success() {
            true => Ok(()),
            false => Err(format!("failed: {what}")),
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The folder of initdb and postgres: the newest version installed.
pub fn programs() -> Option<PathBuf> {
    let version = |p: &PathBuf| p.file_name()?.to_str()?.parse::<u32>().ok();
    let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = installed.map(|e| e.path()).collect();
    found.sort_by_key(version);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let dirs = found.into_iter().rev().map(|p| p.join("bin")).chain(std::env::split_paths(&path));
    dirs.into_iter().find(|d| d.join("initdb").is_file() && d.join("postgres").is_file())
}
