//! `cargo xtask bench <web|pages|stats|eligibility>`: what the work costs, measured in release.

mod desk;
mod disk;
mod eligibility;
mod http;
pub mod names;
mod pages;
pub mod population;
mod server;
pub mod soak;
mod stats;
mod table;
mod web;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// What was typed after `bench`.
pub struct Options {
    pub quick: bool,
    pub json: bool,
    /// What a peer wrote and has worked on, too.
    pub instance: Option<String>,
    /// The one page that is asked, beside hello-world.
    pub only: Option<String>,
}

type Done = Result<(), String>;

pub fn command(arguments: &[String]) -> ExitCode {
    let has = |flag: &str| arguments.iter().any(|a| a == flag);
    let after = |flag: &str| arguments.iter().position(|a| a == flag).map(|at| at + 1);
    let value = |flag: &str| after(flag).and_then(|at| arguments.get(at)).cloned();
    let (instance, only) = (value("--instance"), value("--only"));
    let options = Options { quick: has("--quick"), json: has("--json"), instance, only };
    let done = match arguments.first().map(String::as_str) {
        Some("web") => web::run(&options),
        Some("pages") => pages::run(&options),
        Some("stats") => stats::run(&options),
        Some("eligibility") => eligibility::run(&options),
        _ => {
            let what = "<web|pages|stats|eligibility> [--quick] [--json] [--only NAME]";
            eprintln!("usage: cargo xtask bench {what}");
            return ExitCode::from(2);
        }
    };
    ended(done)
}

fn ended(done: Done) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::from(1)
        }
    }
}

fn answer_of<T>(work: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(said("runtime"))?.block_on(work).map_err(|e| e.to_string())
}

fn block_on(work: impl Future<Output = Done>) -> Done {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(said("runtime"))?.block_on(work)
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Where cargo builds and where populations are kept.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// The settings of cargo that come from outside.
const KEPT: &[&str] = &["CARGO_HOME", "CARGO_TARGET_DIR"];

/// The same command line, by a release build of this program.
pub fn in_release(arguments: &[String]) -> ExitCode {
    let done = cargo()
        .args(["run", "--release", "--quiet", "--package", "xtask", "--"])
        .args(arguments)
        .status();
    match done {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(status) => ExitCode::from(status.code().and_then(|c| c.try_into().ok()).unwrap_or(1)),
        Err(e) => {
            eprintln!("cargo: {e}");
            ExitCode::from(1)
        }
    }
}

/// Cargo in the folder of the project, as if it were called from a shell.
fn cargo() -> Command {
    let mut cargo = Command::new("cargo");
    // What `cargo run` sets for this program would make dependencies look changed.
    let of_this = std::env::vars().filter(|(name, _)| name.starts_with("CARGO_"));
    for (name, _) in of_this.filter(|(name, _)| !KEPT.contains(&name.as_str())) {
        cargo.env_remove(name);
    }
    cargo.current_dir(root());
    cargo
}

/// The release build of the server and of its yardstick.
fn build() -> Done {
    let built = cargo()
        .args(["build", "--release", "--quiet", "--bin", "kakehashi", "--bin", "hello"])
        .status();
    match built {
        Ok(status) if status.success() => Ok(()),
        _ => Err("the release build failed".into()),
    }
}

fn said(what: &str) -> impl Fn(std::io::Error) -> String {
    move |e| format!("{what}: {e}")
}
