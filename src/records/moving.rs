//! 引っ越し: from one database to another, and the proof that nothing was lost: every row, every
//! chain, every report.

use crate::access::Actor;
use crate::args;
use crate::audit;
use crate::reports::{self, Catalogue};
use crate::store::copy::{self, Content};
use crate::web::{App, Entry, Error, Result};

/// 引っ越しの確かめ. What was compared, and what differs.
#[derive(Debug, Default)]
pub struct Compared {
    pub tables: Vec<Content>,
    pub events: usize,
    pub reports: usize,
    pub differences: Vec<String>,
}

/// Copies and compares. Run again after an interruption it goes on.
pub async fn move_all(
    from: &App,
    to: &App,
    told: impl FnMut(&str, u64) -> bool,
) -> Result<Compared> {
    let system = Actor::system(from.clock.now(), "");
    copy::copy(&from.db, &to.db, &system, told).await?;
    let compared = compare(from, to, &system).await?;
    if compared.differences.is_empty() {
        copy::finish(&to.db, &system).await?;
    }
    Ok(compared)
}

async fn compare(from: &App, to: &App, system: &Actor) -> Result<Compared> {
    let (here, there) =
        (copy::contents(&from.db, system).await?, copy::contents(&to.db, system).await?);
    let mut out = Compared::default();
    for (a, b) in here.iter().zip(&there).filter(|(a, b)| a != b) {
        out.differences.push(format!("{}: {}行と{}行", a.table, a.rows, b.rows));
    }
    if here.len() != there.len() {
        out.differences.push(format!("表の数: {}と{}", here.len(), there.len()));
    }
    let verdict = audit::verify(&mut to.read(system).await?).await?;
    out.events = verdict.events;
    out.differences.extend(verdict.breaks);
    same_reports(from, to, system, &mut out).await?;
    out.tables = here;
    Ok(out)
}

/// Every report of every controller, drawn for the same instant from both.
async fn same_reports(from: &App, to: &App, system: &Actor, out: &mut Compared) -> Result<()> {
    let controllers: Vec<(String,)> =
        from.read(system).await?.all("select id from controllers order by id", args![]).await?;
    let all = Catalogue::load(&from.codes, from.config.city.as_deref());
    let all = all.checked().map_err(|why| Error::refused("", why))?;
    for (controller,) in controllers {
        let actor = Actor::system(system.at, &controller);
        for report in all.all() {
            let mut drawn = vec![];
            for app in [from, to] {
                let ask = reports::show::ask(&actor, report, &Entry::default(), app)?;
                let mut read = app.read(&actor).await?;
                let figures = reports::draw(&mut read, report, ask, &app.codes).await?;
                drawn.push(reports::export(&figures, "json")?.bytes);
            }
            out.reports += 1;
            if drawn.first() != drawn.last() {
                out.differences.push(format!("統計 {} が違います", report.id));
            }
        }
    }
    Ok(())
}
