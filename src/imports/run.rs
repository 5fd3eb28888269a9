//! The import of a command line: the same dry run and the same save, with the findings as text.

use axum::body::Bytes;

use super::cells::Summary;
use super::layout::find;
use super::{batches, dry_run, save};
use crate::access::Actor;
use crate::web::{App, Error, Result};

/// 取り込みの結果.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    pub id: String,
    pub rows: usize,
    pub bad: usize,
    pub saved: usize,
    /// 「シート 3行目B列 生年月日：... （案：...）」, then what was passed over.
    pub lines: Vec<String>,
}

/// `save` keeps the rows when none has a problem; otherwise nothing is kept but the findings.
pub async fn run(
    app: &App,
    actor: &Actor,
    layout: &str,
    name: &str,
    bytes: &[u8],
    save: bool,
) -> Result<Outcome> {
    let layout = find(app, layout)?;
    if !layout.target.is_open_to(actor) {
        return Err(Error::NotFound);
    }
    let id = dry_run::start(app, actor, layout, name, &Bytes::copy_from_slice(bytes)).await?;
    wait(app, &id).await;
    let mut out = outcome(app, actor, &id).await?;
    if save && out.bad == 0 {
        save::start(app, actor, &id, false).await?;
        wait(app, &id).await;
        out = outcome(app, actor, &id).await?;
    }
    Ok(out)
}

async fn wait(app: &App, id: &str) {
    while app.jobs.progress(id).is_some() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

async fn outcome(app: &App, actor: &Actor, id: &str) -> Result<Outcome> {
    let mut read = app.read(actor).await?;
    let batch = batches::see(&mut read, id).await?;
    let s = Summary::read(&batch.summary);
    let mut lines = vec![];
    for (_, row) in batches::rows(&mut read, id, 0, true).await? {
        for p in &row.problems {
            let proposal = p.proposal.as_ref().map(|t| format!("（案：{t}）")).unwrap_or_default();
            let (sheet, number) = (&row.sheet, row.number);
            lines.push(format!("{sheet} {number}行目{}列：{}{proposal}", p.column, p.message));
        }
    }
    lines.extend(s.warnings.iter().cloned());
    lines.extend(s.passed_over.iter().map(|(sheet, why)| format!("シート「{sheet}」：{why}")));
    lines.extend(
        s.skipped.iter().map(|(sheet, n, why)| format!("{sheet} {n}行目：{why}（飛ばしました）")),
    );
    lines.extend(s.ignored.iter().map(|(sheet, c, text)| {
        format!("{sheet} {c}列「{text}」：どの項目か分からないため読みません")
    }));
    for (more, what) in [(s.more_skipped, "行"), (s.more_ignored, "列")] {
        if more > 0 {
            lines.push(format!("ほか{more}{what}を飛ばしました"));
        }
    }
    Ok(Outcome { id: id.to_owned(), rows: s.rows, bad: s.bad, saved: s.saved, lines })
}
