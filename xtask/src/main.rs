//! What the project does to itself: `cargo xtask <command>`.

mod faults;
mod http;
mod agree;
mod bench;
mod hostile;
mod ledger;
mod moving;
mod mutate;
mod mutate_access;
mod tidy;

use std::process::ExitCode;

/// Name, one line of help, what it does with the arguments after its name.
type Command = (&'static str, &'static str, fn(&[String]) -> ExitCode);

/// Every command there is: a new one (ci, bench, campaigns) is a module and a line here.
const COMMANDS: &[Command] = &[
    ("tidy", "check the style guide and print the measures", tidy::command),
    ("faults", "kill the server while it writes and look for what is lost", faults::command),
    ("agree", "compare the evaluators of conditions over random facts", agree::command),
    (
        "bench",
        "measure: bench <web|pages|stats|eligibility> [--quick] [--json] [--only NAME]",
        bench::command,
    ),
    ("soak", "twenty minutes at an even pace: no error, no growth", bench::soak::command),
    (
        "hostile",
        "send what nobody should: hostile <api|files|typed|kept|exports>",
        hostile::command,
    ),
    ("ledger", "random histories of the ledger against a ledger in memory", ledger::command),
    ("move-campaign", "move a population to PostgreSQL and back, and compare", moving::command),
    ("mutate", "change every rule of the programmes: mutate programmes", mutate::command),
    ("mutate-access", "switch every access predicate off, one at a time", mutate_access::command),
];

/// What measures: these start themselves again as a release build, so that neither our side of a
/// comparison nor whoever sends the requests is an unoptimised program.
const MEASURES: &[&str] = &["bench", "soak"];

/// Exit codes as everywhere in the project: 0 done, 1 refused, 2 wrongly called.
fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let called = arguments.split_first().and_then(|(name, rest)| Some((find(name)?, rest)));
    match called {
        Some(_) if cfg!(debug_assertions) && MEASURES.contains(&&*arguments[0]) => {
            bench::in_release(&arguments)
        }
        Some((run, rest)) => run(rest),
        None => {
            eprintln!("{}", usage());
            ExitCode::from(2)
        }
    }
}

fn find(name: &str) -> Option<fn(&[String]) -> ExitCode> {
    COMMANDS.iter().find(|command| command.0 == name).map(|command| command.2)
}

fn usage() -> String {
    let line = |command: &Command| format!("\n  {:<14}{}", command.0, command.1);
    format!("usage: cargo xtask <command>\n{}", COMMANDS.iter().map(line).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_found_by_name_and_listed() {
        assert!(find("tidy").is_some());
        assert!(find("tidier").is_none());
        assert!(COMMANDS.iter().all(|command| usage().contains(command.1)));
    }
}
