//! `cargo xtask soak [--minutes 20] [--rate 200] [--clients 10000]`: a long day at an even pace,
//! reads and writes, signed in and audited. No answer may be an error, and what the server holds in
//! memory must not grow once everything has been used.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use super::desk::Desk;
use super::http::Connection;
use super::table::median;
use super::{Done, build, target};

const LANES: usize = 16;
/// Out of twenty requests: how a desk's day is made up.
const DAY: [&str; 20] = [
    "list",
    "client",
    "search",
    "write",
    "client",
    "timeline",
    "search",
    "client",
    "list",
    "client",
    "write",
    "search",
    "client",
    "timeline",
    "list",
    "client",
    "search_common",
    "write",
    "client",
    "search",
];
/// Growth from a quarter of the time to its end beyond which the run has failed, in percent.
const GROWTH: f64 = 5.0;

/// 長い一日. What was typed.
struct Day {
    lasting: Duration,
    rate: usize,
    clients: usize,
}

/// What one lane has seen: times from the moment a request was due, and what went wrong.
#[derive(Default)]
struct Lane {
    times: Vec<f64>,
    bad: Vec<String>,
}

pub fn command(arguments: &[String]) -> ExitCode {
    let number = |name: &str, or: u64| {
        let at = arguments.iter().position(|a| a == name);
        at.and_then(|at| arguments.get(at + 1)?.parse().ok()).unwrap_or(or)
    };
    let day = Day {
        lasting: Duration::from_secs(number("--minutes", 20) * 60),
        rate: number("--rate", 200) as usize,
        clients: number("--clients", 10_000) as usize,
    };
    super::ended(build().and_then(|()| super::block_on(run(&day))))
}

async fn run(day: &Day) -> Done {
    let desk = Desk::open(target().join("release").join("kakehashi"), day.clients).await?;
    let began = Instant::now();
    let (memory, lanes) = std::thread::scope(|s| {
        let desk = &desk;
        let lane = |n| s.spawn(move || day.lane(desk, n, began));
        let lanes: Vec<_> = (0..LANES).map(lane).collect();
        let mut memory = vec![];
        while began.elapsed() < day.lasting {
            std::thread::sleep(Duration::from_secs(1));
            memory.push(desk.server.resident_mb());
        }
        (memory, lanes.into_iter().filter_map(|l| l.join().ok()).collect::<Vec<_>>())
    });
    if lanes.len() < LANES {
        return Err("a lane broke".into());
    }
    let took = began.elapsed().as_secs_f64();
    let (times, bad): (Vec<_>, Vec<_>) = lanes.into_iter().map(|l| (l.times, l.bad)).unzip();
    let done = tell(times.concat(), took, &memory, &bad.concat());
    desk.server.stop();
    done
}

impl Day {
    /// Every sixteenth request, each at its moment.
    fn lane(&self, desk: &Desk, first: usize, began: Instant) -> Lane {
        let every = Duration::from_secs_f64(LANES as f64 / self.rate as f64);
        let mut due = began + every.mul_f64(first as f64 / LANES as f64);
        let (mut lane, mut connection) = (Lane::default(), Connection::open(desk.server.at));
        for n in (first..).step_by(LANES) {
            if due.duration_since(began) >= self.lasting {
                break;
            }
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            let what = DAY[n % DAY.len()];
            let request = desk.request(what, n);
            let answer = connection.as_mut().map_err(|e| e.clone()).and_then(|c| c.ask(&request));
            // A server that is late is not let off.
            lane.times.push(due.elapsed().as_secs_f64() * 1e3);
            match answer {
                Ok(a) if a.status == request.status => {}
                Ok(a) => lane.bad.push(format!("{what} answers {}", a.status)),
                Err(why) => {
                    lane.bad.push(format!("{what}: {why}"));
                    connection = Connection::open(desk.server.at);
                }
            }
            due += every;
        }
        lane
    }
}

fn tell(mut times: Vec<f64>, took: f64, memory: &[f64], bad: &[String]) -> Done {
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times.get((times.len() as f64 * share) as usize).copied();
    let (p50, p99) = (at(0.5).unwrap_or_default(), at(0.99).unwrap_or_default());
    // A minute's worth around each moment, in a run of twenty minutes.
    let some = (memory.len() / 20).max(1);
    let quarter = (memory.len() / 4).max(some);
    let early = median(&memory[quarter - some..quarter.min(memory.len())]);
    let late = median(&memory[memory.len() - some..]);
    let growth = (late / early - 1.0) * 100.0;
    println!(
        "{} requests in {took:.0} s ({:.1}/s), errors {}, p50 {p50:.2} ms, p99 {p99:.2} ms, \
         resident {early:.1} MB after a quarter, {late:.1} MB at the end ({growth:+.1} %)",
        times.len(),
        times.len() as f64 / took,
        bad.len(),
    );
    bad.iter().take(10).for_each(|line| println!("  {line}"));
    match (bad.is_empty(), growth < GROWTH) {
        (false, _) => Err("there were errors".into()),
        (_, false) => Err(format!("memory grew by {growth:.1} %")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_and_growth_are_noticed() {
        let flat = [50.0; 40];
        let growing: Vec<f64> = (0..40).map(|n| 50.0 + f64::from(n)).collect();
        assert_eq!(tell(vec![1.0; 100], 1.0, &flat, &[]), Ok(()));
        assert!(tell(vec![1.0; 100], 1.0, &flat, &["list answers 500".into()]).is_err());
        assert!(tell(vec![1.0; 100], 1.0, &growing, &[]).is_err());
    }
}
