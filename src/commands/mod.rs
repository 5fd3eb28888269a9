//! The commands, one file each; they call the same operations as the pages.
//! Exit codes: 0 done, 1 refused, 2 not understood. Messages on stderr, results on stdout.

mod accounts;
mod audit;
mod check;
mod demo;
mod disclose;
mod import;
mod listen;
mod programmes;
mod report;
mod serve;
mod settings;
mod transfer;
mod words;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::access::Actor;
use crate::staff::{local, organisations};
use crate::store::Db;
use crate::web::{App, Clock, Config, Error};

/// 架け橋: 医療的ケア児・者を地域で支える仕組み
#[derive(Parser)]
#[command(name = "kakehashi", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// 架空のみどり区で試す（この機械の中だけ）
    Demo(demo::Demo),
    /// 本番のサーバーを動かす
    Serve(serve::Serve),
    /// ファイルを取り込む
    Import(import::Import),
    /// 統計を書き出す
    Report(report::Report),
    /// 閲覧・操作の記録を確かめる
    Audit(audit::Audit),
    /// データベースに矛盾がないかを確かめる
    Check(check::Check),
    /// 自治体の事業のファイルを確かめる
    Programmes(programmes::Programmes),
    /// 一人の使える事業を判定する
    Assess(programmes::Assess),
    /// 本人について持っている記録をすべて書き出す（開示請求）
    Disclose(disclose::Disclose),
    /// データベースを引っ越す（SQLite と PostgreSQL の間）
    Move(transfer::Move),
    /// 職員のログインを立て直す（ほかにログインできる管理者がいないとき）
    Accounts(accounts::Accounts),
}

pub async fn run(args: impl IntoIterator<Item = OsString>, clock: Clock) -> ExitCode {
    let cli = match understand(args) {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    let done = match cli.command {
        Command::Demo(c) => c.run(clock).await,
        Command::Serve(c) => c.run(clock).await,
        Command::Import(c) => c.run(clock).await,
        Command::Report(c) => c.run(clock).await,
        Command::Audit(c) => c.run(clock).await,
        Command::Check(c) => c.run(clock).await,
        Command::Programmes(c) => c.run(clock).await,
        Command::Assess(c) => c.run(clock).await,
        Command::Disclose(c) => c.run(clock).await,
        Command::Move(c) => c.run(clock).await,
        Command::Accounts(c) => c.run(clock).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::from(1)
        }
    }
}

/// Flags first, then `KAKEHASHI_*`, then `kakehashi.toml`.
fn understand(args: impl IntoIterator<Item = OsString>) -> Result<Cli, ExitCode> {
    let said = |why: String| {
        eprintln!("{why}");
        ExitCode::from(2)
    };
    let command = settings::apply(Cli::command()).map_err(said)?;
    let matches = words::japanese(command).try_get_matches_from(args);
    let cli = matches.and_then(|m| Cli::from_arg_matches(&m));
    cli.map_err(|e| match words::refusal(&e) {
        Some(why) => said(why),
        None => {
            let _ = e.print();
            ExitCode::from(if e.use_stderr() { 2 } else { 0 })
        }
    })
}

/// Where the data is.
#[derive(Args, Clone, Debug)]
pub struct DataArgs {
    /// データを置くフォルダ
    #[arg(long, value_name = "DIR", env = "KAKEHASHI_DATA", default_value = "data")]
    data: PathBuf,
    /// データベース（sqlite:PATH か postgres://...）。省くと --data の中の SQLite
    #[arg(long, value_name = "URL", env = "KAKEHASHI_DATABASE")]
    database: Option<String>,
    /// 自治体の設定（コード表・統計・取り込み）を重ねるフォルダ
    #[arg(long, value_name = "DIR", env = "KAKEHASHI_CITY")]
    city: Option<PathBuf>,
    /// 記録の封印を置くフォルダ（データベースとは別の媒体が望ましい）。省くと --data の中の seals
    #[arg(long, value_name = "DIR", env = "KAKEHASHI_SEALS_DIR")]
    seals_dir: Option<PathBuf>,
}

/// The database's file in the data folder.
const FILE: &str = "kakehashi.db";
const SEALS: &str = "seals";

impl DataArgs {
    fn seals(&self) -> PathBuf {
        self.seals_dir.clone().unwrap_or_else(|| self.data.join(SEALS))
    }

    /// The key file lies where the data is, on PostgreSQL too: it must not lie in the database.
    fn keys(&self) -> PathBuf {
        self.data.clone()
    }

    /// The database's address; the folder is made when it is missing.
    fn url(&self) -> Result<String, String> {
        if let Some(url) = &self.database {
            return Ok(url.clone());
        }
        std::fs::create_dir_all(&self.data)
            .map_err(|e| format!("{} を作れません: {e}", self.data.display()))?;
        Ok(format!("sqlite:{}", self.data.join(FILE).display()))
    }

    /// Room for a full disk, beside the database where that is a file.
    fn keep_reserve(&self, db: &Db) {
        if self.database.is_none() {
            keep_reserve(db, &self.data);
        }
    }

    /// The application over an existing database: a command other than the server makes none.
    async fn app(&self, clock: Clock) -> Result<App, String> {
        let file = self.data.join(FILE);
        if self.database.is_none() && !file.exists() {
            return Err(format!(
                "{} がありません。--data でデータのフォルダを指定してください。",
                file.display()
            ));
        }
        let db = Db::connect(&self.url()?).await.map_err(|e| e.to_string())?;
        let system = Actor::system(clock.now(), "");
        let place = organisations::place(&db, &system).await.map_err(|e| e.to_string())?;
        let config = Config {
            place,
            city: self.city.clone(),
            seals: Some(self.seals()),
            ..Config::default()
        };
        App::new(db, clock, config)
    }
}

/// Who acts: a command sees and does what this account may, and is recorded as this account.
#[derive(Args, Clone, Debug)]
pub struct AsArgs {
    /// だれとして行うか（ログイン名）
    #[arg(long = "as", value_name = "LOGIN", env = "KAKEHASHI_AS")]
    login: String,
}

impl AsArgs {
    async fn actor(&self, app: &App) -> Result<Actor, String> {
        local::actor(app, &self.login).await.map_err(|e| match e {
            Error::NotFound => {
                format!("「{}」というログイン名で、いま使える職がありません。", self.login)
            }
            other => say(other),
        })
    }
}

/// A disk that is full at the start is told, and does not keep the server from starting.
fn keep_reserve(db: &Db, folder: &Path) {
    if let Err(e) = db.reserve.keep_in(folder) {
        eprintln!("予備の場所を取れませんでした（記憶装置の空きを確かめてください）: {e}");
    }
}

/// An operation's refusal in the words of a terminal: never values, never SQL.
fn say(e: Error) -> String {
    match e {
        Error::NotFound => "見つからないか、この役割では使えません。".into(),
        Error::Refused(p) => p.0.into_iter().map(|(_, m)| m).collect::<Vec<_>>().join("\n"),
        Error::Conflict(m) | Error::TooLarge(m) => m,
        Error::Stale => "もう一度お試しください。".into(),
        Error::Store(e) => e.to_string(),
        Error::Page(e) => e.to_string(),
        Error::TooMany(_) | Error::Busy => "混み合っています。".into(),
    }
}

/// A result for a script: one JSON value on a line.
fn print_json(value: &serde_json::Value) {
    println!("{value}");
}
