//! `kakehashi demo`: the sample ward in an embedded database, on this machine only.

use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use civil::{Date, Instant};
use clap::Args;

use super::listen::listen;
use super::serve;
use crate::access::Actor;
use crate::audit;
use crate::sample::{self, Found};
use crate::staff::{feeds, login, organisations};
use crate::store::Db;
use crate::web::{App, Clock, Config};

#[derive(Args)]
pub struct Demo {
    /// 見本のデータを置くフォルダ
    #[arg(long, value_name = "DIR", default_value = "demo-data")]
    data: PathBuf,
    /// 見本を消して作り直す
    #[arg(long)]
    reset: bool,
    /// 見本の「きょう」にする日（例 2026-11-20、令和8年11月20日）
    #[arg(long, value_name = "DATE", value_parser = a_day)]
    now: Option<Date>,
    /// 待ち受けるアドレス（この機械の中だけ）
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8420")]
    listen: SocketAddr,
}

fn a_day(text: &str) -> Result<Date, String> {
    civil::parse_date(text).map_err(|e| e.to_string())
}

impl Demo {
    pub async fn run(self, clock: Clock) -> Result<(), String> {
        if !self.listen.ip().is_loopback() {
            return Err(format!(
                "見本はパスワードが公開されているため、この機械の中でだけ動きます。{} の代わりに \
                 127.0.0.1:{} を指定してください。",
                self.listen,
                self.listen.port()
            ));
        }
        // Before the sample is played: nobody should wait for a port that is taken.
        let socket = serve::bind(self.listen).await?;
        let clock = moved(clock, self.now);
        let file = self.data.join(super::FILE);
        let fresh = self.make_room(&file).await?;
        let db = Db::connect(&format!("sqlite:{}", file.display())).await;
        let db = db.map_err(|e| format!("{} を開けません: {e}", file.display()))?;
        let app = open(db, clock, fresh, &self.data).await.map_err(super::say)?;
        super::keep_reserve(&app.db, &self.data);
        announce(&app, socket.local_addr().map_err(|e| e.to_string())?).await?;
        listen(app, socket, None).await
    }

    /// Whether the sample must be played. Somebody's real work is never touched.
    async fn make_room(&self, file: &Path) -> Result<bool, String> {
        std::fs::create_dir_all(&self.data)
            .map_err(|e| format!("{} を作れません: {e}", self.data.display()))?;
        match sample::look(file).await? {
            Found::Real => Err(format!(
                "{} には見本ではないデータがあります。見本には別のフォルダを --data で指定してください。\
                 このデータには触れていません。",
                file.display()
            )),
            Found::Sample { built_on, whole: true } if !self.reset => {
                if let Some(day) = built_on {
                    eprintln!(
                        "{}に作った見本を使います（作り直すときは --reset）",
                        civil::format_both(day)
                    );
                }
                Ok(false)
            }
            Found::Sample { .. } => remove(file).map(|()| true),
            Found::Nothing => Ok(true),
        }
    }
}

/// A database and the two files SQLite keeps beside it.
fn remove(file: &Path) -> Result<(), String> {
    // The seals are about the chains of the database that goes.
    let seals = file.with_file_name(super::SEALS).join(audit::seal::FILE);
    let database = ["", "-wal", "-shm"].map(|end| {
        let mut path = file.as_os_str().to_owned();
        path.push(end);
        PathBuf::from(path)
    });
    for path in database.into_iter().chain([seals]) {
        match std::fs::remove_file(&path) {
            Err(e) if path.exists() => return Err(format!("{} を消せません: {e}", path.display())),
            _ => {}
        }
    }
    Ok(())
}

/// The clock of the demo: as far from the machine's as the day asked for is from today.
fn moved(clock: Clock, to: Option<Date>) -> Clock {
    let Some(day) = to else { return clock };
    let real = clock.now();
    let then = Instant::start_of(day).millis() - Instant::start_of(real.civil_date()).millis();
    Clock::new(move || {
        let now = clock.now();
        Instant::from_millis(now.millis() + then).unwrap_or(now)
    })
}

async fn open(db: Db, clock: Clock, fresh: bool, data: &Path) -> crate::web::Result<App> {
    let (seals, keys) = (Some(data.join(super::SEALS)), Some(data.to_owned()));
    let config = Config { demo: true, seals, keys, ..Config::default() };
    let refused = |why: String| crate::web::Error::refused("", why);
    let mut app = App::new(db, clock, config.clone()).map_err(refused)?;
    if fresh {
        sample::play(&app, progress).await?;
    }
    let system = Actor::system(app.clock.now(), "");
    let place = organisations::place(&app.db, &system).await?;
    app.config = std::sync::Arc::new(Config { place, ..config });
    Ok(app)
}

/// One line that fills up; in a file only its beginning and end.
fn progress(done: usize, of: usize) {
    let percent = (done * 100).checked_div(of).unwrap_or(100);
    let mut err = std::io::stderr();
    if err.is_terminal() {
        let end = if done == of { "\n" } else { "" };
        let _ = write!(err, "\r架空のみどり区を作っています… {percent:3}％{end}");
        let _ = err.flush();
    } else if done == 0 || done == of {
        let _ = writeln!(err, "架空のみどり区を作っています… {percent}％");
    }
}

/// Where to look and as whom.
async fn announce(app: &App, at: SocketAddr) -> Result<(), String> {
    let accounts = login::demo_accounts(app).await.map_err(super::say)?;
    println!("http://{at}/");
    println!("きょう: {}", civil::format_with_weekday(app.clock.now().civil_date()));
    println!("見本のアカウント（パスワードはどれも {}）:", sample::PASSWORD);
    for (login, name, role) in accounts {
        println!("  {login:<20} {role}　{name}");
    }
    println!("見本の連携の鍵（使い方は画面の /help/api）:");
    println!(
        "  curl -H 'Authorization: Bearer {}' http://{at}/api/v1/consultations",
        sample::TOKEN
    );
    println!("見本の予定表: http://{at}{}", feeds::path(sample::CALENDAR));
    println!("終えるときは Ctrl-C");
    Ok(())
}
