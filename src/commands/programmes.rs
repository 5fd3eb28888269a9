//! `kakehashi programmes check DIR`: does a municipality's directory load, do its examples come
//! out? `kakehashi assess`: what one person can use on a day.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{AsArgs, DataArgs, say};
use crate::programmes::{self, verdicts};
use crate::web::Clock;

#[derive(Args)]
pub struct Programmes {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// 自治体のフォルダの事業を確かめる（読めるか、例のとおりになるか）
    Check {
        /// 事業のファイル（*.toml）を置いたフォルダ
        #[arg(value_name = "DIR")]
        dir: PathBuf,
    },
}

impl Programmes {
    pub async fn run(self, _: Clock) -> Result<(), String> {
        let What::Check { dir } = self.what;
        if !dir.is_dir() {
            return Err(format!("{} というフォルダがありません。", dir.display()));
        }
        let problems = programmes::problems(&dir);
        if problems.is_empty() {
            println!("よい: 事業はすべて読め、例のとおりになりました。");
            return Ok(());
        }
        Err(problems.join("\n"))
    }
}

#[derive(Args)]
pub struct Assess {
    /// 利用者番号（例 M-01275）
    #[arg(long, value_name = "NUMBER")]
    client: String,
    /// 判定する日（例 2026-04-01）。省くときょう
    #[arg(long, value_name = "DATE")]
    on: Option<String>,
    /// JSON で書き出す
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    who: AsArgs,
    #[command(flatten)]
    data: DataArgs,
}

impl Assess {
    pub async fn run(self, clock: Clock) -> Result<(), String> {
        let app = self.data.app(clock).await?;
        let actor = self.who.actor(&app).await?;
        let all = programmes::load(&app.config)?;
        let on = match &self.on {
            Some(text) => civil::parse_date(text).map_err(|e| e.to_string())?,
            None => actor.today(),
        };
        let verdicts = verdicts::told(&app, &all, &actor, &self.client, on).await.map_err(say)?;
        app.db.close().await;
        if self.json {
            println!("{}", serde_json::Value::Array(verdicts.iter().map(|v| v.json()).collect()));
        } else {
            verdicts.iter().for_each(|v| println!("{}", v.line()));
        }
        Ok(())
    }
}
