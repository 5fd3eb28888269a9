//! The dry run: a file is read, every row is checked as a form would check it, and only the
//! findings are kept. The work goes on in the background; the page shows how far it is.

use std::time::Duration;

use axum::body::Bytes;
use tokio::sync::Semaphore;

use super::batches;
use super::cells::{Problem, Row, Summary};
use super::checking::{Checking, Reading};
use super::known;
use super::layout::Layout;
use crate::access::Actor;
use crate::audit::Event;
use crate::web::jobs::Job;
use crate::web::long::aside;
use crate::web::said::moment;
use crate::web::{App, Result};

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
    let (codes, kind) = (app.codes.clone(), layout.id.clone());
    let turn = READING.acquire().await;
    let mut reading = Reading::of(layout, codes, name.to_owned(), bytes.clone()).await?;
    drop(turn);
    let id = uuid::Uuid::now_v7().to_string();
    let event = Event::new("upload", "import", &id).fields(&*kind).content(bytes);
    let mut tx = app.write(actor).await?;
    let before = batches::saved_before(&mut tx, &event.digest).await?;
    batches::create(&mut tx, &id, &kind, name, &event.digest).await?;
    tx.record(event).await?;
    tx.commit().await?;
    if let Some(at) = before {
        reading.summary.warnings.push(format!(
            "同じ内容のファイルを {} に登録しています。もう一度登録すると二重になります",
            moment(&at)
        ));
    }
    background(app, actor, &id, "点検しています", reading.summary.rows, {
        let (app, actor, id) = (app.clone(), actor.clone(), id.clone());
        move |job| async move { check(&app, &actor, &job, &id, reading).await }
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
    let run = tokio::spawn(aside(async move {
        if let Err(why) = work.await {
            eprintln!("error: import: {why:?}");
            failed(&app, &actor, &id).await;
        }
    }));
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
async fn check(app: &App, actor: &Actor, job: &Job, id: &str, mut reading: Reading) -> Result<()> {
    reading.begin(known::load(&mut app.read(actor).await?).await?);
    let (mut done, mut next) = (0, reading.next(0).await?);
    while let Some(piece) = next {
        let from = done;
        done += piece.len();
        reading.summary.bad += piece.iter().filter(|r| !r.problems.is_empty()).count();
        next = reading.next(done).await?;
        let mut tx = app.write(actor).await?;
        for (row, n) in piece.iter().zip(from + 1..) {
            batches::add_row(&mut tx, id, i64::try_from(n).unwrap_or_default(), row).await?;
            job.done(n);
        }
        if next.is_none() {
            batches::set(&mut tx, id, "checked", &reading.summary).await?;
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
