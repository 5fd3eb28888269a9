//! `cargo xtask ledger [steps]`: random histories of bookings, uses and reversals through the
//! operations, 1,000,000 steps on SQLite, each compared with a ledger in memory.

use std::process::{Command, ExitCode};

const TEST: &str = "ledger::random::the_sums_are_those_of_a_ledger_in_memory::sqlite";
const CONTROL: &str = "ledger::random::a_row_behind_its_back_is_noticed::sqlite";

pub fn command(arguments: &[String]) -> ExitCode {
    let steps = arguments.first().map_or("1000000", String::as_str);
    if steps.parse::<usize>().is_err() {
        eprintln!("ledger: not a number of steps: {steps}");
        return ExitCode::from(2);
    }
    let done = Command::new("cargo")
        .args(["test", "--test", "it", "--", "--nocapture", "--exact", TEST, CONTROL])
        .env("KAKEHASHI_LEDGER", steps)
        .status();
    match done {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        _ => ExitCode::from(1),
    }
}
