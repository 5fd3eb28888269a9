//! Saving: all rows in one transaction, through the operation a typed form goes through. Either
//! everything that was promised is there, or nothing.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};

use super::cells::{Row, Summary};
use super::check::{Check, Ready};
use super::layout::Layout;
use super::target::Target;
use super::{batches, dry_run, known, show};
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::clients::{enrol, parts};
use crate::consultations;
use crate::residents;
use crate::store::Tx;
use crate::web::jobs::Job;
use crate::web::{App, Error, Problems, Result, Submitted};

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match start(&app, &actor, &id, !entry.get("except").is_empty()).await {
        Ok(()) => Ok(Redirect::to(&format!("/imports/{id}")).into_response()),
        Err(Error::Refused(bad)) => show::refused(&app, &actor, &id, &bad).await,
        Err(e) => Err(e),
    }
}

/// `except`: rows with problems are left out, because somebody has said so.
pub async fn start(app: &App, actor: &Actor, id: &str, except: bool) -> Result<()> {
    let batch = batches::see(&mut app.read(actor).await?, id).await?;
    let summary = Summary::read(&batch.summary);
    if batch.state != "checked" {
        return Err(Error::refused("", "この取り込みは、いまは登録できません"));
    }
    if summary.bad > 0 && !except {
        return Err(Error::refused("", refusal(summary.bad)));
    }
    if summary.bad >= summary.rows {
        return Err(Error::refused(
            "",
            "登録できる行がありません。ファイルを直して、もう一度点検してください",
        ));
    }
    let work = {
        let (app, actor, id) = (app.clone(), actor.without_form(), id.to_owned());
        move |job: Job| async move {
            match keep(&app, &actor, &job, &id, except).await {
                Err(Error::Refused(why)) => explain(&app, &actor, &job, &id, &why).await,
                done => done.map(|_| ()),
            }
        }
    };
    dry_run::background(app, actor, id, "登録しています", summary.rows, work).await;
    Ok(())
}

fn refusal(bad: usize) -> String {
    format!(
        "問題のある行が{bad}行あるため、登録していません。直すか、「問題のある行を除いて取り込む」を選んでください"
    )
}

/// How many records were made.
async fn keep(app: &App, actor: &Actor, job: &Job, id: &str, except: bool) -> Result<usize> {
    let mut read = app.read(actor).await?;
    let batch = batches::see(&mut read, id).await?;
    let layout = super::layout::find(app, &batch.layout)?;
    let known = known::load(&mut read).await?;
    drop(read);
    let mut check = Check::new(&layout, &app.codes, &known);
    let mut tx = app.write(actor).await?;
    let claimed = tx
        .exec(
            "update import_batches set state = 'saved', saved_at = $2, saved_by = $3
             where id = $1 and state = 'checked'",
            args![id, actor.at, actor.account_id],
        )
        .await?;
    if claimed == 0 {
        return Err(Error::refused("", "この取り込みは、もう登録されています"));
    }
    let (mut after, mut seen, mut saved, mut unknown) = (0, 0, 0, 0);
    loop {
        let piece = batches::rows(&mut tx, id, after, false).await?;
        let Some((last, _)) = piece.last() else { break };
        after = *last;
        for (at, row) in piece {
            seen += 1;
            let left_out = except && !row.problems.is_empty();
            if !left_out {
                match row_in(&mut tx, &layout, &mut check, id, at, row).await? {
                    Became::Record(_) => saved += 1,
                    Became::Unknown => unknown += 1,
                    Became::Nothing => {}
                }
            }
            job.done(seen);
        }
    }
    finish(&mut tx, id, &batch.summary, (saved, unknown)).await?;
    tx.commit().await?;
    Ok(saved)
}

async fn row_in(
    tx: &mut Tx,
    layout: &Layout,
    check: &mut Check<'_>,
    id: &str,
    at: i64,
    mut row: Row,
) -> Result<Became> {
    let Some(ready) = check.row(&mut row) else {
        let message = row.problems.first().map_or("", |p| p.message.as_str());
        return Err(Error::refused("", place(&row, message)));
    };
    let became = match into(tx, layout.target, id, &ready).await {
        Ok(became) => became,
        Err(Error::Refused(why)) => {
            let message = why.0.first().map_or("", |(_, m)| m.as_str());
            return Err(Error::refused("", place(&row, message)));
        }
        Err(e) => return Err(e),
    };
    if let Became::Record(record) = &became {
        let sql = "update import_rows set record_id = $3 where batch_id = $1 and position = $2";
        tx.exec(sql, args![id, at, record]).await?;
    }
    Ok(became)
}

fn place(row: &Row, message: &str) -> String {
    format!("シート「{}」の{}行目：{message}", row.sheet, row.number)
}

/// 行の行き先.
enum Became {
    /// The id of what it became.
    Record(String),
    /// Nothing differs.
    Nothing,
    /// About nobody the registry knows.
    Unknown,
}

/// The one place where a row meets the operation of its noun.
async fn into(tx: &mut Tx, target: Target, id: &str, ready: &Ready) -> Result<Became> {
    Ok(match target {
        Target::Consultation => {
            Became::Record(consultations::log_from(tx, &ready.main, Some(id)).await?)
        }
        Target::Client => Became::Record(client(tx, ready).await?),
        Target::Resident => match residents::compare(tx, &ready.main, id).await? {
            residents::Outcome::Differs(record) => Became::Record(record),
            residents::Outcome::Same => Became::Nothing,
            residents::Outcome::Unknown => Became::Unknown,
        },
    })
}

async fn client(tx: &mut Tx, ready: &Ready) -> Result<String> {
    let new = enrol::enrol(tx, &ready.main).await?;
    for (part, values) in &ready.parts {
        let part = parts::find(part).ok_or(Error::NotFound)?;
        parts::add(tx, &new.id, part, values, None).await?;
    }
    Ok(new.id)
}

async fn finish(
    tx: &mut Tx,
    id: &str,
    summary: &str,
    (saved, unknown): (usize, usize),
) -> Result<()> {
    let old = Summary::read(summary);
    let (rows, bad, sheets) = (old.rows, old.bad, old.sheets);
    let new = Summary { rows, bad, saved, unknown, sheets, ..Summary::default() };
    batches::forget(tx, id).await?;
    let sql = "update import_batches set summary = $2 where id = $1";
    tx.exec(sql, args![id, new.json()]).await?;
    tx.record(Event::new("save", "import", id)).await?;
    Ok(())
}

/// The world has moved since the dry run: nothing was kept, and the page says which row it was.
async fn explain(app: &App, actor: &Actor, job: &Job, id: &str, why: &Problems) -> Result<()> {
    dry_run::again(app, actor, job, id, |_, _| false).await?;
    let batch = batches::see(&mut app.read(actor).await?, id).await?;
    let mut summary = Summary::read(&batch.summary);
    let said = why.0.iter().map(|(_, m)| format!("登録していません。{m}"));
    summary.warnings.retain(|w| !w.starts_with("登録していません。"));
    summary.warnings.extend(said);
    let mut tx = app.write(actor).await?;
    batches::set(&mut tx, id, "checked", &summary).await?;
    tx.record(Event::new("refuse", "import", id)).await?;
    Ok(tx.commit().await?)
}
