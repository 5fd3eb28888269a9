//! The program as a person at a terminal meets it: the demo, and the commands of the console.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection, Executor};

/// The program with nothing of this machine's settings, in a folder of its own.
fn program(dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kakehashi"));
    command.env_clear().current_dir(dir).args(args);
    command
}

fn run(dir: &Path, args: &[&str]) -> (i32, String, String) {
    let Output { status, stdout, stderr } = program(dir, args).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (status.code().unwrap_or(-1), text(stdout), text(stderr))
}

/// A demo that runs until it is dropped.
struct Demo {
    child: Child,
    address: String,
    said: String,
}

impl Demo {
    fn start(dir: &Path, more: &[&str]) -> Self {
        let args = [&["demo", "--listen", "127.0.0.1:0"], more].concat();
        let mut child = program(dir, &args).stdout(Stdio::piped()).spawn().unwrap();
        let mut said = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        while !said.contains("Ctrl-C") && out.read_line(&mut said).unwrap() > 0 {}
        let address = said.lines().next().unwrap_or_default().trim_start_matches("http://");
        let address = address.trim_end_matches('/').to_owned();
        Self { child, address, said }
    }

    fn get(&self, path: &str) -> String {
        let mut to = TcpStream::connect(&self.address).unwrap();
        write!(to, "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        to.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn change(dir: &Path, statements: &[&str]) {
    let file = dir.join("demo-data/kakehashi.db");
    let options = SqliteConnectOptions::new().filename(file).foreign_keys(false);
    let mut conn = SqliteConnection::connect_with(&options).await.unwrap();
    for sql in statements {
        conn.execute(AssertSqlSafe((*sql).to_owned())).await.unwrap();
    }
    conn.close().await.unwrap();
}

async fn count(dir: &Path, sql: &str) -> i64 {
    let file = dir.join("demo-data/kakehashi.db");
    let options = SqliteConnectOptions::new().filename(file);
    let mut conn = SqliteConnection::connect_with(&options).await.unwrap();
    let sql = AssertSqlSafe(sql.to_owned());
    let (n,): (i64,) = sqlx::query_as(sql).fetch_one(&mut conn).await.unwrap();
    n
}

const DATA: [&str; 2] = ["--data", "demo-data"];

#[tokio::test]
async fn the_demo_plays_the_ward_keeps_it_and_never_touches_real_data() {
    let dir = tempfile::tempdir().unwrap();
    let demo = Demo::start(dir.path(), &["--now", "2026-11-20"]);
    for role in kakehashi::access::Role::ALL {
        assert!(demo.said.contains(&format!("demo-{}", role.code())), "{}", demo.said);
    }
    let page = demo.get("/login");
    assert!(page.starts_with("HTTP/1.1 200") && page.contains("みどり区（架空）"), "{page}");
    drop(demo);

    let records = "select (select count(*) from consultations) * 10000
        + (select count(*) from case_notes)";
    let (people, before) =
        (count(dir.path(), "select count(*) from clients").await, count(dir.path(), records).await);
    assert!((55..=70).contains(&people), "{people}");
    assert!((1200..=1600).contains(&(before / 10_000)), "{before}");
    assert!((450..=800).contains(&(before % 10_000)), "{before}");
    let closed = "select count(*) from closures";
    let gone = "select count(*) from tombstones";
    let both = (count(dir.path(), closed).await, count(dir.path(), gone).await);
    assert_eq!(both, (2, 1), "one of the three was disposed of");
    assert!(count(dir.path(), "select count(*) from report_snapshots").await > 0);
    let due = "select count(*) from follow_ups f join accounts a on a.id = f.owner_id
        where a.login = 'demo-coordinator' and f.done_at is null and f.due_on <= '2026-11-20'";
    assert!(count(dir.path(), due).await >= 3, "today would be empty");

    let changed = ["update accounts set name = 'かえた名前' where login = 'demo-nurse'"];
    change(dir.path(), &changed).await;
    assert!(Demo::start(dir.path(), &[]).said.contains("かえた名前"), "running again keeps");

    checks(dir.path()).await;

    change(
        dir.path(),
        &["drop trigger settings_no_delete", "delete from settings where key = 'demo'"],
    )
    .await;
    let file = dir.path().join("demo-data/kakehashi.db");
    let real = std::fs::read(&file).unwrap();
    for args in [&["demo"][..], &["demo", "--reset"]] {
        let (code, out, err) = run(dir.path(), args);
        assert_eq!((code, out.as_str()), (1, ""));
        assert!(err.contains("見本ではないデータ"), "{err}");
    }
    assert!(std::fs::read(&file).unwrap() == real, "a refused database was changed");
}

/// What the console's commands say of a good database, and of one somebody tampered with.
async fn checks(dir: &Path) {
    let with = |args: &[&str]| run(dir, &[args, &DATA[..]].concat());
    let (code, out, err) = with(&["check"]);
    assert_eq!(code, 0, "{out}{err}");
    let (code, out, _) = with(&["audit", "verify", "--json"]);
    let said: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert!(code == 0 && said["events"].as_i64().unwrap() > 3000, "{out}");

    seals(dir);
    let (code, out, _) = with(&["accounts", "invite", "demo-nurse"]);
    assert!(code == 0 && out.starts_with("http://127.0.0.1:8420/invitations/"), "{out}");
    assert_eq!(with(&["accounts", "invite", "nobody"]).0, 1);

    std::fs::write(dir.join("list.csv"), "何か,列\n1,2\n").unwrap();
    let (code, _, err) = with(&["import", "nonsense", "list.csv", "--as", "demo-officer"]);
    assert_eq!(code, 1, "{err}");
    let (code, _, err) = with(&["import", "clients", "list.csv", "--as", "nobody"]);
    assert!(code == 1 && err.contains("「nobody」というログイン名"), "{err}");

    change(
        dir,
        &[
            "drop trigger audit_events_no_update",
            "update audit_events set verb = 'view' where seq = 100",
            "insert into client_names (id, client_id, family, family_kana, valid_from, recorded_at,
               recorded_by) select 'twice', client_id, family, family_kana, valid_from, recorded_at,
               recorded_by from client_names limit 1",
            "update team_members set organisation_id = 'nowhere' where id =
               (select min(id) from team_members)",
        ],
    )
    .await;
    let (code, out, err) = with(&["audit", "verify"]);
    assert!(
        code == 1 && out.contains("書きかえられています") && err.contains("1か所"),
        "{out}{err}"
    );
    let (code, out, err) = with(&["check"]);
    assert!(code == 1 && err.contains("3か所"), "{out}{err}");
    assert!(out.contains("client_names") && out.contains("team_members"), "{out}");
}

/// The demo sealed when it started; a seal by hand is one more, and the printed one is found.
fn seals(dir: &Path) {
    let with = |args: &[&str]| run(dir, &[args, &DATA[..]].concat());
    let (code, out, err) = with(&["audit", "seal"]);
    assert!(code == 0 && !out.starts_with("1 "), "{out}{err}");
    let code_on_paper = out.trim().split_once(' ').unwrap().1;
    let file = "demo-data/seals/seals.jsonl";
    let verify = ["audit", "verify", "--seals", file, "--printed"];
    let (code, out, err) = with(&[&verify[..], &[code_on_paper]].concat());
    assert!(code == 0 && out.contains(code_on_paper), "{out}{err}");
    let (code, out, _) = with(&[&verify[..], &["0000 0000"]].concat());
    assert!(code == 1 && out.contains("印刷した符号が控えにありません"), "{out}");
    let (code, _, err) = with(&["audit", "verify", "--seals", "nowhere"]);
    assert!(code == 1 && err.contains("nowhere を読めません"), "{err}");
    let serve = ["serve", "--listen", "0.0.0.0:0", "--behind-proxy"];
    let (code, _, err) = with(&serve);
    assert!(code == 1 && err.contains("架空の見本"), "the sample is not served to others: {err}");
}

#[test]
fn the_demo_stays_on_this_machine_and_says_when_its_port_is_taken() {
    let dir = tempfile::tempdir().unwrap();
    let (code, _, err) = run(dir.path(), &["demo", "--listen", "0.0.0.0:8420"]);
    assert!(code == 1 && err.contains("この機械の中でだけ"), "{err}");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (code, _, err) = run(dir.path(), &["demo", "--listen", &address]);
    assert!(code == 1 && err.contains("ほかのプログラム") && err.contains("--listen"), "{err}");
    assert!(!dir.path().join("demo-data").exists(), "nothing is made before the port is ours");
}

/// `kakehashi serve` over an empty folder, and where it listens.
fn serve(dir: &Path) -> (Child, String) {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let args = ["serve", "--listen", &free, "--data", "data"];
    let child = program(dir, &args).stdout(Stdio::null()).spawn().unwrap();
    assert!(soon(|| TcpStream::connect(&free).is_ok()), "it never listens");
    (child, free)
}

/// Whether it comes true within a minute.
fn soon(mut so: impl FnMut() -> bool) -> bool {
    (0..6000).any(|_| {
        std::thread::sleep(Duration::from_millis(10));
        so()
    })
}

#[test]
fn a_stop_answers_whoever_has_begun_lets_nobody_in_and_waits_for_no_idle_browser() {
    let dir = tempfile::tempdir().unwrap();
    let (mut child, at) = serve(dir.path());
    let mut idle = TcpStream::connect(&at).unwrap();
    idle.write_all(b"GET /login HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    assert!(idle.read(&mut [0; 99]).unwrap() > 0);
    let mut begun = TcpStream::connect(&at).unwrap();
    let head = "POST /login HTTP/1.1\r\nhost: x\r\nconnection: close\r\nexpect: 100-continue\r\n\
                content-type: application/x-www-form-urlencoded\r\ncontent-length: 18\r\n\r\n";
    begun.write_all(head.as_bytes()).unwrap();
    let mut asked_for_more = [0; 25];
    begun.read_exact(&mut asked_for_more).unwrap();
    assert_eq!(&asked_for_more, b"HTTP/1.1 100 Continue\r\n\r\n");
    let stop = Command::new("sh").args(["-c", &format!("kill -TERM {}", child.id())]).status();
    assert!(stop.unwrap().success());
    assert!(soon(|| TcpStream::connect(&at).is_err()), "new ones still come in");
    assert!(child.try_wait().unwrap().is_none(), "somebody is still writing");
    begun.write_all(b"login=a&password=b").unwrap();
    let mut answer = String::new();
    begun.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 4") && answer.trim_end().ends_with("</html>"), "{answer}");
    let mut ended = None;
    assert!(soon(|| {
        ended = child.try_wait().unwrap();
        ended.is_some()
    }));
    assert!(ended.unwrap().success(), "{ended:?}");
}

#[test]
fn what_is_not_understood_ends_with_2_and_what_is_refused_with_1() {
    let dir = tempfile::tempdir().unwrap();
    for args in [&["sreve"][..], &["serve", "--nope"], &["import", "clients"], &[]] {
        assert_eq!(run(dir.path(), args).0, 2, "{args:?}");
    }
    let (code, out, _) = run(dir.path(), &["serve", "--help"]);
    assert!(code == 0 && out.contains("使い方"), "{out}");
    let (code, _, err) = run(dir.path(), &["check"]);
    assert!(code == 1 && err.contains("--data"), "{err}");
    assert!(!dir.path().join("data").exists(), "a check makes no database");
}

#[test]
fn the_file_of_settings_counts_after_flags_and_variables() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("kakehashi.toml");
    std::fs::write(&file, "listen = \"0.0.0.0:8420\"\n").unwrap();
    let (code, _, err) = run(dir.path(), &["serve"]);
    assert!(code == 1 && err.contains("0.0.0.0:8420"), "{err}");
    let variable =
        program(dir.path(), &["serve"]).env("KAKEHASHI_LISTEN", "0.0.0.0:8421").output().unwrap();
    assert!(String::from_utf8_lossy(&variable.stderr).contains("0.0.0.0:8421"));
    std::fs::write(&file, "lisen = 1\n").unwrap();
    let (code, _, err) = run(dir.path(), &["serve"]);
    assert!(code == 2 && err.contains("「lisen」という設定はありません"), "{err}");
}

/// `UPDATE_README=1 cargo test the_readme` writes the section anew.
#[test]
fn the_readme_lists_the_headers_of_every_layout() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let text = std::fs::read_to_string(&file).unwrap();
    let (before, rest) = text.split_once("<!-- imports -->\n").unwrap();
    let (listed, after) = rest.split_once("<!-- /imports -->").unwrap();
    let right = kakehashi::imports::headers_markdown();
    if std::env::var_os("UPDATE_README").is_some() {
        let new = format!("{before}<!-- imports -->\n{right}<!-- /imports -->{after}");
        std::fs::write(&file, new).unwrap();
        return;
    }
    assert!(listed == right, "run UPDATE_README=1 cargo test the_readme");
}
