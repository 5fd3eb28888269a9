//! The two databases. Each is migrated once a process; every test gets a copy.

use std::future::Future;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::{env, fs};

use civil::Instant;
use kakehashi::access::Actor;
use kakehashi::store::Db;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};
use tokio::sync::OnceCell;

use super::{World, people, world};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// Runs a test in a world of its own and checks the world afterwards.
pub fn run<F, Fut>(engine: Engine, test: F)
where
    F: FnOnce(World) -> Fut,
    Fut: Future<Output = ()>,
{
    if !asked_for(engine) {
        return;
    }
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let world = match engine {
            Engine::Sqlite => sqlite().await,
            Engine::Postgres => match postgres().await {
                Some(world) => world,
                None => return,
            },
        };
        test(world.clone()).await;
        world.finish().await;
    });
}

/// `KAKEHASHI_TEST_ENGINES=sqlite` or `postgres` runs one half; without it both run.
fn asked_for(engine: Engine) -> bool {
    let name = if engine == Engine::Sqlite { "sqlite" } else { "postgres" };
    env::var("KAKEHASHI_TEST_ENGINES").map_or(true, |all| all.contains(name))
}

/// A fresh world on an engine that is already running.
pub async fn fresh(on_postgres: bool) -> World {
    if on_postgres { postgres().await.expect("a cluster") } else { sqlite().await }
}

/// A database with tables and nothing in them.
pub async fn empty(on_postgres: bool) -> World {
    if !on_postgres {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("empty.db");
        return World::open(&format!("sqlite:{}", path.display()), Some(folder)).await;
    }
    let cluster = CLUSTER.get_or_init(start).await.as_ref().expect("a cluster");
    let name = format!("empty_{}", NUMBER.fetch_add(1, SeqCst));
    cluster.create(&name, "template0").await;
    World::open(&cluster.url(&name), None).await
}

async fn settle(url: &str) {
    let start: Instant = world::START.parse().unwrap();
    let db = Db::connect(url).await.unwrap();
    people::settle(&db, &Actor::system(start, people::HOME)).await;
    db.close().await;
}

// --- SQLite

async fn sqlite() -> World {
    static TEMPLATE: OnceCell<Vec<u8>> = OnceCell::const_new();
    let template = TEMPLATE.get_or_init(sqlite_template).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world.db");
    fs::write(&path, template).unwrap();
    World::open(&format!("sqlite:{}", path.display()), Some(folder)).await
}

async fn sqlite_template() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("template.db");
    let url = format!("sqlite:{}", path.display());
    settle(&url).await;
    let mut conn = SqliteConnection::connect(&url).await.unwrap();
    conn.execute("pragma wal_checkpoint(truncate)").await.unwrap();
    conn.close().await.unwrap();
    fs::read(path).unwrap()
}

// --- PostgreSQL

/// A throw-away cluster of this process. It ends when the process ends, however that happens:
/// a shell waits for the pipe to close and then stops the server and removes the folder.
struct Cluster {
    socket: PathBuf,
    _watchdog: Child,
}

static CLUSTER: OnceCell<Option<Cluster>> = OnceCell::const_new();
static NUMBER: AtomicUsize = AtomicUsize::new(1);

async fn postgres() -> Option<World> {
    let cluster = CLUSTER.get_or_init(start).await.as_ref()?;
    let name = format!("world_{}", NUMBER.fetch_add(1, SeqCst));
    cluster.create(&name, "settled").await;
    Some(World::open(&cluster.url(&name), None).await)
}

async fn start() -> Option<Cluster> {
    let Some(programs) = programs() else {
        // Once a process, and past the test runner, which keeps the output of tests that pass.
        let said = "\nPostgreSQL is not installed: its half of the tests was SKIPPED\n";
        let _ = std::io::stderr().write_all(said.as_bytes());
        return None;
    };
    let cluster = Cluster::start(&programs);
    cluster.create("settled", "template0").await;
    settle(&cluster.url("settled")).await;
    Some(cluster)
}

/// The folder of initdb and postgres: the newest version installed.
fn programs() -> Option<PathBuf> {
    let version = |p: &Path| p.file_name()?.to_str()?.parse::<u32>().ok();
    let installed = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<_> = installed.map(|e| e.path()).collect();
    found.sort_by_key(|p| version(p));
    let mut dirs: Vec<_> = found.into_iter().rev().map(|p| p.join("bin")).collect();
    dirs.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    dirs.into_iter().find(|d| d.join("initdb").is_file() && d.join("postgres").is_file())
}

/// `$1` programs, `$2` folder. PostgreSQL refuses to run as root, so root steps down.
const WATCHDOG: &str = r#"
trap '' INT TERM HUP
as=""
if [ "$(id -u)" = 0 ]; then
  chown postgres "$2"
  as="setpriv --reuid=postgres --regid=postgres --init-groups"
fi
cd "$2"
$as "$1/initdb" -D "$2/data" -U postgres -A trust --locale=C.UTF-8 --encoding=UTF8 -N >log 2>&1 &&
$as "$1/pg_ctl" -D "$2/data" -w -l "$2/server.log" -o "-k $2 -c listen_addresses='' -c fsync=off \
  -c full_page_writes=off -c max_connections=400 -c shared_buffers=64MB" start >>log 2>&1 &&
echo ready
cat >/dev/null
$as "$1/pg_ctl" -D "$2/data" -m immediate stop >/dev/null 2>&1
cd /
rm -rf "$2"
"#;

impl Cluster {
    fn start(programs: &Path) -> Self {
        use std::io::BufRead;
        let folder = tempfile::Builder::new().prefix("kakehashi-pg-").tempdir().unwrap().keep();
        let mut watchdog = Command::new("sh")
            .args(["-c", WATCHDOG, "watchdog"])
            .args([programs, &folder])
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut said = String::new();
        std::io::BufReader::new(watchdog.stdout.take().unwrap()).read_line(&mut said).unwrap();
        assert_eq!(said.trim(), "ready", "{:?}", fs::read_to_string(folder.join("log")));
        Self { socket: folder, _watchdog: watchdog }
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://postgres@localhost/{database}?host={}", self.socket.display())
    }

    async fn create(&self, name: &str, template: &str) {
        let mut conn = PgConnection::connect(&self.url("postgres")).await.unwrap();
        let sql = format!("create database {name} template {template}");
        conn.execute(AssertSqlSafe(sql)).await.unwrap();
        conn.close().await.unwrap();
    }
}
