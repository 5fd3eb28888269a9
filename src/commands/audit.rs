//! `kakehashi audit verify`: does every event still follow from the one before?

use clap::{Args, Subcommand};
use serde_json::json;

use super::{DataArgs, print_json};
use crate::access::Actor;
use crate::audit;
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
}

#[derive(Args)]
struct Verify {
    /// 結果を JSON で出す
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    data: DataArgs,
}

impl Audit {
    pub async fn run(self, clock: Clock) -> Result<(), String> {
        let What::Verify(c) = self.what;
        let app = c.data.app(clock).await?;
        let system = Actor::system(app.clock.now(), "");
        let mut read = app.db.read(&system).await.map_err(|e| e.to_string())?;
        let verdict = audit::verify(&mut read).await.map_err(|e| e.to_string())?;
        if c.json {
            print_json(&json!({
                "writers": verdict.writers, "events": verdict.events, "breaks": verdict.breaks,
            }));
        } else {
            println!("鎖 {}本、記録 {}件", verdict.writers, verdict.events);
            verdict.breaks.iter().for_each(|line| println!("{line}"));
        }
        match verdict.breaks.len() {
            0 => Ok(()),
            n => Err(format!(
                "記録の鎖が{n}か所で切れています。データベースの写しを取り、監査の担当者に知らせてください。"
            )),
        }
    }
}
