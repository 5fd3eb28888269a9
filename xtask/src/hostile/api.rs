//! schemathesis against the OpenAPI document: a token a scope, then one a role with every scope.

use std::path::{Path, PathBuf};
use std::process::Command;

use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection};

use super::desk::Desk;
use super::{Campaign, Told, wait};

const VERSION: &str = "schemathesis==4.32.5";
/// A program acts in these roles; family, auditor and administrator are persons.
const ROLES: &[&str] =
    &["coordinator", "officer", "nurse", "operator", "hospital", "school", "prefecture"];
/// As the campaign is done when it says so.
const LEAST_A_ROLE: u64 = 3_000;
/// Some more than the coverage of every operation's limits, which is ten thousand.
const CASES: u64 = 2_500;

/// Ids that stand in addresses and bodies, by the names of `api_hooks.py`.
const KNOWN: &[(&str, &str)] = &[
    ("consultations", "select id from consultations"),
    ("case-notes", "select id from case_notes"),
    ("follow-ups", "select id from follow_ups"),
    ("requests", "select id from case_requests"),
    ("assignments", "select id from assignments"),
    ("moves", "select id from moves"),
    ("imports", "select id from import_batches"),
    ("reports", "select 'centre_consultations' union select 'consultation_topics'"),
    ("account", "select account_id from coordinators"),
    ("field organisation", "select id from organisations"),
    ("field desk", "select id from organisations where kind = 'centre'"),
    ("field account", "select account_id from coordinators"),
    ("field to", "select account_id from coordinators"),
    ("field owner", "select account_id from posts"),
];

pub fn run(c: Campaign) -> Result<Told, String> {
    let c = &c;
    let python = environment()?;
    let administrator = Desk::sign_in(&c.server.address, "administrator")?;
    let limit = administrator.form("/tokens/limit", &[("api_per_minute", "100000")])?;
    if limit.status != 303 {
        return Err(format!("the limit of requests answers {}", limit.status));
    }
    let known = c.folder.join("known.json");
    std::fs::write(&known, wait(known_ids(&c.database()))?).map_err(|e| e.to_string())?;
    let (mut told, mut all) = (Told::default(), 0);
    for scope in scopes()? {
        let token = token(c, "officer", std::slice::from_ref(&scope))?;
        all += asked(c, &python, &format!("officer, {scope} alone"), &token, None, &mut told)?;
    }
    for role in ROLES {
        let token = token(c, role, &scopes()?)?;
        let cases = asked(c, &python, role, &token, Some(c.cases.unwrap_or(CASES)), &mut told)?;
        if cases < LEAST_A_ROLE {
            told.bad.push(format!("{role}: only {cases} cases"));
        }
        all += cases;
    }
    println!("{all} cases in all, the server held at most {:.0} MiB", c.server.peak_mib());
    Ok(told)
}

/// The environment with schemathesis in it, made once.
fn environment() -> Result<PathBuf, String> {
    let folder = crate::bench::target().join("hostile").join(VERSION.replace("==", "-"));
    let python = folder.join("bin/python");
    if !folder.join("made").exists() {
        eprintln!("installing {VERSION} ...");
        let run = |program: &Path, arguments: &[&str]| {
            let done = Command::new(program).args(arguments).status().map_err(|e| e.to_string())?;
            if done.success() { Ok(()) } else { Err(format!("failed: {arguments:?}")) }
        };
        run(Path::new("python3"), &["-m", "venv", &folder.to_string_lossy()])?;
        run(&python, &["-m", "pip", "install", "--quiet", VERSION])?;
        std::fs::write(folder.join("made"), "").map_err(|e| e.to_string())?;
    }
    Ok(folder.join("bin/st"))
}

/// One run; how many cases there were.
fn asked(
    c: &Campaign,
    program: &Path,
    who: &str,
    token: &str,
    cases: Option<u64>,
    told: &mut Told,
) -> Result<u64, String> {
    let counted = c.folder.join("told.txt");
    let hooks = crate::bench::root().join("xtask/src/hostile/api_hooks.py");
    // The coverage of every operation's limits alone is some ten thousand cases.
    let (phases, each) = match cases {
        Some(n) => ("examples,coverage,fuzzing", (n / 250).max(1)),
        None => ("examples,fuzzing", 2),
    };
    let done = Command::new(program)
        .arg("run")
        .arg(format!("http://{}/api/v1/openapi.json", c.server.address))
        .args(["-H", &format!("Authorization: Bearer {token}"), "-c", "not_a_server_error"])
        .args(["-n", &each.to_string(), "--seed", &c.seed.to_string(), "--phases", phases])
        .args(["--generation-database", "none", "--suppress-health-check", "all"])
        .args(["--warnings", "off", "--continue-on-failure", "--no-shrink", "--no-color"])
        .env("SCHEMATHESIS_HOOKS", hooks)
        .env("KAKEHASHI_KNOWN", c.folder.join("known.json"))
        .env("KAKEHASHI_TOLD", &counted)
        .env("KAKEHASHI_SEED", c.seed.to_string())
        .current_dir(&c.folder)
        .output()
        .map_err(|e| e.to_string())?;
    let text = std::fs::read_to_string(&counted).map_err(|e| {
        format!("{who}: {e}: {}", String::from_utf8_lossy(&done.stdout).into_owned())
    })?;
    let _ = std::fs::remove_file(&counted);
    let mut lines = text.lines();
    let cases = lines.next().and_then(|n| n.parse().ok()).unwrap_or(0);
    println!("{who}: {cases} cases; {}", lines.next().unwrap_or_default());
    told.bad.extend(lines.map(|line| format!("{who}: {line}")));
    // What is no 5xx but stops schemathesis: an answer cut off, a request without an answer.
    if !done.status.success() {
        let said = String::from_utf8_lossy(&done.stdout).into_owned();
        let said = said.split("FAILURES").nth(1).or(said.split("ERRORS").nth(1));
        let said: String = said.unwrap_or_default().chars().take(1_000).collect();
        told.bad.push(format!("{who}: schemathesis is not content: {said}"));
    }
    Ok(cases)
}

/// Made by the administrator as on the page, for the office of the role's sample account; the
/// prefecture's is not the ward's, so there the ward's own.
fn token(c: &Campaign, role: &str, scopes: &[String]) -> Result<String, String> {
    // Anew: a token asks for the password of some minutes ago at most.
    let by = Desk::sign_in(&c.server.address, "administrator")?;
    let login = format!("demo-{}", if role == "prefecture" { "officer" } else { role });
    let organisation = wait(async {
        let mut conn = SqliteConnection::connect(&c.database()).await?;
        let sql = "select p.organisation_id, date('now', '+6 months') from posts p
                   join accounts a on a.id = p.account_id where a.login = $1 limit 1";
        sqlx::query_as(sql).bind(login).fetch_one(&mut conn).await
    });
    let (organisation, until): (String, String) = organisation?;
    let mut pairs = vec![
        ("name", "連携の試し"),
        ("organisation", organisation.as_str()),
        ("role", role),
        ("expires_on", until.as_str()),
    ];
    pairs.extend(scopes.iter().map(|s| ("scopes", s.as_str())));
    let answer = by.form("/tokens/new", &pairs)?;
    let token = answer.text.split("kkh_").nth(1).and_then(|t| t.split(['"', '<', ' ']).next());
    let token = token.ok_or(format!("no token for {role}: {}", answer.status))?;
    Ok(format!("kkh_{token}"))
}

fn scopes() -> Result<Vec<String>, String> {
    let file = crate::bench::root().join("codes/api_scope.toml");
    let text = std::fs::read_to_string(file).map_err(|e| e.to_string())?;
    let ids = text.lines().filter_map(|l| l.strip_prefix("id = \""));
    Ok(ids.map(|l| l.trim_end_matches('"').to_owned()).collect())
}

/// The parts of a folder and their tables.
fn parts() -> Result<Vec<(String, String)>, String> {
    let file = crate::bench::root().join("src/clients/parts.toml");
    let text = std::fs::read_to_string(file).map_err(|e| e.to_string())?;
    let value = |block: &str, key: &str| {
        let line = block.lines().find_map(|l| l.strip_prefix(&format!("{key} = \"")))?;
        Some(line.trim_end_matches('"').to_owned())
    };
    let blocks = text.split("[[part]]").skip(1);
    Ok(blocks.filter_map(|b| Some((value(b, "id")?, value(b, "table")?))).collect())
}

/// JSON, by hand: ids need no escaping. A row comes with the number of its person.
async fn known_ids(url: &str) -> Result<String, sqlx::Error> {
    let mut conn = SqliteConnection::connect(url).await?;
    let mut out = vec![];
    for (name, sql) in KNOWN {
        let sql = format!("{sql} limit 300");
        let ids: Vec<(String,)> = sqlx::query_as(AssertSqlSafe(sql)).fetch_all(&mut conn).await?;
        let ids: Vec<String> = ids.into_iter().map(|(id,)| format!("\"{id}\"")).collect();
        out.push(format!("\"{name}\": [{}]", ids.join(", ")));
    }
    let mut pairs = vec![
        ("number".to_owned(), "clients x".to_owned(), "x.id"),
        ("member".to_owned(), "team_members x".to_owned(), "x.client_id"),
        ("row care-score".to_owned(), "care_scores x".to_owned(), "x.client_id"),
    ];
    for (part, table) in parts().unwrap_or_default() {
        pairs.push((format!("row {part}"), format!("{table} x"), "x.client_id"));
    }
    for (name, table, person) in pairs {
        let sql = format!(
            "select c.number, x.id from {table} join clients c on c.id = {person} limit 300"
        );
        let rows: Vec<(i64, String)> =
            sqlx::query_as(AssertSqlSafe(sql)).fetch_all(&mut conn).await?;
        let pair =
            |(n, id): (i64, String)| format!("[\"{}\", \"{id}\"]", kana::ClientNumber::from_row(n));
        let rows: Vec<String> = rows.into_iter().map(pair).collect();
        out.push(format!("\"{name}\": [{}]", rows.join(", ")));
    }
    Ok(format!("{{{}}}", out.join(",\n")))
}
