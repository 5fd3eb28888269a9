//! The desk that asks: a server over a population of its own, and what is asked of it.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

use super::http::{Connection, Request};
use super::server::Server;
use super::{names, population};

/// 計測の場. A server over a population of its own, and a session at the officer's desk.
pub struct Desk {
    pub server: Server,
    pub clients: usize,
    cookie: String,
    csrf: String,
    families: Vec<names::Name>,
    given: Vec<names::Name>,
    /// Every form has a number of its own.
    sent: AtomicU64,
    _folder: tempfile::TempDir,
}

impl Desk {
    pub async fn open(program: PathBuf, clients: usize) -> Result<Self, String> {
        let folder = population::fresh(&program, clients).await?;
        let data = folder.path().to_string_lossy();
        let arguments = ["serve", "--data", &data, "--listen", "{at}"];
        let server = Server::start(&program, &arguments, "/login")?;
        let (cookie, csrf) = sign_in(&server, "bench-officer")?;
        Ok(Self {
            server,
            clients,
            cookie,
            csrf,
            families: names::families(),
            given: names::given(),
            sent: AtomicU64::new(1),
            _folder: folder,
        })
    }

    pub fn name(&self, what: &str) -> String {
        if self.clients == 10_000 { what.to_owned() } else { format!("{what}_{}", self.clients) }
    }

    /// The n-th request of a kind; people and names by their share in the population.
    pub fn request(&self, what: &str, n: usize) -> Request {
        match what {
            "list" => Request::get("/clients", &self.cookie),
            "search" => self.search(&self.typed(n)),
            "search_common" => self.search("佐藤"),
            "client" => Request::get(&format!("/clients/{}", self.number(n)), &self.cookie),
            "timeline" => {
                let number = self.number(n);
                Request::get(&format!("/clients/{number}/timeline"), &self.cookie)
            }
            _ => self.consultation(n),
        }
    }

    /// Any page, as the officer who is signed in.
    pub fn page(&self, path: &str) -> Request {
        Request::get(path, &self.cookie)
    }

    fn search(&self, typed: &str) -> Request {
        let body = format!("q={}&_csrf={}", escape(typed), self.csrf);
        Request::post("/clients", &self.cookie, &body)
    }

    /// Surnames and given names, written and read, and both together.
    fn typed(&self, n: usize) -> String {
        let family = &self.families[n * 7919 % self.families.len()];
        let given = &self.given[n * 31 % self.given.len()];
        match n % 8 {
            0..=3 => family.0.clone(),
            4 | 5 => family.1.clone(),
            6 => format!("{}{}", family.0, given.0),
            _ => given.0.clone(),
        }
    }

    /// The printed number of one of the ward's people whose case is open.
    fn number(&self, n: usize) -> String {
        let i = (n * 7919 % self.clients) / 10 * 10 + 1 + n % 5;
        let i = i - usize::from(i.is_multiple_of(33));
        kana::ClientNumber::from_row(i as i64).to_string()
    }

    fn consultation(&self, n: usize) -> Request {
        let text = escape("入園について相談があった。園に確かめて折り返す。");
        let body = format!(
            "scope=individual&client={}&inquirer_kind=family&channel=phone&text={text}\
             &occurred_at={}&region=ku&minutes=15&_once={:032x}&_csrf={}",
            self.number(n),
            escape("2025-06-01 10:00"),
            self.sent.fetch_add(1, SeqCst),
            self.csrf
        );
        Request::post("/consultations/new", &self.cookie, &body).answers(303)
    }
}

/// (cookie, token of the forms)
fn sign_in(server: &Server, login: &str) -> Result<(String, String), String> {
    let body = format!("login={login}&password={}&next=/", population::PASSWORD);
    let mut browser = Connection::open(server.at)?;
    let answer = browser.ask(&Request::post("/login", "", &body))?;
    let cookie = answer.head.split("set-cookie: ").nth(1).and_then(|c| c.split(';').next());
    let cookie = cookie.ok_or(format!("sign-in: {}", answer.status))?.to_owned();
    let page = browser.ask(&Request::get("/me", &cookie))?.body;
    let page = String::from_utf8_lossy(&page).into_owned();
    let csrf = page.split("data-csrf=\"").nth(1).and_then(|t| t.split('"').next());
    Ok((cookie, csrf.ok_or("no token on the page")?.to_owned()))
}

fn escape(text: &str) -> String {
    text.bytes().map(|b| format!("%{b:02X}")).collect()
}
