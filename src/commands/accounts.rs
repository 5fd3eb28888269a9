//! `kakehashi accounts invite`: a new one-time link, when nobody who could give one can sign in.

use clap::{Args, Subcommand};

use super::{DataArgs, say};
use crate::access::Actor;
use crate::staff::{invitations, local};
use crate::web::{Clock, Error};

#[derive(Args)]
pub struct Accounts {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// パスワードを決め直す案内（一度だけ、7日以内）を作る
    Invite(Invite),
}

#[derive(Args)]
struct Invite {
    /// 案内する職員のログイン名
    #[arg(value_name = "LOGIN")]
    login: String,
    /// サーバーの住所
    #[arg(
        long,
        value_name = "URL",
        env = "KAKEHASHI_BASE",
        default_value = "http://127.0.0.1:8420"
    )]
    base: String,
    #[command(flatten)]
    data: DataArgs,
}

impl Accounts {
    pub async fn run(self, clock: Clock) -> Result<(), String> {
        let What::Invite(c) = self.what;
        let app = c.data.app(clock).await?;
        let account = local::account(&app, &c.login).await.map_err(|e| match e {
            Error::NotFound => format!("「{}」というログイン名の職員はいません。", c.login),
            other => say(other),
        })?;
        let system = Actor::system(app.clock.now(), "");
        let mut tx = app.write(&system).await.map_err(say)?;
        let token = invitations::invite(&mut tx, Some(&account)).await.map_err(say)?;
        tx.commit().await.map_err(|e| e.to_string())?;
        app.db.close().await;
        println!("{}/invitations/{token}", c.base.trim_end_matches('/'));
        eprintln!(
            "このリンクを本人にだけ渡してください。いまのパスワードは、決め直すまで使えます。"
        );
        Ok(())
    }
}
