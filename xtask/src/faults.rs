//! `cargo xtask faults <kills|postgres|power|full|failing> [--times N] [--seed N] [--control]`:
//! desks log calls while something is broken under them, again and again; what was acknowledged
//! stands in a journal of its own and is looked for afterwards. `--control` breaks the program so
//! that the campaign must notice.
//!
//! - `kills`: the server is killed with `kill -9`; control: it acknowledges before the disk does.
//! - `postgres`: PostgreSQL is killed under a running server; control: its writes are not made.
//! - `power`: the disk is cut off, as when the power fails; control: nobody waits for the disk.
//! - `full`: the disk is full; control: the room kept for this day is missing.
//! - `failing`: every n-th write fails; control: it is said to have been made.

mod check;
pub mod cluster;
mod desk;
mod disk;
mod failing;
mod full;
mod kills;
mod postgres;
mod power;
pub mod server;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use desk::{Desk, Sent};
use server::{Server, program};

/// Longest time from the start of the process to its first page.
const READY: Duration = Duration::from_secs(3);
const DESKS: usize = 8;

/// 故障の試し. What was typed, and where there is room for it.
pub struct Campaign {
    program: PathBuf,
    folder: PathBuf,
    times: u64,
    seed: u64,
    control: bool,
}

type Run = fn(&Campaign) -> Result<Told, String>;

const CAMPAIGNS: &[(&str, Run)] = &[
    ("kills", kills::run),
    ("postgres", postgres::run),
    ("power", power::run),
    ("full", full::run),
    ("failing", failing::run),
];

pub fn command(arguments: &[String]) -> ExitCode {
    let number = |name: &str, or: u64| {
        let at = arguments.iter().position(|a| a == name);
        at.and_then(|at| arguments.get(at + 1)?.parse().ok()).unwrap_or(or)
    };
    let name = arguments.first().map(String::as_str).unwrap_or_default();
    let Some((_, run)) = CAMPAIGNS.iter().find(|(known, _)| *known == name) else {
        eprintln!("usage: cargo xtask faults <kills|postgres|power|full|failing> [--times N]");
        return ExitCode::from(2);
    };
    let control = arguments.iter().any(|a| a == "--control");
    let told = program().and_then(|program| {
        with_folder(program, (number("--times", 100), number("--seed", 1)), control, *run)
    });
    match told {
        Err(why) => {
            eprintln!("{why}");
            ExitCode::from(1)
        }
        Ok(told) => {
            println!("{name}: {}", told.line());
            told.bad.iter().take(20).for_each(|line| println!("  {line}"));
            ExitCode::from(u8::from(told.bad.is_empty() == control))
        }
    }
}

/// A campaign in a folder of its own, which is gone afterwards.
fn with_folder(
    program: PathBuf,
    (times, seed): (u64, u64),
    control: bool,
    run: Run,
) -> Result<Told, String> {
    let folder = tempfile::Builder::new().prefix("kakehashi-faults-").tempdir();
    let folder = folder.map_err(|e| e.to_string())?;
    let campaign = Campaign { program, folder: folder.path().into(), times, seed, control };
    run(&campaign)
}

/// What a campaign found.
#[derive(Default)]
pub struct Told {
    times: u64,
    acknowledged: usize,
    /// Sent, killed before the answer, sent again.
    retried: usize,
    slowest: Duration,
    bad: Vec<String>,
    took: Duration,
}

impl Told {
    fn line(&self) -> String {
        format!(
            "times {}, acknowledged {}, sent again {}, faults {}, slowest start {} ms, took {} s",
            self.times,
            self.acknowledged,
            self.retried,
            self.bad.len(),
            self.slowest.as_millis(),
            self.took.as_secs()
        )
    }
}

/// Every desk logs calls; after so many milliseconds `cut` happens under their hands.
fn work_until(
    address: &str,
    desks: &mut [Desk],
    millis: u64,
    cut: impl FnOnce(),
) -> Result<Vec<Sent>, String> {
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let work = |desk| {
            let stop = &stop;
            scope.spawn(move || Desk::work(desk, address, stop))
        };
        let working: Vec<_> = desks.iter_mut().map(work).collect();
        std::thread::sleep(Duration::from_millis(millis));
        cut();
        stop.store(true, SeqCst);
        let mut all = vec![];
        for desk in working {
            all.extend(desk.join().map_err(|_| "a desk stopped")??);
        }
        Ok(all)
    })
}

fn desks(address: &str, seed: u64) -> Result<Vec<Desk>, String> {
    (0..DESKS).map(|n| Desk::sign_in(address, &format!("{seed}-{n}"))).collect()
}

/// The next of a row of numbers that look like chance.
fn luck(last: &mut u64) -> u64 {
    *last = last.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *last >> 33
}

/// What had no answer is sent again, twice: both answers must be the same.
fn retry(address: &str, desks: &[Desk], sent: &mut [Sent]) -> Result<usize, String> {
    let mut retried = 0;
    for s in sent.iter_mut().filter(|s| s.id.is_none()) {
        let desk = desks.iter().find(|d| d.wrote(s)).ok_or("nobody wrote this")?;
        let first = desk.again(address, s)?;
        let second = desk.again(address, s)?;
        if first != second {
            return Err(format!("{} was done twice: {first} {second}", s.word));
        }
        s.id = Some(first);
        retried += 1;
    }
    Ok(retried)
}

/// The program's own check of the whole database: references, dates, every hash of every chain.
fn whole(program: &Path, database: &[&str]) -> Result<Vec<String>, String> {
    let done = Command::new(program).arg("check").args(database).output();
    let done = done.map_err(|e| e.to_string())?;
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    Ok(if done.status.success() { vec![] } else { vec![format!("check: {said}")] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_acknowledged_is_lost_and_a_lie_would_be_noticed() {
        let Some(program) = server::fresh() else {
            eprintln!("the program is older than its sources: the kills were SKIPPED");
            return;
        };
        let told = with_folder(program.clone(), (3, 7), false, kills::run).unwrap();
        assert_eq!(told.bad, Vec::<String>::new());
        assert!(told.acknowledged > 0 && told.retried > 0, "{}", told.line());
        let lied = with_folder(program.clone(), (2, 7), true, kills::run).unwrap();
        assert!(lied.bad.iter().any(|line| line.contains("lost")), "{}", lied.line());
        let failing = with_folder(program.clone(), (2, 7), false, failing::run).unwrap();
        assert_eq!(failing.bad, Vec::<String>::new());
        assert!(failing.retried > 0, "{}", failing.line());
        let swallowed = with_folder(program, (2, 7), true, failing::run).unwrap();
        assert!(!swallowed.bad.is_empty(), "{}", swallowed.line());
    }
}
