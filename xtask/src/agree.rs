//! `cargo xtask agree [sets]`: the evaluators of conditions against CEL's own interpreter, over
//! 1,000,000 random sets of facts.

use std::process::{Command, ExitCode};

pub fn command(arguments: &[String]) -> ExitCode {
    let sets = arguments.first().map_or("1000000", String::as_str);
    if sets.parse::<usize>().is_err() {
        eprintln!("agree: not a number of sets: {sets}");
        return ExitCode::from(2);
    }
    let done = Command::new("cargo")
        .args(["test", "--release", "-p", "eligibility", "--test", "agree", "--", "--nocapture"])
        .env("KAKEHASHI_AGREE", sets)
        .status();
    match done {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        _ => ExitCode::from(1),
    }
}
