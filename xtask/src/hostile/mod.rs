//! `cargo xtask hostile <api|files|typed|kept|exports> [--cases N] [--seed N]`: the sample ward is
//! sent what nobody should send.
//!
//! - `api`: schemathesis (Python, in an environment of its own under the target folder) asks every
//!   operation of the OpenAPI document as every role and with every scope: no answer is a 5xx.
//! - `files`: malformed files through the upload of the imports: each is answered in time, in
//!   little memory, in words, and leaves nothing behind. `cargo run --release -p xtask -- hostile
//!   files` asks a release build, whose time is the one that people wait.
//! - `typed`, `kept`: scripts typed into every form, or in front of every text that is kept, and
//!   every page opened in Chromium: nothing is executed.
//! - `exports`: formulas in every text that is kept, and every file taken out: no cell begins one.

mod api;
mod desk;
mod exports;
mod files;
mod pages;
mod spoil;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::faults::server::{Server, program};

/// 悪意の試し. What was typed, and the sample ward it is done to.
pub struct Campaign {
    program: PathBuf,
    folder: PathBuf,
    server: Server,
    seed: u64,
    /// How many of whatever it sends; for walks, how many seconds.
    cases: Option<u64>,
}

type Run = fn(Campaign) -> Result<Told, String>;

const CAMPAIGNS: &[(&str, Run)] = &[
    ("api", api::run),
    ("files", files::run),
    ("typed", pages::typed),
    ("kept", pages::kept),
    ("exports", exports::run),
];

/// What should not have happened; what was done is said as it is done.
#[derive(Default)]
pub struct Told {
    bad: Vec<String>,
}

pub fn command(arguments: &[String]) -> ExitCode {
    let number = |name: &str| {
        let at = arguments.iter().position(|a| a == name)?;
        arguments.get(at + 1)?.parse::<u64>().ok()
    };
    let name = arguments.first().map(String::as_str).unwrap_or_default();
    let Some((_, run)) = CAMPAIGNS.iter().find(|(known, _)| *known == name) else {
        eprintln!(
            "usage: cargo xtask hostile <api|files|typed|kept|exports> [--cases N] [--seed N]"
        );
        return ExitCode::from(2);
    };
    let done = program().and_then(|program| {
        staged(&program, number("--seed").unwrap_or(1), number("--cases"), *run)
    });
    match done {
        Ok(told) => {
            told.bad.iter().take(40).for_each(|line| println!("  {line}"));
            ExitCode::from(u8::from(!told.bad.is_empty()))
        }
        Err(why) => {
            eprintln!("{why}");
            ExitCode::from(1)
        }
    }
}

/// Over a sample ward of its own, which is gone afterwards.
fn staged(program: &Path, seed: u64, cases: Option<u64>, run: Run) -> Result<Told, String> {
    let folder = tempfile::Builder::new().prefix("kakehashi-hostile-").tempdir();
    let folder = folder.map_err(|e| e.to_string())?;
    let server = Server::demo(program, folder.path(), "")?;
    let program = program.to_owned();
    run(Campaign { program, folder: folder.path().into(), server, seed, cases })
}

impl Campaign {
    fn database(&self) -> String {
        format!("sqlite:{}", self.folder.join("kakehashi.db").display())
    }
}

/// Runs something that waits for a database.
fn wait<T>(work: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|e| e.to_string())?.block_on(work).map_err(|e| e.to_string())
}
