//! Every place of the program: each route with the ids of records that exist in the walk's world.

use kakehashi::access::Role;
use kana::ClientNumber;

use super::people::{PEOPLE, UNNAMED};
use crate::support::{Seat, World};

/// Searches, filters and pages with a query of their own; only for routes that exist.
const ASKED: &[&str] = &[
    "/clients?closed=yes",
    "/clients?care=ventilator&whereabouts=hospital",
    "/clients?whereabouts=hospital",
    "/clients?care=ventilator",
    "/consultations?q=秘",
    "/consultations?age_from=0&age_until=99",
    // Person 11, of whom some may know everything but who it is.
    "/consultations?client=M-00117",
    "/consultations?client=M-00117&age_from=0&age_until=99",
    "/case-notes?q=秘",
    "/follow-ups?whose=all",
    "/follow-ups?done=1",
    "/usage?organisation=org-station-first",
    "/api/v1/consultations?age_from=0&age_until=99",
    "/api/v1/consultations?after=2026-11-02T01:00:00.000Z~x&limit=2",
    "/api/v1/case-notes?mine=true",
    "/api/v1/case-notes?after=2026-11-02T01:00:00.000Z~x&limit=2",
    "/api/v1/follow-ups?list=office",
    "/api/v1/follow-ups?list=overdue&limit=1",
    "/api/v1/follow-ups?list=stalled",
];

/// Searches that are sent as forms, because a name must not stand in an address.
pub const SEARCHES: &[(&str, &[(&str, &str)])] = &[
    ("/clients", &[("q", "秘")]),
    ("/clients", &[("q", "ひみつ")]),
    ("/clients", &[("q", "03-0000-0007")]),
    ("/clients", &[("q", "03-0000-0002")]),
    ("/clients", &[("q", "03-0000-0013"), ("closed", "yes")]),
    ("/clients", &[("q", "0018"), ("closed", "yes")]),
    ("/clients", &[("q", "2021-04-02")]),
    ("/clients/suggest", &[("q", "0012"), ("name", "client")]),
    ("/clients", &[("q", "M-00076")]),
    ("/clients/suggest", &[("q", "ひみつ"), ("name", "client")]),
    ("/clients/suggest", &[("q", "秘7")]),
    ("/api/v1/clients/search", &[("q", "秘")]),
    ("/api/v1/clients/search", &[("q", "ひみつ")]),
    ("/api/v1/clients/search", &[("q", "03-0000-0007")]),
    ("/api/v1/clients/search", &[("q", "03-0000-0012")]),
    ("/api/v1/clients/search", &[("q", "秘"), ("closed", "yes")]),
    ("/api/v1/clients/search", &[("q", "秘"), ("after", "M-00019")]),
    ("/api/v1/clients/search", &[("q", "秘"), ("after", "M-00084")]),
    ("/api/v1/consultations/search", &[("q", "秘")]),
    ("/api/v1/consultations/search", &[("q", "秘7")]),
    ("/api/v1/consultations/search", &[("client", "M-00076")]),
];

/// The concrete paths of a route.
pub fn of(w: &World, pattern: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut before = "";
    for segment in pattern.split('/').skip(1) {
        let choices = match segment.strip_prefix('{').and_then(|s| s.strip_suffix('}')) {
            Some(name) => ids(w, before, name, pattern),
            None => vec![segment.to_owned()],
        };
        out = out.iter().flat_map(|o| choices.iter().map(move |c| format!("{o}/{c}"))).collect();
        before = segment;
    }
    let asked = ASKED.iter().filter(|a| a.split('?').next() == Some(pattern));
    out.extend(asked.map(|a| escape_query(a)));
    out
}

fn escape_query(path: &str) -> String {
    let keep =
        |c: char| if c.is_ascii() { c.to_string() } else { crate::support::escape(&c.to_string()) };
    path.chars().map(keep).collect()
}

/// Ids of the records a placeholder stands for, by the segment before it.
fn ids(w: &World, before: &str, name: &str, pattern: &str) -> Vec<String> {
    let each = |noun: &str| PEOPLE.iter().map(|n| format!("{noun}-{n}")).collect::<Vec<_>>();
    let with_unnamed = |noun: &str| {
        PEOPLE.iter().chain(&UNNAMED).map(|n| format!("{noun}-{n}")).collect::<Vec<_>>()
    };
    let old = |ids: Vec<String>| {
        let old = ids.iter().map(|id| format!("old-{id}")).collect::<Vec<_>>();
        [ids, old].concat()
    };
    let seats = |role: Role| Seat::ALL.map(|s| w.seated(role, s));
    match (before, name) {
        ("clients", "number") => {
            PEOPLE.iter().map(|n| ClientNumber::from_row(*n as i64).to_string()).collect()
        }
        ("consultations", _) => old(with_unnamed("consultation")),
        ("follow-ups", _) => with_unnamed("follow"),
        ("case-notes", _) => old(each("note")),
        ("requests", _) => each("request"),
        ("assignments", "id") => each("assignment"),
        (_, "account") => seats(Role::Coordinator).map(|a| a.account_id).to_vec(),
        (_, "organisation") => seats(Role::Coordinator).map(|a| a.organisation_id).to_vec(),
        ("accounts", _) => seats(Role::Coordinator).map(|a| a.account_id).to_vec(),
        ("organisations", _) => seats(Role::Coordinator).map(|a| a.organisation_id).to_vec(),
        ("transfers" | "merges" | "reviews" | "knowledge" | "adviser", _) => {
            vec!["no-such-row".into()]
        }
        ("invitations" | "tokens" | "calendar", _) => vec!["no-such-token".into()],
        ("imports", "id") => vec!["no-such-batch".into()],
        ("template", _) => stems("imports"),
        ("reports", _) => stems("reports"),
        ("files", "format") => ["csv", "csv-cp932", "xlsx", "json"].map(str::to_owned).to_vec(),
        ("editions", _) => vec!["1".into()],
        ("today", _) => today(),
        ("drafts", _) => vec!["consultation".into()],
        ("parts", _) if pattern.contains("{row}") => {
            ["name", "care", "residence"].map(str::to_owned).to_vec()
        }
        ("parts", _) => kakehashi::clients::parts::all().iter().map(|p| p.id.to_owned()).collect(),
        ("facts", "row") => ["fact-1", "fact-8"].map(str::to_owned).to_vec(),
        (_, "row") => ["name-1", "care-2", "name-8"].map(str::to_owned).to_vec(),
        ("same", _) => [2, 7, 8].map(|n| ClientNumber::from_row(n).to_string()).to_vec(),
        ("trash", "kind") => ["client", "consultation", "case-note"].map(str::to_owned).to_vec(),
        ("{kind}", _) => vec!["no-such".into()],
        ("disclosures", _) => each("asked"),
        ("residents", _) => each("difference"),
        ("disposals", _) => vec!["disposal-9".into(), "disposal-8".into()],
        ("moves", _) => vec!["move-7".into(), "move-8".into()],
        ("address", _) => vec!["restriction-10".into()],
        ("family", _) => vec!["link-1".into()],
        ("emergencies", _) => ["7-coordinator", "8-coordinator", "14-hospital"]
            .map(|e| format!("emergency-{e}"))
            .to_vec(),
        ("questions", _) => each("question"),
        ("codes", _) => vec!["area".into()],
        (_, "code") => vec!["east".into()],
        ("settings", _) => vec!["emergency_minutes".into()],
        ("team", _) => vec!["team-1-operator".into(), "team-6-operator".into()],
        _ => programmes(before, name, pattern),
    }
}

/// Of what is on offer, asked for and decided.
fn programmes(before: &str, name: &str, pattern: &str) -> Vec<String> {
    let each = |noun: &str| PEOPLE.iter().map(|n| format!("{noun}-{n}")).collect::<Vec<_>>();
    match (before, name) {
        ("facts", _) => ["physician_order", "income_band"].map(str::to_owned).to_vec(),
        ("applications", _) => each("application"),
        ("awards", _) => each("decision"),
        ("programmes", _) => vec!["home_respite".into()],
        ("people", _) => {
            ["entitled", "unknown", "ending", "plan", "unmet"].map(str::to_owned).to_vec()
        }
        ("steps" | "deadlines", _) => vec!["no-such-row".into()],
        ("grants", _) => vec!["grant-1".into()],
        ("ledger", "decision") => each("decision"),
        ("ledger", _) => each("entry"),
        ("usage", _) => vec!["2026-11".into()],
        ("bodies" | "counts" | "figures" | "lines", _) => vec!["no-such-row".into()],
        _ => panic!("tests/access/places.rs does not know {{{name}}} of {pattern}"),
    }
}

/// The names of the data files of a folder.
fn stems(folder: &str) -> Vec<String> {
    let files = std::fs::read_dir(format!("{}/{folder}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let stem = |f: std::fs::DirEntry| Some(f.path().file_stem()?.to_str()?.to_owned());
    let mut all: Vec<_> = files.flatten().filter_map(stem).collect();
    all.sort();
    all
}

/// The lists behind the first page, as its sources name them.
fn today() -> Vec<String> {
    let text = include_str!("../../src/today/table.rs");
    let roles = text.split("let ids").nth(1).and_then(|t| t.split("};").next()).unwrap();
    let ids = roles.split('"').skip(1).step_by(2);
    let ids: Vec<_> = ids.map(str::to_owned).collect();
    assert!(ids.len() > 3, "the lists of the first page are written differently now");
    ids
}
