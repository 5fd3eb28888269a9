//! The dry run: a file is read, every row is checked as a form would check it, and only the
//! findings are kept. The work goes on in the background; the page shows how far it is.

use std::time::Duration;

use axum::body::Bytes;
use tokio::sync::Semaphore;

use super::batches;
use super::cells::{Problem, Row, Rows, Summary};
use super::checking::{BROKEN, Checking};
use super::known;
use super::layout::Layout;
use super::sheet;
use crate::access::Actor;
use crate::audit::Event;
use crate::web::jobs::Job;
use crate::web::said::moment;
use crate::web::{App, Error, Result};

/// Small files are done before the answer: nobody waits for a page that waits.
const PATIENCE: Duration = Duration::from_millis(1500);

/// A large file takes much memory while it is read: the others wait for their turn.
static READING: Semaphore = Semaphore::const_new(1);

/// Reads the file at once, so that a hostile or wrong one leaves nothing behind, and checks its
/// rows in the background. The id of the batch.
pub async fn start(
    app: &App,
    actor: &Actor,
    layout: Layout,
    name: &str,
    bytes: &Bytes,
) -> Result<String> {
    let (codes, file, data) = (app.codes.clone(), name.to_owned(), bytes.clone());
    let turn = READING.acquire().await;
    let read = tokio::task::spawn_blocking(move || {
        let read = sheet::read(&layout, &codes, &file, &data);
        (layout, read)
    });
    let (layout, read) = read.await.map_err(|_| Error::refused("file", BROKEN))?;
    drop(turn);
    let (summary, rows) = read.map_err(|why| Error::refused("file", why))?;
    let id = uuid::Uuid::now_v7().to_string();
    let event = Event::new("upload", "import", &id).fields(&*layout.id).content(bytes);
    let mut tx = app.write(actor).await?;
    let before = batches::saved_before(&mut tx, &event.digest).await?;
    batches::create(&mut tx, &id, &layout.id, name, &event.digest).await?;
    tx.record(event).await?;
    tx.commit().await?;
    let mut summary = summary;
    if let Some(at) = before {
        summary.warnings.push(format!(
            "同じ内容のファイルを {} に登録しています。もう一度登録すると二重になります",
            moment(&at)
        ));
    }
    background(app, actor, &id, "点検しています", rows.len(), {
        let (app, actor, id) = (app.clone(), actor.clone(), id.clone());
        move |job| async move { check(&app, &actor, &job, &id, layout, summary, rows).await }
    })
    .await;
    Ok(id)
}

/// Runs the work as a job of its own and waits a moment for it. If it fails, the page says so.
pub(super) async fn background<F, Fut>(
    app: &App,
    actor: &Actor,
    id: &str,
    what: &'static str,
    total: usize,
    work: F,
) where
    F: FnOnce(Job) -> Fut,
    Fut: Future<Output = Result<()>> + Send + 'static,
{
    let Some(job) = app.jobs.begin(id, what, total) else { return };
    let (app, actor, id) = (app.clone(), actor.without_form(), id.to_owned());
    let work = work(job);
    let run = tokio::spawn(async move {
        if let Err(why) = work.await {
            eprintln!("error: import: {why:?}");
            failed(&app, &actor, &id).await;
        }
    });
    let _ = tokio::time::timeout(PATIENCE, run).await;
}

/// A dry run that could not be finished leaves a batch that says so, and nothing of what the file
/// said; a checked one stays as it is.
async fn failed(app: &App, actor: &Actor, id: &str) {
    let work = async {
        let mut tx = app.write(actor).await?;
        batches::fail(&mut tx, id).await?;
        tx.record(Event::new("fail", "import", id)).await?;
        Result::Ok(tx.commit().await?)
    };
    let _: Result<()> = work.await;
}

/// Piece by piece: the rows of a large file, unpacked and with all that is wrong with them, would
/// take hundreds of megabytes. Nobody else waits for longer than a piece is written.
async fn check(
    app: &App,
    actor: &Actor,
    job: &Job,
    id: &str,
    layout: Layout,
    mut summary: Summary,
    rows: Rows,
) -> Result<()> {
    let known = known::load(&mut app.read(actor).await?).await?;
    let mut checking = Checking::begin(layout, app.codes.clone(), known);
    let (mut pieces, mut position) = (rows.pieces().peekable(), 0);
    while let Some(piece) = pieces.next() {
        let piece = checking.of(piece).await?;
        summary.bad += piece.iter().filter(|r| !r.problems.is_empty()).count();
        let mut tx = app.write(actor).await?;
        for row in &piece {
            position += 1;
            batches::add_row(&mut tx, id, position, row).await?;
            job.done(usize::try_from(position).unwrap_or_default());
        }
        if pieces.peek().is_none() {
            batches::set(&mut tx, id, "checked", &summary).await?;
        }
        tx.record(Event::new("check", "import", id)).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Takes the proposals that `chosen` names, checks everything again and keeps what has changed.
pub async fn again(
    app: &App,
    actor: &Actor,
    job: &Job,
    id: &str,
    chosen: impl Fn(i64, &Problem) -> bool,
) -> Result<()> {
    let mut read = app.read(actor).await?;
    let batch = batches::see(&mut read, id).await?;
    let layout = super::layout::find(app, &batch.layout)?;
    let known = known::load(&mut read).await?;
    drop(read);
    let mut checking = Checking::begin(layout, app.codes.clone(), known);
    let (mut after, mut bad) = (0, 0);
    loop {
        let before = batches::rows(&mut app.read(actor).await?, id, after, false).await?;
        let Some((last, _)) = before.last() else { break };
        after = *last;
        let taken = before.iter().map(|(at, row)| {
            let mut row = row.clone();
            take(&mut row, |p| chosen(*at, p));
            row
        });
        let now = checking.of(taken.collect()).await?;
        bad += now.iter().filter(|r| !r.problems.is_empty()).count();
        keep_changed(app, actor, id, &before, &now).await?;
        job.done(usize::try_from(after).unwrap_or_default());
    }
    let mut summary = Summary::read(&batch.summary);
    summary.bad = bad;
    let mut tx = app.write(actor).await?;
    batches::set(&mut tx, id, "checked", &summary).await?;
    tx.record(Event::new("repair", "import", id)).await?;
    Ok(tx.commit().await?)
}

/// Proposals taken stay taken, whatever becomes of the rest: each is as good alone.
async fn keep_changed(
    app: &App,
    actor: &Actor,
    id: &str,
    before: &[(i64, Row)],
    now: &[Row],
) -> Result<()> {
    let changed: Vec<_> = before.iter().zip(now).filter(|((_, old), new)| old != *new).collect();
    if changed.is_empty() {
        return Ok(());
    }
    let mut tx = app.write(actor).await?;
    for ((at, old), new) in changed {
        debug_assert_eq!(old.number, new.number);
        batches::change_row(&mut tx, id, *at, new).await?;
    }
    tx.record(Event::new("repair", "import", id)).await?;
    Ok(tx.commit().await?)
}

/// Puts the proposals into their cells; what the file said stays beside it.
fn take(row: &mut Row, chosen: impl Fn(&Problem) -> bool) {
    for problem in row.problems.clone().into_iter().filter(chosen) {
        let Some(proposal) = problem.proposal else { continue };
        let cell = row.cells.entry(problem.key).or_default();
        let said = std::mem::replace(&mut cell.text, proposal);
        cell.was.get_or_insert(said);
    }
}
