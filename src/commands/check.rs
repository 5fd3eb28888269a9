//! `kakehashi check`: does the database agree with itself?

use clap::Args;
use serde_json::json;

use super::{DataArgs, print_json, say};
use crate::access::Actor;
use crate::clients::parts;
use crate::web::Clock;
use crate::{audit, store};

#[derive(Args)]
pub struct Check {
    /// 結果を JSON で出す
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    data: DataArgs,
}

impl Check {
    pub async fn run(self, clock: Clock) -> Result<(), String> {
        let app = self.data.app(clock).await?;
        let system = Actor::system(app.clock.now(), "");
        let mut read = app.read(&system).await.map_err(say)?;
        let references = store::broken_references(&mut read).await.map_err(|e| e.to_string())?;
        let overlaps = parts::overlaps(&mut read).await.map_err(say)?;
        let chains = audit::verify(&mut read).await.map_err(|e| e.to_string())?.breaks;
        let n = references.len() + overlaps.len() + chains.len();
        if self.json {
            print_json(&json!({
                "references": references, "overlaps": overlaps, "chains": chains,
            }));
        } else {
            println!("参照先のない行 {}", references.len());
            println!("期間の重なる行 {}", overlaps.len());
            println!("記録の鎖の切れ目 {}", chains.len());
            references.iter().chain(&overlaps).chain(&chains).for_each(|line| println!("{line}"));
        }
        match n {
            0 => Ok(()),
            n => Err(format!("{n}か所の矛盾があります。")),
        }
    }
}
