//! `cargo xtask faults [--kills N] [--control] [--seed N]`: the server is killed with `kill -9`
//! while desks log calls, again and again. What was acknowledged stands in a journal of its own.
//! `--control` runs a server that acknowledges before the disk does, which must be noticed.

mod check;
mod desk;
mod server;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::{Duration, Instant};

use check::Checker;
use desk::{Desk, Sent};
use server::{Server, program};

/// Longest time from the start of the process to its first page.
const READY: Duration = Duration::from_secs(3);
const DESKS: usize = 8;

pub fn command(arguments: &[String]) -> ExitCode {
    let number = |name: &str, or: u64| {
        let at = arguments.iter().position(|a| a == name);
        at.and_then(|at| arguments.get(at + 1)?.parse().ok()).unwrap_or(or)
    };
    let control = arguments.iter().any(|a| a == "--control");
    let fault = if control { "early" } else { "" };
    let run = |program: PathBuf| run(&program, number("--kills", 1000), number("--seed", 1), fault);
    match program().and_then(run) {
        Err(why) => {
            eprintln!("{why}");
            ExitCode::from(1)
        }
        Ok(told) => {
            println!("{}", told.line());
            told.bad.iter().take(20).for_each(|line| println!("  {line}"));
            ExitCode::from(u8::from(told.bad.is_empty() == control))
        }
    }
}

/// What a campaign found.
#[derive(Default)]
pub struct Told {
    kills: u64,
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
            "kills {}, acknowledged {}, sent again {}, faults {}, slowest start {} ms, took {} s",
            self.kills,
            self.acknowledged,
            self.retried,
            self.bad.len(),
            self.slowest.as_millis(),
            self.took.as_secs()
        )
    }
}

fn run(program: &Path, kills: u64, seed: u64, fault: &str) -> Result<Told, String> {
    let base = std::env::temp_dir().join(format!("kakehashi-faults-{}", std::process::id()));
    let (data, journal) = (base.join("data"), base.join("journal"));
    std::fs::create_dir_all(&data).map_err(|e| e.to_string())?;
    let told = campaign(program, (&data, &journal), (kills, seed), fault);
    let _ = std::fs::remove_dir_all(&base);
    told
}

fn campaign(
    program: &Path,
    (data, journal): (&PathBuf, &PathBuf),
    (kills, mut luck): (u64, u64),
    fault: &str,
) -> Result<Told, String> {
    let since = Instant::now();
    let mut told = Told::default();
    // The ward is played and the desks sign in while nothing is broken yet.
    let mut server = Server::start(program, data, "")?;
    let signed_in = (0..DESKS).map(|n| Desk::sign_in(&server.address, &format!("{luck}-{n}")));
    let mut desks: Vec<Desk> = signed_in.collect::<Result<_, _>>()?;
    server.kill();
    server = Server::start(program, data, fault)?;
    let mut checker = Checker::new(data)?;
    let mut file = std::fs::File::create(journal).map_err(|e| e.to_string())?;
    for kill in 1..=kills {
        luck = luck.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mut sent = work_until_killed(&mut server, &mut desks, 100 + (luck >> 33) % 500)?;
        server = Server::start(program, data, fault)?;
        told.slowest = told.slowest.max(server.ready);
        if server.ready > READY {
            told.bad.push(format!("kill {kill}: ready after {} ms", server.ready.as_millis()));
        }
        told.acknowledged += sent.iter().filter(|s| s.id.is_some()).count();
        told.retried += retry(&server, &desks, &mut sent)?;
        for s in &sent {
            let id = s.id.as_deref().unwrap_or_default();
            writeln!(file, "{} {id}", s.word).map_err(|e| e.to_string())?;
        }
        let bad = checker.ask(&sent)?;
        told.bad.extend(bad.into_iter().map(|line| format!("kill {kill}: {line}")));
        told.kills = kill;
        if kill % 50 == 0 {
            told.took = since.elapsed();
            eprintln!("{}", told.line());
        }
    }
    server.kill();
    told.bad.extend(whole(program, data)?);
    told.took = since.elapsed();
    Ok(told)
}

/// Every desk logs calls; after so many milliseconds the server is killed under their hands.
fn work_until_killed(
    server: &mut Server,
    desks: &mut [Desk],
    millis: u64,
) -> Result<Vec<Sent>, String> {
    let (address, stop) = (server.address.clone(), AtomicBool::new(false));
    std::thread::scope(|scope| {
        let work = |desk| {
            let (address, stop) = (&address, &stop);
            scope.spawn(move || Desk::work(desk, address, stop))
        };
        let working: Vec<_> = desks.iter_mut().map(work).collect();
        std::thread::sleep(Duration::from_millis(millis));
        server.kill();
        stop.store(true, SeqCst);
        let mut all = vec![];
        for desk in working {
            all.extend(desk.join().map_err(|_| "a desk stopped")??);
        }
        Ok(all)
    })
}

/// What had no answer is sent again, twice: both answers must be the same.
fn retry(server: &Server, desks: &[Desk], sent: &mut [Sent]) -> Result<usize, String> {
    let mut retried = 0;
    for s in sent.iter_mut().filter(|s| s.id.is_none()) {
        let desk = desks.iter().find(|d| d.wrote(s)).ok_or("nobody wrote this")?;
        let first = desk.again(&server.address, s)?;
        let second = desk.again(&server.address, s)?;
        if first != second {
            return Err(format!("{} was done twice: {first} {second}", s.word));
        }
        s.id = Some(first);
        retried += 1;
    }
    Ok(retried)
}

/// The program's own check of the whole database: references, dates, every hash of every chain.
fn whole(program: &Path, data: &Path) -> Result<Vec<String>, String> {
    let done = Command::new(program).args(["check", "--data"]).arg(data).output();
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
        let told = run(&program, 3, 7, "").unwrap();
        assert_eq!(told.bad, Vec::<String>::new());
        assert!(told.acknowledged > 0 && told.retried > 0, "{}", told.line());
        let lied = run(&program, 2, 7, "early").unwrap();
        assert!(lied.bad.iter().any(|line| line.contains("lost")), "{}", lied.line());
    }
}
