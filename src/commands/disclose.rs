//! `kakehashi disclose`: prints all that is held about a person, for a request for disclosure.

use std::io::Write;
use std::path::PathBuf;

use askama::Template;
use clap::Args;

use super::{AsArgs, DataArgs, say};
use crate::access::Role;
use crate::records::disclose::disclose;
use crate::web::{Clock, Error};

#[derive(Args)]
pub struct Disclose {
    /// 利用者番号（例 M-01275）
    #[arg(long, value_name = "NUMBER")]
    client: String,
    /// 形式: html（印刷用）、text、json
    #[arg(long, value_name = "FORMAT", default_value = "html",
        value_parser = ["html", "text", "json"])]
    format: String,
    /// 書き出すファイル。省くと標準出力
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    who: AsArgs,
    #[command(flatten)]
    data: DataArgs,
}

impl Disclose {
    pub async fn run(self, clock: Clock) -> Result<(), String> {
        let app = self.data.app(clock).await?;
        let actor = self.who.actor(&app).await?;
        // The ward answers a request for disclosure; what others see of a person is not all of it.
        if actor.role != Role::Officer {
            return Err(say(Error::NotFound));
        }
        let document = disclose(&app, &actor, &self.client).await.map_err(say)?;
        let text = match self.format.as_str() {
            "json" => document.json().to_string(),
            "text" => document.text(),
            _ => document.render().map_err(|e| say(e.into()))?,
        };
        app.db.close().await;
        let written = match &self.out {
            Some(path) => std::fs::write(path, text),
            None => std::io::stdout().write_all(text.as_bytes()),
        };
        written.map_err(|e| format!("書き出せません: {e}"))
    }
}
