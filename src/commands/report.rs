//! `kakehashi report ID`: the same figures as on the page, into a file or a pipe.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use super::{AsArgs, DataArgs, say};
use crate::reports::{self, Catalogue, files};
use crate::web::{Clock, Entry, Error};

#[derive(Args)]
pub struct Report {
    /// 統計の名前。省くと、使える統計の一覧
    #[arg(value_name = "ID")]
    id: Option<String>,
    /// 年度（西暦。例 2025 は令和7年度）
    #[arg(long, value_name = "YEAR")]
    fiscal_year: Option<String>,
    /// この日から（年度の代わりに）
    #[arg(long, value_name = "DATE")]
    from: Option<String>,
    /// この日まで（年度の代わりに）
    #[arg(long, value_name = "DATE")]
    until: Option<String>,
    /// この日現在（ある日の統計のとき）
    #[arg(long, value_name = "DATE")]
    on: Option<String>,
    /// この日の終わりまでに登録された記録で数える
    #[arg(long, value_name = "DATE")]
    as_of: Option<String>,
    /// 形式: csv（UTF-8）、csv-cp932、xlsx、json
    #[arg(long, value_name = "FORMAT", default_value = "csv",
        value_parser = ["csv", "csv-cp932", "xlsx", "json"])]
    format: String,
    /// 書き出すファイル。省くと標準出力
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    who: AsArgs,
    #[command(flatten)]
    data: DataArgs,
}

impl Report {
    pub async fn run(self, clock: Clock) -> Result<(), String> {
        let app = self.data.app(clock).await?;
        let actor = self.who.actor(&app).await?;
        let all = Catalogue::load(&app.codes, self.data.city.as_deref()).checked()?;
        let Some(id) = &self.id else {
            let mine = all.all().filter(|r| r.front.allows(actor.role));
            mine.for_each(|r| println!("{}\t{}", r.id, r.front.title));
            return Ok(());
        };
        let report = all.find(id, actor.role).ok_or_else(|| say(Error::NotFound))?;
        let entry = self.entry();
        let ask = reports::show::ask(&actor, &report, &entry, &app).map_err(say)?;
        let mut read = app.read(&actor).await.map_err(say)?;
        let figures = reports::draw(&mut read, &report, ask, &app.codes).await;
        drop(read);
        let figures = figures.map_err(|e| e.to_string())?;
        let file = reports::export(&figures, &self.format).map_err(say)?;
        files::given(&app, &actor, id, &self.format, &file).await.map_err(say)?;
        app.db.close().await;
        let written = match &self.out {
            Some(path) => std::fs::write(path, &file.bytes),
            None => std::io::stdout().write_all(&file.bytes),
        };
        written.map_err(|e| format!("書き出せません: {e}"))
    }

    /// The same parameters as in the page's address.
    fn entry(&self) -> Entry {
        let mut entry = Entry::default();
        for (name, value) in [
            ("fy", &self.fiscal_year),
            ("from", &self.from),
            ("until", &self.until),
            ("on", &self.on),
            ("as_of", &self.as_of),
        ] {
            if let Some(value) = value {
                entry.set(name, value.clone());
            }
        }
        entry
    }
}
