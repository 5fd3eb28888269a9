//! The power fails: the disk keeps what had reached it, and nothing of what the system had in
//! memory.

use std::time::Instant;

use super::check::Checker;
use super::disk::Disk;
use super::{Campaign, READY, Server, Told, desks, luck, retry, whole, work_until};

const MEGABYTES: u64 = 512;

pub fn run(c: &Campaign) -> Result<Told, String> {
    let fault = if c.control { "unsynced" } else { "" };
    let (since, mut seed, mut told) = (Instant::now(), c.seed, Told::default());
    let mut disk = Disk::new(&c.folder, "disk-0", MEGABYTES)?;
    let mut server = Server::demo(&c.program, &disk.mounted, "")?;
    let mut desks = desks(&server.address, seed)?;
    server.kill();
    let mut checker = Checker::new(&disk.mounted)?;
    server = Server::demo(&c.program, &disk.mounted, fault)?;
    for cut in 1..=c.times {
        let millis = 100 + luck(&mut seed) % 900;
        let (address, mut left) = (server.address.clone(), None);
        let mut sent = work_until(&address, &mut desks, millis, || {
            server.stand_still();
            left = Some(disk.cut(&c.folder, &format!("disk-{cut}")));
            server.kill();
        })?;
        disk = left.ok_or("nothing was cut")??;
        checker.moved(&disk.mounted);
        server = Server::demo(&c.program, &disk.mounted, fault)?;
        told.slowest = told.slowest.max(server.ready);
        if server.ready > READY {
            told.bad.push(format!("cut {cut}: ready after {} ms", server.ready.as_millis()));
        }
        told.acknowledged += sent.iter().filter(|s| s.id.is_some()).count();
        told.retried += retry(&server.address, &desks, &mut sent)?;
        let bad = checker.ask(&sent)?;
        told.bad.extend(bad.into_iter().map(|line| format!("cut {cut}: {line}")));
        told.times = cut;
        if c.control && !told.bad.is_empty() {
            break;
        }
    }
    server.kill();
    told.bad.extend(whole(&c.program, &["--data", &disk.mounted.to_string_lossy()])?);
    told.took = since.elapsed();
    Ok(told)
}
