//! `bench web`: the desk's pages at two sizes, logged in, scoped and audited, beside hello-world.

use std::path::PathBuf;
use std::time::Duration;

use super::http::{Connection, Request, load};
use super::names;
use super::server::Server;
use super::table::{Row, median, print};
use super::{Done, Options, build, disk, population, target};

/// 計測の場. A server over a population of its own, and a session at the officer's desk.
struct Desk {
    server: Server,
    clients: usize,
    cookie: String,
    csrf: String,
    families: Vec<names::Name>,
    given: Vec<names::Name>,
    _folder: tempfile::TempDir,
}

/// What is asked; the last one writes.
const NAMES: &[&str] = &["list", "search", "search_common", "client", "timeline", "write"];

pub fn run(options: &Options) -> Done {
    build()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(super::said("runtime"))?.block_on(measure(options))
}

async fn measure(options: &Options) -> Done {
    let release = target().join("release");
    let hello = Server::start(&release.join("hello"), &["{at}"], "/")?;
    let sizes: &[usize] = if options.quick { &[10_000] } else { &[10_000, 100_000] };
    let (rounds, lasting) = if options.quick { (3, 1000) } else { (5, 2000) };
    let mut desks = vec![];
    for clients in sizes {
        desks.push(Desk::open(release.join("kakehashi"), *clients).await?);
    }
    let mut rows = vec![Row::new("hello")];
    for desk in &desks {
        rows.extend(NAMES.iter().map(|name| Row::new(&desk.name(name))));
    }
    let (mut commits, mut syncs) = (vec![], vec![]);
    let lasting = Duration::from_millis(lasting);
    for round in 0..rounds {
        let folder = target().join("bench");
        commits.push(disk::commits(&folder).await?);
        syncs.push(disk::sync_ms(&folder)?.1);
        let plain = Request::get("/", "");
        let mut at = rows.iter_mut();
        take(&hello, at.next(), lasting, |_| plain.clone())?;
        for desk in &desks {
            for name in NAMES {
                take(&desk.server, at.next(), lasting, |n| desk.request(name, n + round * 9973))?;
            }
        }
    }
    let mut single = vec![
        ("raw_commits_per_s".to_owned(), median(&commits)),
        ("fdatasync_p99_ms".to_owned(), median(&syncs)),
    ];
    for desk in &desks {
        single.push((format!("resident_mb_{}", desk.clients), desk.server.resident_mb()));
        single.push((format!("first_reply_ms_{}", desk.clients), desk.server.first_reply_ms));
    }
    print(&rows, &single, options.json);
    hello.stop();
    desks.into_iter().for_each(|d| d.server.stop());
    Ok(())
}

fn take(
    server: &Server,
    row: Option<&mut Row>,
    lasting: Duration,
    next: impl Fn(usize) -> Request + Sync,
) -> Done {
    load(server.at, lasting / 10, &next)?;
    let before = server.cpu_ms();
    let round = load(server.at, lasting, &next)?;
    let used = server.cpu_ms() - before;
    if let Some(row) = row {
        row.add(round, used);
    }
    Ok(())
}

impl Desk {
    async fn open(program: PathBuf, clients: usize) -> Result<Self, String> {
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
            _folder: folder,
        })
    }

    fn name(&self, what: &str) -> String {
        if self.clients == 10_000 { what.to_owned() } else { format!("{what}_{}", self.clients) }
    }

    /// The n-th request of a kind; people and names by their share in the population.
    fn request(&self, what: &str, n: usize) -> Request {
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

    /// The printed number of one of the ward's people.
    fn number(&self, n: usize) -> String {
        let i = (n * 7919 % self.clients) / 10 * 10 + 1 + n % 5;
        kana::ClientNumber::from_row(i as i64).to_string()
    }

    fn consultation(&self, n: usize) -> Request {
        let text = escape("入園について相談があった。園に確かめて折り返す。");
        let body = format!(
            "scope=individual&client={}&inquirer_kind=family&channel=phone&text={text}\
             &occurred_at_date=&occurred_at={}&region=ku&minutes=15&_csrf={}",
            self.number(n),
            escape("2025-06-01T01:00:00.000Z"),
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
