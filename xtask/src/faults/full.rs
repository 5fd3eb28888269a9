//! The disk is full: what was kept stays, people can look and sign in, writing is refused in words,
//! and goes on as soon as there is room.

use std::fs::File;
use std::io::Write;
use std::time::{Duration, Instant};

use super::check::Checker;
use super::desk::Sent;
use super::disk::Disk;
use super::{Campaign, Desk, Server, Told, desks, whole, work_until};
use crate::http::Client;

const MEGABYTES: u64 = 256;
/// What the server keeps free for this day.
const RESERVE: &str = "reserve";
/// So many pages are looked at while the disk is full.
const LOOKS: usize = 10_000;

pub fn run(c: &Campaign) -> Result<Told, String> {
    let (since, mut told) = (Instant::now(), Told::default());
    let disk = Disk::new(&c.folder, "disk", MEGABYTES)?;
    let mut server = Server::demo(&c.program, &disk.mounted, "")?;
    let mut checker = Checker::new(&disk.mounted)?;
    let mut desks = desks(&server.address, c.seed)?;
    for round in 1..=c.times {
        if c.control {
            std::fs::remove_file(disk.mounted.join(RESERVE)).map_err(|e| e.to_string())?;
        }
        let filler = disk.mounted.join("filler");
        fill(&disk, &filler)?;
        let sent = write_until_refused(&server.address, &mut desks)?;
        told.acknowledged += sent.iter().filter(|s| s.id.is_some()).count();
        told.bad.extend(looked(&server.address, &desks).err());
        std::fs::remove_file(&filler).map_err(|e| e.to_string())?;
        told.bad.extend(goes_on(&server.address, &desks, &sent).err());
        let kept: Vec<Sent> = sent.into_iter().filter(|s| s.id.is_some()).collect();
        let bad = checker.ask(&kept)?;
        told.bad.extend(bad.into_iter().map(|line| format!("round {round}: {line}")));
        told.times = round;
        if c.control {
            break;
        }
    }
    server.kill();
    told.bad.extend(whole(&c.program, &["--data", &disk.mounted.to_string_lossy()])?);
    told.took = since.elapsed();
    Ok(told)
}

/// Leaves a few hundred kilobytes.
fn fill(disk: &Disk, path: &std::path::Path) -> Result<(), String> {
    let mut file = File::create(path).map_err(|e| e.to_string())?;
    let block = vec![7_u8; 64 << 10];
    while disk.free_bytes()? > 512 << 10 {
        for _ in 0..(disk.free_bytes()? / (64 << 10)).saturating_sub(6).clamp(1, 256) {
            if file.write_all(&block).is_err() {
                break;
            }
        }
        file.sync_all().map_err(|e| e.to_string())?;
    }
    Ok(())
}

/// The desks log calls until each has been refused.
fn write_until_refused(address: &str, desks: &mut [Desk]) -> Result<Vec<Sent>, String> {
    let mut all = vec![];
    for _ in 0..200 {
        let sent = work_until(address, desks, 200, || {})?;
        let refused = sent.iter().any(|s| s.id.is_none());
        all.extend(sent);
        if refused {
            return Ok(all);
        }
    }
    Err("the disk never was full".into())
}

fn looked(address: &str, desks: &[Desk]) -> Result<(), String> {
    let desk = desks.first().ok_or("no desk")?;
    let mut client = Client::connect(address, desk.cookie())?;
    for n in 0..LOOKS {
        let answer = client.get("/clients")?;
        if answer.status != 200 {
            return Err(format!("look {n} answers {}", answer.status));
        }
    }
    Desk::sign_in(address, "late").map(|_| ()).map_err(|e| format!("signing in: {e}"))
}

/// Within a quarter of a minute the refused form is taken.
fn goes_on(address: &str, desks: &[Desk], sent: &[Sent]) -> Result<(), String> {
    let refused = sent.iter().find(|s| s.id.is_none()).ok_or("nothing was refused")?;
    let desk = desks.iter().find(|d| d.wrote(refused)).ok_or("nobody wrote this")?;
    let since = Instant::now();
    while since.elapsed() < Duration::from_secs(15) {
        if desk.again(address, refused).is_ok() {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    Err("there is room again, and writing does not go on".into())
}
