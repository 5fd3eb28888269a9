//! `kakehashi audit verify` and `seal`: does every event still follow from the one before, and is
//! what was sealed outside the database still there?

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use super::{DataArgs, print_json, say};
use crate::access::Actor;
use crate::audit::seal::{FILE, Sealed, Why, seal};
use crate::audit::{self, Verdict};
use crate::store::Read;
use crate::web::Clock;

#[derive(Args)]
pub struct Audit {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// 記録の鎖を確かめる（切れていれば終了コード 1）
    Verify(Verify),
    /// いまの記録を封じる（サーバーは毎時、自動で封じる）
    Seal(SealNow),
}

#[derive(Args)]
struct Verify {
    /// 封印の控えと比べる（フォルダ、または中の seals.jsonl）
    #[arg(long, value_name = "FILE")]
    seals: Option<PathBuf>,
    /// 日報に印刷した符号が控えにあるかも確かめる（始めの8桁から）
    #[arg(long, value_name = "CODE")]
    printed: Option<String>,
    /// 結果を JSON で出す
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    data: DataArgs,
}

#[derive(Args)]
struct SealNow {
    #[command(flatten)]
    data: DataArgs,
}

impl Audit {
    pub async fn run(self, clock: Clock) -> Result<(), String> {
        match self.what {
            What::Verify(c) => c.run(clock).await,
            What::Seal(c) => c.run(clock).await,
        }
    }
}

impl Verify {
    async fn run(self, clock: Clock) -> Result<(), String> {
        let app = self.data.app(clock).await?;
        let system = Actor::system(app.clock.now(), "");
        let mut read = app.db.read(&system).await.map_err(|e| e.to_string())?;
        let mut verdict = audit::verify(&mut read).await.map_err(|e| e.to_string())?;
        let sealed = self.sealed()?;
        if let Some(file) = &sealed {
            verdict.breaks.extend(self.differences(&mut read, file).await?);
        }
        self.tell(&verdict, sealed.as_ref());
        match verdict.breaks.len() {
            0 => Ok(()),
            n => Err(format!(
                "記録の鎖が{n}か所で切れています。データベースの写しを取り、監査の担当者に知らせてください。"
            )),
        }
    }

    fn sealed(&self) -> Result<Option<Sealed>, String> {
        let Some(path) = &self.seals else {
            return match self.printed {
                Some(_) => Err("--printed には --seals も指定してください。".into()),
                None => Ok(None),
            };
        };
        let path = if path.is_dir() { path.join(FILE) } else { path.clone() };
        let file = Sealed::open(&path);
        let file = file.map_err(|e| format!("{} を読めません: {e}", path.display()))?;
        match file.seals.is_empty() {
            true => Err(format!("{} に封印がありません。", path.display())),
            false => Ok(Some(file)),
        }
    }

    /// Between the file, the paper and the database.
    async fn differences(&self, read: &mut Read, file: &Sealed) -> Result<Vec<String>, String> {
        let mut out = audit::compare(read, file).await.map_err(|e| e.to_string())?;
        let lost = self.printed.as_ref().filter(|code| file.printed(code).is_none());
        out.extend(lost.map(|_| "印刷した符号が控えにありません".to_owned()));
        Ok(out)
    }

    fn tell(&self, verdict: &Verdict, sealed: Option<&Sealed>) {
        let seals = sealed.map(|s| s.seals.len());
        if self.json {
            return print_json(&json!({
                "writers": verdict.writers, "events": verdict.events, "breaks": verdict.breaks,
                "seals": seals,
            }));
        }
        println!("鎖 {}本、記録 {}件", verdict.writers, verdict.events);
        if let (Some(n), Some(last)) = (seals, sealed.and_then(|s| s.seals.last())) {
            println!("封印 {n}件（最後は {}番 {}）", last.n, last.groups().join(" "));
        }
        verdict.breaks.iter().for_each(|line| println!("{line}"));
    }
}

impl SealNow {
    async fn run(self, clock: Clock) -> Result<(), String> {
        let app = self.data.app(clock).await?;
        if let Some(done) = seal(&app, Why::Hand).await.map_err(say)? {
            println!("{} {}", done.n, done.groups().join(" "));
        }
        app.db.close().await;
        Ok(())
    }
}
