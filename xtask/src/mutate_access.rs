//! `cargo xtask mutate-access`: every predicate of every statement switched off, one at a time.
//! The summary goes to docs/campaigns.

use std::path::Path;
use std::process::{Command, ExitCode};

pub fn command(_: &[String]) -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folder = root.join("docs/campaigns");
    if let Err(e) = std::fs::create_dir_all(&folder) {
        eprintln!("{}: {e}", folder.display());
        return ExitCode::from(1);
    }
    let commit = Command::new("git").args(["rev-parse", "--short", "HEAD"]).output();
    let commit = commit.map(|o| String::from_utf8_lossy(&o.stdout).trim().to_owned());
    let done = Command::new("cargo")
        .current_dir(&root)
        .args(["test", "-p", "kakehashi", "--test", "it", "--"])
        .args(["access::mutation::a_missing_predicate_is_noticed::sqlite", "--exact"])
        .env("KAKEHASHI_TEST_ENGINES", "sqlite")
        .env("KAKEHASHI_COMMIT", commit.unwrap_or_default())
        .env("KAKEHASHI_MUTATION_REPORT", folder.join("access-mutation.md"))
        .status();
    match done {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        _ => ExitCode::from(1),
    }
}
