//! `kakehashi import LAYOUT FILE`: the same dry run and the same save as on the page.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::{AsArgs, DataArgs, print_json, say};
use crate::imports;
use crate::web::Clock;

#[derive(Args)]
pub struct Import {
    /// ファイルの種類
    #[arg(value_name = "LAYOUT")]
    layout: String,
    /// 取り込むファイル（CSV か XLSX）
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// 点検だけして、登録しない
    #[arg(long)]
    dry_run: bool,
    /// 結果を JSON で出す
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    who: AsArgs,
    #[command(flatten)]
    data: DataArgs,
}

impl Import {
    pub async fn run(self, clock: Clock) -> Result<(), String> {
        let bytes = std::fs::read(&self.file)
            .map_err(|e| format!("{} を読めません: {e}", self.file.display()))?;
        let app = self.data.app(clock).await?;
        let actor = self.who.actor(&app).await?;
        let name = self.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let done = imports::run(&app, &actor, &self.layout, &name, &bytes, !self.dry_run).await;
        app.db.close().await;
        let done = done.map_err(say)?;
        if self.json {
            print_json(&json!({
                "id": done.id, "rows": done.rows, "bad": done.bad, "saved": done.saved,
                "lines": done.lines,
            }));
        } else {
            done.lines.iter().for_each(|line| eprintln!("{line}"));
            println!("{}行のうち、直すところのある行 {}、登録 {}", done.rows, done.bad, done.saved);
        }
        match done.bad {
            0 => Ok(()),
            _ => Err("直すところがあるため、登録していません。".into()),
        }
    }
}
