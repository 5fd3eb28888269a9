//! Every route as every role. Two measures: no mark of anybody the actor may not see, and an
//! answer equal, byte for byte, to that of a world in which those people do not exist.

use std::io::{Cursor, Read};

use kakehashi::access::{AccessTable, Reach, Role};
use kakehashi::routes::ROUTES;

use super::people::{self, CATEGORIES, PEOPLE, UNNAMED, mark, may_find, may_see, phone};
use super::places;
use crate::api;
use crate::support::{Answer, Browser, World};

/// Where the answer may depend on people of the ward one does not see, and why. It must not depend
/// on the neighbouring ward's, and marks are looked for there too.
const MAY_COUNT: &[(&str, &str)] = &[
    ("/", "the coordinator's first page proposes colleagues by what they carry"),
    ("/today/{list}", "who carries too much, and who waits"),
    ("/assignments", "who carries how much is a number the desks decide by"),
    ("/assignments/batch", "the same proposal for several at once"),
    ("/assignments/{id}/hand-over", "the same proposal"),
    ("/assignments/of/{account}", "the number of cases of a colleague"),
    ("/assignments/offices/{organisation}", "the number of cases of an office"),
    ("/requests/{id}", "the proposal weighs the whole load of each colleague"),
    ("/clients/{number}/request", "the same proposal"),
    ("/consultations/{id}/case", "the same proposal"),
    ("/programmes", "what a programme reports is the whole ward's, without persons"),
    ("/programmes/{id}", "the same figures"),
    ("/api/v1/coordinators", "as /assignments"),
    ("/api/v1/requests/{id}", "as /requests/{id}"),
];

/// Reports about who carries how much and how long people wait: numbers of the whole ward.
const REPORTS_OF_LOAD: &[&str] = &["/cases_in_charge", "/time_to_assignment"];

/// What was done before, by whom: the worlds have different pasts, so only marks are looked for.
const PAST: &[&str] = &[
    "/tokens",
    "/audit",
    "/clients/{number}/looks",
    "/mine/looks",
    // One's own emergencies, by number: a world without the person has none.
    "/emergencies/new",
    "/accounts/{id}/leaving",
    "/disclosures/{id}/copy",
    "/disclosures/{id}/print",
    // How many events there are, and the ends of the chains.
    "/administration",
];

/// Routes that take a file.
const UPLOADS: &[&str] = &["/imports", "/what-if", "/usage/{month}/upload"];

/// The marks the role may not see.
fn forbidden(role: Role) -> Vec<String> {
    marks(role, |n, category| may_see(role, n, category))
}

/// The marks nobody may see on a page an emergency opened: everybody else's, and of the person
/// what it does not open.
fn forbidden_in_emergency(role: Role) -> Vec<String> {
    marks(role, people::may_see_in_emergency)
}

fn marks(role: Role, may_see: impl Fn(usize, &str) -> bool) -> Vec<String> {
    let mut out = vec![];
    for n in PEOPLE.into_iter().chain(UNNAMED) {
        for category in CATEGORIES.into_iter().filter(|c| !may_see(n, c)) {
            out.push(mark(n, category));
        }
        if !may_see(n, "identity") || !may_find(role, n) {
            out.push(mark(n, "address"));
        }
        if PEOPLE.contains(&n) && !may_find(role, n) {
            out.push(phone(n));
        }
    }
    out
}

/// Everything an answer says, in text: files are opened.
fn words(answer: &Answer) -> String {
    let mut out = answer.text.clone();
    out.extend(answer.headers.values().map(|v| String::from_utf8_lossy(v.as_bytes())));
    let (cp932, _, _) = encoding_rs::SHIFT_JIS.decode(&answer.bytes);
    out.push_str(&cp932);
    if answer.bytes.starts_with(b"PK") {
        let mut zip = zip::ZipArchive::new(Cursor::new(&answer.bytes)).unwrap();
        for n in 0..zip.len() {
            let _ = zip.by_index(n).unwrap().read_to_string(&mut out);
        }
    }
    out
}

/// Without what differs by itself between two worlds: the token of the session, and the ids a
/// page makes up for what will be written on it (the walk's records have other ids), and who
/// looked.
fn plain(answer: &Answer, b: &Browser) -> String {
    let mut text = answer.text.replace(&b.actor.csrf, "TOKEN");
    while let Some((before, looked)) = text.split_once(r#"="looked"#) {
        let before = before.rsplit_once("<section").map_or("", |(before, _)| before).trim_end();
        let after = looked.split_once("</section>").map_or("", |(_, after)| after).trim_start();
        text = format!("{before}\n{after}");
    }
    let word = |c: char| !c.is_ascii_alphanumeric() && c != '-';
    let sent_once = |w: &str| w.len() == 32 && w.bytes().all(|b| b.is_ascii_hexdigit());
    let fresh = |w: &str| sent_once(w) || w.len() == 36 && w.matches('-').count() == 4;
    let words = text.split_inclusive(word).map(|w| match w.trim_end_matches(word) {
        id if fresh(id) => w.replace(id, "ID"),
        _ => w.to_owned(),
    });
    let words = words.collect::<String>();
    let lines: Vec<_> = words.lines().filter(|l| !l.trim().is_empty()).collect();
    format!("{} {}", answer.status, lines.join("\n"))
}

pub struct Walk {
    pub role: Role,
    pub everybody: Browser,
    /// In the world of the people one may see.
    pub own: Browser,
    /// In the world of the people of the ward.
    pub ward: Browser,
    /// In the world of the person an emergency opened, and of what it opens.
    pub opened: Option<Browser>,
    pub forbidden: Vec<String>,
}

/// A page, or `?N`: a search.
pub async fn ask(browser: &Browser, path: &str) -> Answer {
    match path.strip_prefix('?').and_then(|n| n.parse::<usize>().ok()) {
        Some(n) => search(browser, places::SEARCHES[n]).await,
        None => browser.get(path).await,
    }
}

/// As a form, or as a program sends it.
async fn search(browser: &Browser, (path, fields): (&str, &[(&str, &str)])) -> Answer {
    if !path.starts_with("/api/") {
        return browser.post(path, fields).await;
    }
    let one = |(name, value): &(&str, &str)| match *value {
        "yes" => ((*name).to_owned(), true.into()),
        text => ((*name).to_owned(), text.into()),
    };
    let body: serde_json::Map<_, _> = fields.iter().map(one).collect();
    browser.post_json(path, &body.into()).await
}

/// What the walk found at one place, if anything.
pub async fn look(walk: &Walk, pattern: &str, path: &str) -> Option<String> {
    let said = ask(&walk.everybody, path).await;
    let role = walk.role.code();
    if said.status >= 500 {
        return Some(format!("{role} GET {path}: {}", said.status));
    }
    let text = words(&said);
    let opened = walk.opened.as_ref().filter(|_| is_opened(pattern, path));
    let forbidden = match opened {
        Some(_) => &forbidden_in_emergency(walk.role),
        None => &walk.forbidden,
    };
    if let Some(leak) = forbidden.iter().find(|m| text.contains(m.as_str())) {
        return Some(format!("{role} GET {path} shows {leak}"));
    }
    let past = PAST.contains(&pattern) || walk.role == Role::Auditor;
    let report = pattern.trim_start_matches("/api/v1").starts_with("/reports/");
    let counted = walk.role.reach() == Reach::Statistics && report;
    if past || counted {
        return None;
    }
    let load = REPORTS_OF_LOAD.iter().any(|r| path.contains(r));
    let counts = (load || MAY_COUNT.iter().any(|(p, _)| pattern == *p))
        && matches!(walk.role.reach(), Reach::Controller | Reach::Team);
    let own = opened.unwrap_or(if counts { &walk.ward } else { &walk.own });
    let (with, without) = (plain(&said, &walk.everybody), plain(&ask(own, path).await, own));
    (with != without).then(|| format!("{role} GET {path}: {}", first_difference(&with, &without)))
}

/// A page of the person who was opened, by those who were called.
fn is_opened(pattern: &str, path: &str) -> bool {
    let table = AccessTable::official().unwrap();
    let number = kana::ClientNumber::from_row(people::IN_EMERGENCY as i64).to_string();
    table.find("GET", pattern).is_some_and(|r| r.emergency) && path.contains(&number)
}

fn first_difference(a: &str, b: &str) -> String {
    let pair = a.lines().zip(b.lines()).find(|(a, b)| a != b);
    let (a, b) = pair.unwrap_or(("(longer)", "(shorter)"));
    let same = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
    let part = |s: &str| s.chars().skip(same.saturating_sub(60)).take(200).collect::<String>();
    let (a, b) = (part(a), part(b));
    format!("\n   all people: {a}\n  own people: {b}")
}

/// Every place the role may open. A role that is not in a row is refused before any id is read:
/// `a_role_that_is_not_listed_is_told_nothing` looks at those.
pub fn stops(w: &World, role: Role) -> Vec<(&'static str, String)> {
    let open = |p: &&str| w.app.access.allows(role, "GET", p);
    let gets = ROUTES.iter().filter(|(m, _)| *m == "GET").map(|(_, p)| *p).filter(open);
    let pages = gets.flat_map(|p| places::of(w, p).into_iter().map(move |path| (p, path)));
    let searches = places::SEARCHES.iter().enumerate();
    let searches = searches.filter(|(_, (p, _))| w.app.access.allows(role, "POST", p));
    let calendar = ("/calendar/{token}", format!("/calendar/{}.ics", people::feed(role)));
    pages.chain(searches.map(|(n, (p, _))| (*p, format!("?{n}")))).chain([calendar]).collect()
}

/// Programs act for desks and bodies; no token acts as one of these.
const NO_TOKEN: [Role; 3] = [Role::Family, Role::Auditor, Role::Administrator];

/// Signed in, and with a token of the same role for the API.
async fn browser(w: &World, role: Role) -> Browser {
    let browser = w.as_(role).await;
    // A walk asks more in a minute than a program may.
    let often = [("api_per_minute", "100000")];
    w.as_(Role::Administrator).await.post("/tokens/limit", &often).await.expect(303);
    match NO_TOKEN.contains(&role) {
        true => browser,
        false => browser.with_token(api::token(w, role, &[]).await),
    }
}

/// The three worlds a role is walked in, on the engine of `all`.
pub struct Worlds {
    pub all: World,
    pub ward: World,
    pub own: Vec<(Role, World)>,
    /// Only whom an emergency opened, and what it opens.
    pub opened: World,
}

impl Worlds {
    pub async fn new(all: &World) -> Self {
        people::settle(all, |_, _| true).await;
        let ward = all.another().await;
        people::settle(&ward, |n, _| !people::abroad(n)).await;
        let mut own = vec![];
        for role in Role::ALL {
            let world = all.another().await;
            people::settle(&world, |n, category| may_see(role, n, category)).await;
            own.push((role, world));
        }
        let opened = all.another().await;
        people::settle(&opened, people::may_see_in_emergency).await;
        Self { all: all.clone(), ward, own, opened }
    }

    pub async fn walks(&self) -> Vec<Walk> {
        let mut out = vec![];
        for (role, own) in &self.own {
            out.push(Walk {
                role: *role,
                everybody: browser(&self.all, *role).await,
                own: browser(own, *role).await,
                ward: browser(&self.ward, *role).await,
                opened: match people::CALLED.contains(role) {
                    true => Some(browser(&self.opened, *role).await),
                    false => None,
                },
                forbidden: forbidden(*role),
            });
        }
        out
    }

    pub async fn done(self) {
        self.ward.done().await;
        self.opened.done().await;
        for (_, own) in self.own {
            own.done().await;
        }
    }
}

both! {
    async fn nobody_sees_or_counts_people_they_may_not(w: World) {
        let worlds = Worlds::new(&w).await;
        let mut found = vec![];
        for walk in worlds.walks().await {
            for (pattern, path) in stops(&w, walk.role) {
                found.extend(look(&walk, pattern, &path).await);
            }
        }
        worlds.done().await;
        assert!(found.is_empty(), "{} findings:\n{}", found.len(), found.join("\n"));
    }

    async fn the_walk_sees_what_may_be_seen(w: World) {
        people::settle(&w, |_, _| true).await;
        let shown = words(&w.as_(Role::Officer).await.get("/consultations").await);
        assert!(shown.contains("秘7号"), "a leak would be found: {shown}");
        assert!(forbidden(Role::Coordinator).contains(&mark(7, "identity")));
        assert!(!forbidden(Role::Operator).contains(&mark(2, "identity")));
        for (role, n, hidden) in [
            (Role::Operator, 10, true),
            (Role::Coordinator, 10, false),
            (Role::Coordinator, 12, true),
            (Role::Officer, 12, false),
        ] {
            for sentinel in [mark(n, "address"), phone(n)] {
                assert_eq!(forbidden(role).contains(&sentinel), hidden, "{role:?} {sentinel}");
            }
        }
        let opened = kana::ClientNumber::from_row(people::IN_EMERGENCY as i64);
        for role in people::CALLED {
            let browser = w.as_(role).await;
            let folder = words(&browser.get(&format!("/clients/{opened}")).await.expect(200));
            for category in ["identity", "care"] {
                assert!(folder.contains(&mark(14, category)), "{role:?} {category} is not opened");
            }
            assert!(forbidden_in_emergency(role).contains(&mark(14, "consultation")));
            browser.get(&format!("/clients/{opened}/timeline")).await.expect(404);
        }
        let number = kana::ClientNumber::from_row(12);
        let folder = words(&w.as_(Role::Officer).await.get(&format!("/clients/{number}")).await);
        assert!(folder.contains(&mark(12, "address")) && folder.contains(&phone(12)));
    }

    async fn a_role_that_is_not_listed_is_told_nothing(w: World) {
        people::settle(&w, |_, _| true).await;
        for role in Role::ALL {
            let browser = browser(&w, role).await;
            let unknown = browser.get("/no-such-page").await.expect(404);
            let no_api = browser.get("/api/v1/no-such").await.expect(404);
            for (method, pattern) in ROUTES {
                if w.app.access.allows(role, method, pattern) {
                    continue;
                }
                let Some(path) = places::of(&w, pattern).into_iter().next() else { continue };
                let said = match *method {
                    "GET" => browser.get(&path).await,
                    _ => browser.post(&path, &[]).await,
                };
                let api = path.starts_with("/api/");
                if api && NO_TOKEN.contains(&role) {
                    assert_eq!(said.status, 401, "a session opens {path}");
                    continue;
                }
                let unknown = if api { &no_api } else { &unknown };
                assert_eq!(said.text, unknown.text, "{role:?} {method} {path}");
                assert_eq!(said.status, 404);
            }
        }
    }

    async fn a_form_from_elsewhere_changes_nothing(w: World) {
        people::settle(&w, |_, _| true).await;
        let before = w.digest().await;
        for role in Role::ALL {
            let browser = w.as_(role).await;
            for (method, pattern) in ROUTES {
                if *method == "GET" || !w.app.access.allows(role, method, pattern) {
                    continue;
                }
                for path in places::of(&w, pattern) {
                    let guess = [("_csrf", "guessed")];
                    let said = match UPLOADS.contains(pattern) {
                        true => browser.upload_raw(&path, &guess, "a.csv", b"a").await,
                        false => browser.post_raw(&path, &guess).await,
                    };
                    let refused = if path.starts_with("/api/") { 401 } else { 403 };
                    assert_eq!(said.status, refused, "{role:?} {path}: {}", said.text);
                }
            }
        }
        assert_eq!(w.digest().await, before);
    }

    async fn a_form_about_somebody_unseen_changes_nothing(w: World) {
        people::settle(&w, |_, _| true).await;
        let before = w.digest().await;
        for role in [Role::Officer, Role::Coordinator] {
            let browser = w.as_(role).await;
            for (method, pattern) in ROUTES {
                // What a program sends about somebody unseen: tests/api.rs.
                let api = pattern.starts_with("/api/");
                if *method == "GET" || api || !w.app.access.allows(role, method, pattern) {
                    continue;
                }
                let number = kana::ClientNumber::from_row(8).to_string();
                for path in places::of(&w, pattern) {
                    let unseen = path.contains(&number)
                        || !pattern.contains("{number}")
                            && path.split('/').any(|s| s.ends_with("-8"));
                    if unseen {
                        let said = browser.post(&path, &[]).await;
                        assert_eq!(said.status, 404, "{role:?} {path}: {}", said.text);
                    }
                }
            }
        }
        assert_eq!(w.digest().await, before);
    }
}
