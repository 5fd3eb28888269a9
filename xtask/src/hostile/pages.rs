//! Scripts in every text that is typed or kept, and every page opened in Chromium.

use std::process::Command;

use super::spoil::spoil;
use super::{Campaign, Told};
use crate::faults::server::Server;

/// Kept texts may be longer than a form lets them be.
const SCRIPTS: &[&str] = &[
    "\"><img src=x onerror=ran(11)>",
    "'><svg onload=ran(12)>",
    "</textarea></title></script><script>ran(13)</script>",
    "\" autofocus onfocus=\"ran(14)\" x=\"",
    "<iframe srcdoc=\"<script>parent.ran(15)</script>\"></iframe>",
    "<a href=javascript:ran(16)>",
];

/// So long for the walks of all roles together, by default.
const SECONDS: u64 = 1_800;

/// Into every form that every role finds.
pub fn typed(c: Campaign) -> Result<Told, String> {
    let mut told = Told::default();
    walk(&c.server, c.cases.unwrap_or(SECONDS), false, &mut told)?;
    Ok(told)
}

/// In front of every text of the sample ward.
pub fn kept(c: Campaign) -> Result<Told, String> {
    let mut told = Told::default();
    let url = c.database();
    c.server.stop();
    let (columns, rows) = spoil(&url, SCRIPTS)?;
    println!("in {columns} columns, {rows} texts:");
    let server = Server::demo(&c.program, &c.folder, "")?;
    walk(&server, c.cases.unwrap_or(SECONDS), true, &mut told)?;
    Ok(told)
}

fn walk(server: &Server, seconds: u64, kept: bool, told: &mut Told) -> Result<(), String> {
    let folder = crate::bench::root().join("tests/browser");
    if !folder.join("node_modules").exists() {
        let npm = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
        Command::new("npm").args(npm).current_dir(&folder).status().map_err(|e| e.to_string())?;
    }
    let done = Command::new("node")
        .arg("hostile.mjs")
        .args([&format!("http://{}", server.address), "kakehashi-demo", &seconds.to_string()])
        .args(kept.then_some("kept"))
        .current_dir(folder)
        .status()
        .map_err(|e| e.to_string())?;
    if !done.success() {
        told.bad.push("something was executed, or a page failed: see above".into());
    }
    Ok(())
}
