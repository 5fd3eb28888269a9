//! PostgreSQL is killed, with all its processes, under a server that goes on.

use std::time::{Duration, Instant};

use super::check::whole_again;
use super::cluster::Cluster;
use super::desk::Desk;
use super::{Campaign, READY, Sent, Server, Told, desks, luck, whole, work_until};

pub fn run(c: &Campaign) -> Result<Told, String> {
    let data = c.folder.join("data");
    std::fs::create_dir_all(&data).map_err(|e| e.to_string())?;
    let (since, mut seed, mut told) = (Instant::now(), c.seed, Told::default());
    Server::demo(&c.program, &data, "")?.stop();
    let mut cluster = Cluster::new(&c.folder)?;
    let url = cluster.url();
    Server::moved(&c.program, &data, &url)?;
    let fault = if c.control { "swallowing:7" } else { "" };
    let mut server = Server::serve(&c.program, &c.folder.join("served"), &url, "")?;
    let mut desks = desks(&server.address, seed)?;
    if c.control {
        server.kill();
        server = Server::serve(&c.program, &c.folder.join("served"), &url, fault)?;
    }
    // In the sample ward a person's records were erased, and the events of their making are kept.
    let before = whole_again(&url, &[])?;
    let asked = |sent: &[Sent]| -> Result<Vec<String>, String> {
        Ok(whole_again(&url, sent)?.into_iter().filter(|line| !before.contains(line)).collect())
    };
    let mut all = vec![];
    for kill in 1..=c.times {
        let millis = 100 + luck(&mut seed) % 900;
        let address = server.address.clone();
        let (mut restarted, mut started) = (Instant::now(), Ok(()));
        // Started again at once: the desks wait for their answers meanwhile.
        let mut sent = work_until(&address, &mut desks, millis, || {
            cluster.kill();
            restarted = Instant::now();
            started = cluster.start();
        })?;
        started?;
        told.acknowledged += sent.iter().filter(|s| s.id.is_some()).count();
        again(&address, &desks, &mut sent, &mut told)?;
        let ready = restarted.elapsed();
        told.slowest = told.slowest.max(ready);
        if ready > READY {
            told.bad.push(format!("kill {kill}: ready after {} ms", ready.as_millis()));
        }
        let unanswered = sent.iter().filter(|s| s.id.is_none()).count();
        if unanswered > 0 {
            told.bad.push(format!("kill {kill}: {unanswered} forms were never done"));
        }
        let bad = asked(&sent)?;
        told.bad.extend(bad.into_iter().map(|line| format!("kill {kill}: {line}")));
        all.extend(sent);
        told.times = kill;
        if c.control && !told.bad.is_empty() {
            break;
        }
        if kill % 10 == 0 {
            told.took = since.elapsed();
            eprintln!("{}", told.line());
        }
    }
    server.kill();
    told.bad.extend(asked(&all)?);
    told.bad.extend(whole(&c.program, &["--database", &url])?);
    told.took = since.elapsed();
    Ok(told)
}

/// What had no answer is sent again until the server has an answer for it.
fn again(address: &str, desks: &[Desk], sent: &mut [Sent], told: &mut Told) -> Result<(), String> {
    for s in sent.iter_mut().filter(|s| s.id.is_none()) {
        let desk = desks.iter().find(|d| d.wrote(s)).ok_or("nobody wrote this")?;
        // The server's connections are gone one by one: each is met once.
        let mut tries = (0..200).filter_map(|n| {
            std::thread::sleep(Duration::from_millis(5 * u64::from(n > 0)));
            desk.again(address, s).ok()
        });
        s.id = tries.next();
        told.retried += 1;
    }
    Ok(())
}
