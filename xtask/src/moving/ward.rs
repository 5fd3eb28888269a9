//! What is moved: a generated population that was worked with, or the sample ward.

use std::path::{Path, PathBuf};

use crate::bench::{names, population};
use crate::faults::server::Server;
use crate::http::Client;

/// So many people are looked at and so many searches made, so that the chain has links.
const LOOKED_AT: usize = 500;

/// 移す区.
pub struct Ward {
    database: PathBuf,
    /// The logins whose reports are compared.
    pub logins: &'static [&'static str],
    /// Until it is gone, the file of a generated population is there.
    _folder: Option<tempfile::TempDir>,
}

impl Ward {
    pub async fn make(program: &Path, folder: &Path, clients: usize) -> Result<Self, String> {
        if clients == 0 {
            let folder = folder.join("sample");
            std::fs::create_dir_all(&folder).map_err(|e| e.to_string())?;
            Server::demo(program, &folder, "")?.stop();
            let logins = &["demo-officer", "demo-coordinator"];
            return Ok(Self { database: folder.join("kakehashi.db"), logins, _folder: None });
        }
        let made = population::fresh(program, clients).await?;
        let database = made.path().join("kakehashi.db");
        worked_with(program, made.path(), clients)?;
        let logins = &["bench-officer", "bench-coordinator"];
        Ok(Self { database, logins, _folder: Some(made) })
    }

    pub fn url(&self) -> String {
        format!("sqlite:{}", self.database.display())
    }
}

/// People are looked at and looked for, which is recorded.
fn worked_with(program: &Path, folder: &Path, clients: usize) -> Result<(), String> {
    let url = format!("sqlite:{}", folder.join("kakehashi.db").display());
    let server = Server::serve(program, folder, &url, "")?;
    let mut desk = Client::connect(&server.address, "")?;
    let login = format!("login=bench-officer&password={}&next=/", population::PASSWORD);
    desk.cookie = desk.post("/login", &login)?.cookie;
    let page = desk.get("/me")?.text;
    let csrf = page.split("data-csrf=\"").nth(1).and_then(|t| t.split('"').next());
    let csrf = csrf.ok_or("no token on the page")?.to_owned();
    let families = names::families();
    for n in 0..LOOKED_AT {
        let person = kana::ClientNumber::from_row((n * 7919 % clients + 1) as i64);
        desk.get(&format!("/clients/{person}"))?;
        let name = families.get(n * 31 % families.len()).map_or("", |n| n.0.as_str());
        let name: String = name.bytes().map(|b| format!("%{b:02X}")).collect();
        desk.post("/clients", &format!("q={name}&_csrf={csrf}"))?;
    }
    server.stop();
    Ok(())
}
