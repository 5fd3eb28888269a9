//! One file: how far it is, what the dry run found, what became of it.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use super::batches::{self, Batch};
use super::cells::{Row, Summary};
use super::index::state_words;
use super::layout::{Layout, layouts};
use super::target::Target;
use crate::access::Actor;
use crate::audit::Event;
use crate::web::jobs::Progress;
use crate::web::said::moment;
use crate::web::{App, Page, Problems, Result, page};

/// Rows with problems on one page; the file itself is better for the rest.
const SHOWN: usize = 100;

pub async fn get(State(app): State<App>, actor: Actor, Path(id): Path<String>) -> Result<Response> {
    page(view(&app, &actor, &id, &Problems::default()).await?)
}

/// The same page with what an operation refused.
pub(super) async fn refused(
    app: &App,
    actor: &Actor,
    id: &str,
    bad: &Problems,
) -> Result<Response> {
    let body = view(app, actor, id, bad).await?.render()?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(body)).into_response())
}

struct Finding {
    position: i64,
    key: String,
    place: String,
    header: String,
    text: String,
    message: String,
    proposal: Option<String>,
}

/// A column whose proposals may be taken all at once.
struct ColumnOf {
    key: String,
    header: String,
    count: usize,
    example: String,
}

#[derive(Template)]
#[template(path = "imports/show.html")]
struct Show {
    page: Page,
    batch: Batch,
    title: String,
    counter: &'static str,
    /// What was saved waits to be confirmed.
    differs: bool,
    state: &'static str,
    created: String,
    ended: String,
    summary: Summary,
    progress: Option<Progress>,
    /// Being worked on by nobody: the program was stopped meanwhile.
    stopped: bool,
    findings: Vec<Finding>,
    proposals: usize,
    columns: Vec<ColumnOf>,
    more_bad: usize,
    good: usize,
    bad: Vec<String>,
}

async fn view(app: &App, actor: &Actor, id: &str, bad: &Problems) -> Result<Show> {
    let mut read = app.read(actor).await?;
    let batch = batches::see(&mut read, id).await?;
    let progress = app.jobs.progress(id);
    let mut rows = vec![];
    if progress.is_none() && batch.state == "checked" {
        rows = batches::rows(&mut read, id, 0, true).await?;
    }
    drop(read);
    // The waiting page shows nobody; recording it would have to wait for the very work it shows.
    if progress.is_none() {
        app.viewed(actor, Event::new("view", "import", id)).await?;
    }
    let summary = Summary::read(&batch.summary);
    let layout = layouts(app)?.into_iter().find(|l| l.id == batch.layout);
    let ended = batch.undone_at.as_deref().or(batch.saved_at.as_deref()).map(moment);
    let shown = rows.len().min(SHOWN);
    let title =
        if bad.is_empty() { "取り込みの点検" } else { "エラー：取り込みの点検" };
    Ok(Show {
        page: app.page(actor, title, "/imports"),
        title: layout.as_ref().map_or_else(|| batch.layout.clone(), |l| l.title.clone()),
        differs: layout.as_ref().is_some_and(|l| l.target == Target::Resident),
        counter: layout.as_ref().map_or("行", |l| l.target.counter()),
        state: state_words(&batch.state),
        created: moment(&batch.created_at),
        ended: ended.unwrap_or_default(),
        stopped: progress.is_none() && batch.state == "checking",
        columns: columns(&rows, layout.as_ref()),
        findings: rows.iter().take(SHOWN).flat_map(|r| findings(r, layout.as_ref())).collect(),
        proposals: rows
            .iter()
            .flat_map(|(_, r)| &r.problems)
            .filter(|p| p.proposal.is_some())
            .count(),
        more_bad: summary.bad.saturating_sub(shown),
        good: summary.rows.saturating_sub(summary.bad),
        bad: bad.0.iter().map(|(_, m)| m.clone()).collect(),
        batch,
        summary,
        progress,
    })
}

fn findings((position, row): &(i64, Row), layout: Option<&Layout>) -> Vec<Finding> {
    let one = |p: &super::cells::Problem| {
        let column = if p.column.is_empty() { String::new() } else { format!("{}列", p.column) };
        Finding {
            position: *position,
            key: p.key.clone(),
            place: format!("{}　{}行目{column}", row.sheet, row.number),
            header: header(&p.key, layout),
            text: row.text(&p.key).chars().take(60).collect(),
            message: p.message.clone(),
            proposal: p.proposal.clone(),
        }
    };
    row.problems.iter().map(one).collect()
}

fn columns(rows: &[(i64, Row)], layout: Option<&Layout>) -> Vec<ColumnOf> {
    let mut found: BTreeMap<String, ColumnOf> = BTreeMap::new();
    for (_, row) in rows {
        for p in &row.problems {
            let Some(proposal) = &p.proposal else { continue };
            let said = || row.text(&p.key).chars().take(60).collect::<String>();
            let example = || format!("{} → {proposal}", said());
            let entry = found.entry(p.key.clone()).or_insert_with(|| ColumnOf {
                key: p.key.clone(),
                header: header(&p.key, layout),
                count: 0,
                example: example(),
            });
            entry.count += 1;
        }
    }
    found.into_values().collect()
}

fn header(key: &str, layout: Option<&Layout>) -> String {
    let base = key.split('=').next().unwrap_or(key);
    let column = layout.and_then(|l| l.column(base));
    column.map(|c| c.label().to_owned()).unwrap_or_default()
}
