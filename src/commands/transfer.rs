//! `kakehashi move`: from SQLite to PostgreSQL or back, compared to the last row.

use clap::Args;
use std::path::PathBuf;

use super::say;
use crate::records::moving::move_all;
use crate::store::Db;
use crate::web::{App, Clock, Config};

#[derive(Args)]
pub struct Move {
    /// 移し元（sqlite:PATH か postgres://...）。サーバーを止めてから
    #[arg(long, value_name = "URL")]
    from: String,
    /// 移し先（空のデータベース）
    #[arg(long, value_name = "URL")]
    to: String,
    /// 自治体の設定を重ねるフォルダ
    #[arg(long, value_name = "DIR", env = "KAKEHASHI_CITY")]
    city: Option<PathBuf>,
}

impl Move {
    pub async fn run(self, clock: Clock) -> Result<(), String> {
        // Opening would make an empty file of a name mistyped, and move nothing.
        if let Some(path) = self.from.strip_prefix("sqlite:")
            && !std::path::Path::new(path).exists()
        {
            return Err(format!("{path} がありません。移し元を確かめてください。"));
        }
        if self.from == self.to {
            return Err("移し元と移し先が同じです。".into());
        }
        let (from, to) = (self.open(&self.from, &clock).await?, self.open(&self.to, &clock).await?);
        let compared = move_all(&from, &to, |table, rows| {
            eprintln!("{table}\t{rows}");
            true
        })
        .await
        .map_err(say)?;
        from.db.close().await;
        to.db.close().await;
        let rows: u64 = compared.tables.iter().map(|t| t.rows).sum();
        println!("表\t{}", compared.tables.len());
        println!("行\t{rows}");
        println!("閲覧・操作の記録\t{}", compared.events);
        println!("統計\t{}", compared.reports);
        match compared.differences.len() {
            0 => Ok(()),
            n => Err(format!("{n}か所が違います。\n{}", compared.differences.join("\n"))),
        }
    }

    async fn open(&self, url: &str, clock: &Clock) -> Result<App, String> {
        let db = Db::connect(url).await.map_err(|e| format!("開けません: {e}"))?;
        App::new(db, clock.clone(), Config { city: self.city.clone(), ..Config::default() })
    }
}
