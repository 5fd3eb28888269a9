//! The commands, one file each; they call the same operations as the pages.
//! Exit codes: 0 done, 1 refused, 2 not understood. Messages on stderr, results on stdout.

mod demo;
mod serve;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::web::Clock;

/// 架け橋: 医療的ケア児・者を地域で支える仕組み
#[derive(Parser)]
#[command(name = "kakehashi", version, about)]
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
}

/// Where the data is. Flags, then `KAKEHASHI_*`.
#[derive(Args, Clone, Debug)]
pub struct DataArgs {
    /// データを置くフォルダ
    #[arg(long, env = "KAKEHASHI_DATA", default_value = "data")]
    data: PathBuf,
    /// データベース (sqlite:PATH か postgres://...)。省くと --data の中の SQLite
    #[arg(long, env = "KAKEHASHI_DATABASE")]
    database: Option<String>,
    /// 自治体の設定（コード表・統計）を重ねるフォルダ
    #[arg(long, env = "KAKEHASHI_CITY")]
    city: Option<PathBuf>,
}

impl DataArgs {
    /// The database's address; the folder is made when it is missing.
    fn url(&self, file: &str) -> Result<String, String> {
        if let Some(url) = &self.database {
            return Ok(url.clone());
        }
        std::fs::create_dir_all(&self.data)
            .map_err(|e| format!("{} を作れません: {e}", self.data.display()))?;
        Ok(format!("sqlite:{}", self.data.join(file).display()))
    }
}

/// The database's file in the data folder.
const FILE: &str = "kakehashi.db";

/// An operation's refusal in the words of a terminal: never values, never SQL.
fn say(e: crate::web::Error) -> String {
    use crate::web::Error;
    match e {
        Error::NotFound => "見つかりません。".into(),
        Error::Refused(p) => p.0.into_iter().map(|(_, m)| m).collect::<Vec<_>>().join("\n"),
        Error::Conflict(m) | Error::TooLarge(m) => m,
        Error::Stale => "もう一度お試しください。".into(),
        Error::Store(e) => e.to_string(),
        Error::Page(e) => e.to_string(),
    }
}

pub async fn run(args: impl IntoIterator<Item = OsString>, clock: Clock) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(e) => {
            let _ = e.print();
            return ExitCode::from(if e.use_stderr() { 2 } else { 0 });
        }
    };
    let done = match cli.command {
        Command::Demo(c) => c.run(clock).await,
        Command::Serve(c) => c.run(clock).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::from(1)
        }
    }
}
