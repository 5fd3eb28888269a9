//! `kakehashi check`: does the database agree with itself, with the seals and with its data files?

use std::collections::BTreeMap;

use clap::Args;
use serde_json::json;

use super::{DataArgs, print_json, say};
use crate::access::Actor;
use crate::checks::{self, Finding};
use crate::web::Clock;

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
        let found = checks::check(&app, &mut read).await.map_err(say)?;
        if self.json {
            print_json(&as_json(&found))
        } else {
            tell(&found)
        }
        match found.len() {
            0 => Ok(()),
            n => Err(format!("{n}か所の矛盾があります。")),
        }
    }
}

fn as_json(found: &[Finding]) -> serde_json::Value {
    let todo: BTreeMap<_, _> = checks::all().map(|c| (c.id, (c.title, c.todo))).collect();
    let one = |f: &Finding| {
        let (title, todo) = todo.get(f.check).copied().unwrap_or_default();
        json!({ "check": f.check, "title": title, "what": f.what, "todo": todo })
    };
    let checks: Vec<_> = checks::all().map(|c| c.id).collect();
    json!({ "checks": checks, "findings": found.iter().map(one).collect::<Vec<_>>() })
}

fn tell(found: &[Finding]) {
    for c in checks::all() {
        let mine: Vec<_> = found.iter().filter(|f| f.check == c.id).collect();
        println!("{} {}", c.title, mine.len());
        mine.iter().for_each(|f| println!("  {}", f.what));
        if !mine.is_empty() {
            println!("  → {}", c.todo);
        }
    }
}
