//! One write in so many fails under the hands of the desks, who send what failed again until it is
//! done.

use std::time::Instant;

use super::check::Checker;
use super::{Campaign, Server, Told, desks, luck, whole, work_until};

pub fn run(c: &Campaign) -> Result<Told, String> {
    let data = c.folder.join("data");
    std::fs::create_dir_all(&data).map_err(|e| e.to_string())?;
    let (since, mut seed, mut told) = (Instant::now(), c.seed, Told::default());
    let mut server = Server::demo(&c.program, &data, "")?;
    let mut desks = desks(&server.address, seed)?;
    server.kill();
    let mut checker = Checker::new(&data)?;
    for round in 1..=c.times {
        // Primes, so that another write of the form fails each time.
        let every = [5, 7, 11, 13, 17, 19, 23, 29][(luck(&mut seed) % 8) as usize];
        let fault = if c.control { "swallowing" } else { "failing" };
        server = Server::demo(&c.program, &data, &format!("{fault}:{every}"))?;
        let mut sent = work_until(&server.address, &mut desks, 400, || {})?;
        told.acknowledged += sent.iter().filter(|s| s.id.is_some()).count();
        for s in sent.iter_mut().filter(|s| s.id.is_none()) {
            let desk = desks.iter().find(|d| d.wrote(s)).ok_or("nobody wrote this")?;
            let mut tries = (0..50).filter_map(|_| desk.again(&server.address, s).ok());
            s.id = tries.next();
            told.retried += 1;
        }
        server.kill();
        let bad = checker.ask(&sent)?;
        told.bad.extend(bad.into_iter().map(|line| format!("round {round}: {line}")));
        told.times = round;
    }
    told.bad.extend(whole(&c.program, &["--data", &data.to_string_lossy()])?);
    told.took = since.elapsed();
    Ok(told)
}
