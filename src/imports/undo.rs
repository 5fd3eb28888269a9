//! Undo: what the import made is withdrawn, unless somebody has built on it since.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};

use super::layout::find;
use super::target::Target;
use super::{batches, show};
use crate::access::Actor;
use crate::audit::Event;
use crate::clients::parts;
use crate::store::{Read, Sql, Tx};
use crate::web::{App, Error, Problems, Result, Submitted};
use crate::{args, consultations, residents};

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(_): Submitted,
) -> Result<Response> {
    match run(&app, &actor, &id).await {
        Ok(()) => Ok(Redirect::to(&format!("/imports/{id}")).into_response()),
        Err(Error::Refused(bad)) => show::refused(&app, &actor, &id, &bad).await,
        Err(e) => Err(e),
    }
}

async fn run(app: &App, actor: &Actor, id: &str) -> Result<()> {
    let target = target(app, &mut app.read(actor).await?, id).await?;
    let mut tx = app.write(actor).await?;
    undo(&mut tx, id, target).await?;
    Ok(tx.commit().await?)
}

/// What the file brought in.
pub async fn target(app: &App, read: &mut Read, id: &str) -> Result<Target> {
    Ok(find(app, &batches::see(read, id).await?.layout)?.target)
}

/// Everything or nothing: a file half withdrawn would be worse than either.
pub async fn undo(tx: &mut Tx, id: &str, target: Target) -> Result<()> {
    let batch = batches::see(tx, id).await?;
    if batch.state != "saved" {
        return Err(Error::refused("", "登録した取り込みだけを取り消せます"));
    }
    let later = later(tx, id).await?;
    if !later.is_empty() {
        return Err(Error::Refused(refusal(&later)));
    }
    let why = format!("取り込みの取り消し（{}）", batch.file_name);
    if target == Target::Resident {
        residents::take_back(tx, id, &why).await?;
    }
    for (record,) in records(tx, id).await? {
        match target {
            Target::Consultation => consultations::withdraw::withdraw(tx, &record, &why).await?,
            Target::Client => unenrol(tx, &record, &why).await?,
            Target::Resident => {}
        }
    }
    let actor = tx.actor.clone();
    tx.exec(
        "update import_batches set state = 'undone', undone_at = $2, undone_by = $3
         where id = $1 and state = 'saved'",
        args![id, actor.at, actor.account_id],
    )
    .await?;
    tx.record(Event::new("undo", "import", id)).await?;
    Ok(())
}

/// Nothing is deleted, so the person stays a number that is closed and has no name: every row of
/// the folder is voided, nobody is on the team, no spelling finds it. The closure is of a kind
/// nobody can choose, dated the day of the enrolment, so that no list and no statistic of any day
/// counts it.
async fn unenrol(tx: &mut Tx, id: &str, why: &str) -> Result<()> {
    let (at, by) = (tx.actor.at, tx.actor.account_id.clone());
    let tables = parts::all().iter().map(|p| p.table).chain(["team_members"]);
    for table in tables {
        let sql = format!(
            "update {table} set voided_at = $2, voided_by = $3, void_reason = $4
             where client_id = $1 and voided_at is null"
        );
        tx.exec(Sql::built(sql), args![id, at, by, why]).await?;
    }
    tx.exec("delete from client_search where client_id = $1", args![id]).await?;
    tx.exec(
        "insert into closures (id, client_id, kind, closed_on, reason, recorded_at, recorded_by)
         select $2, c.id, 'import_undone', c.enrolled_on, $3, $4, $5 from clients c
         where c.id = $1",
        args![id, uuid::Uuid::now_v7().to_string(), why, at, by],
    )
    .await?;
    tx.record(Event::new("close", "client", id).about(id).basis("import_undone")).await?;
    Ok(())
}

async fn records(read: &mut Read, id: &str) -> Result<Vec<(String,)>> {
    let sql = "select record_id from import_rows
               where batch_id = $1 and record_id is not null order by position";
    Ok(read.all(sql, args![id]).await?)
}

const NAMED: usize = 20;

fn refusal(later: &[(String, i64)]) -> Problems {
    let mut bad = Problems::one(
        "",
        "取り消していません。登録のあとに記録が加わったり直されたりした行があります。取り消すと、その内容も失われます",
    );
    for (sheet, number) in later.iter().take(NAMED) {
        bad.add("", format!("シート「{sheet}」の{number}行目から登録した記録"));
    }
    if let Some(more) = later.len().checked_sub(NAMED).filter(|n| *n > 0) {
        bad.add("", format!("ほかに{more}行"));
    }
    bad
}

/// Rows whose records were touched after the save: the audit knows every change, whatever noun
/// made it. Looking is no change. Order is that of the chain, because a clock may stand still.
async fn later(read: &mut Read, id: &str) -> Result<Vec<(String, i64)>> {
    let saved: Option<(String, i64, String)> = read
        .maybe(
            "select writer_id, seq, at from audit_events
             where noun = 'import' and verb = 'save' and record_id = $1",
            args![id],
        )
        .await?;
    let (writer, seq, at) = saved.ok_or(Error::NotFound)?;
    let rows = read
        .all(
            "with touched as (
               select e.record_id, e.client_id from audit_events e
               where e.at >= $4 and not (e.writer_id = $2 and e.seq <= $3)
                 and e.verb not in ('view', 'export', 'print', 'search'))
             select r.sheet, r.row_number from import_rows r
             where r.batch_id = $1 and r.record_id is not null and (
               r.record_id in (select t.record_id from touched t)
               or r.record_id in (select t.client_id from touched t where t.client_id is not null)
               or r.record_id in (select f.source_id from follow_ups f
                 where f.id in (select t.record_id from touched t))
               or r.record_id in (select q.consultation_id from case_requests q
                 where q.consultation_id is not null)
               or r.record_id in (select k.previous_id from consultations k
                 where k.previous_id is not null and k.voided_at is null
                   and k.import_id is distinct from $1))
             order by r.position",
            args![id, writer, seq, at],
        )
        .await?;
    Ok(rows)
}
