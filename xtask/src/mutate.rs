//! `cargo xtask mutate programmes`: every rule of every shipped programme changed, one at a time.
//! An example of its file must notice. The figures go to docs/campaigns.

use std::path::Path;
use std::process::{Command, ExitCode};

pub fn command(arguments: &[String]) -> ExitCode {
    if arguments != ["programmes"] {
        eprintln!("usage: cargo xtask mutate programmes");
        return ExitCode::from(2);
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let commit = Command::new("git").args(["rev-parse", "--short", "HEAD"]).output();
    let commit = commit.map(|o| String::from_utf8_lossy(&o.stdout).trim().to_owned());
    let done = Command::new("cargo")
        .current_dir(&root)
        .args(["test", "--release", "-p", "programmes", "--test", "examples", "--"])
        .args(["every_change_of_a_rule_is_noticed_by_an_example", "--exact"])
        .env("KAKEHASHI_MUTATE", "all")
        .env("KAKEHASHI_COMMIT", commit.unwrap_or_default())
        .env("KAKEHASHI_MUTATION_REPORT", root.join("docs/campaigns/programmes-mutation.md"))
        .status();
    match done {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        _ => ExitCode::from(1),
    }
}
