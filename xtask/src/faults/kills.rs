//! The server is killed under the hands of the desks.

use std::io::Write;
use std::time::Instant;

use super::check::Checker;
use super::{Campaign, READY, Server, Told, desks, luck, retry, whole, work_until};

pub fn run(c: &Campaign) -> Result<Told, String> {
    let (data, journal) = (c.folder.join("data"), c.folder.join("journal"));
    std::fs::create_dir_all(&data).map_err(|e| e.to_string())?;
    let fault = if c.control { "early" } else { "" };
    let (since, mut seed, mut told) = (Instant::now(), c.seed, Told::default());
    // The ward is played and the desks sign in while nothing is broken yet.
    let mut server = Server::demo(&c.program, &data, "")?;
    let mut desks = desks(&server.address, seed)?;
    server.kill();
    server = Server::demo(&c.program, &data, fault)?;
    let mut checker = Checker::new(&data)?;
    let mut file = std::fs::File::create(journal).map_err(|e| e.to_string())?;
    for kill in 1..=c.times {
        let millis = 100 + luck(&mut seed) % 500;
        let address = server.address.clone();
        let mut sent = work_until(&address, &mut desks, millis, || server.kill())?;
        server = Server::demo(&c.program, &data, fault)?;
        told.slowest = told.slowest.max(server.ready);
        if server.ready > READY {
            told.bad.push(format!("kill {kill}: ready after {} ms", server.ready.as_millis()));
        }
        told.acknowledged += sent.iter().filter(|s| s.id.is_some()).count();
        told.retried += retry(&server.address, &desks, &mut sent)?;
        for s in &sent {
            let id = s.id.as_deref().unwrap_or_default();
            writeln!(file, "{} {id}", s.word).map_err(|e| e.to_string())?;
        }
        let bad = checker.ask(&sent)?;
        told.bad.extend(bad.into_iter().map(|line| format!("kill {kill}: {line}")));
        told.times = kill;
        if kill % 50 == 0 {
            told.took = since.elapsed();
            eprintln!("{}", told.line());
        }
    }
    server.kill();
    told.bad.extend(whole(&c.program, &["--data", &data.to_string_lossy()])?);
    told.took = since.elapsed();
    Ok(told)
}
