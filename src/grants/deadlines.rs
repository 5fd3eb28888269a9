//! 期限: by when a step of a grant is to be done. A deadline is met by a step of its kind that was
//! taken after the deadline was set; whoever sets another one takes the old one back.

use std::sync::Arc;

use ::programmes::Catalogue;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use civil::Date;
use uuid::Uuid;

use super::{record, show};
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::store::{FromRow, Read, Tx};
use crate::web::{App, Entry, Error, Field, Form, Kind, Result, Submitted, Values, refused};

pub async fn post(
    State(app): State<App>,
    Extension(all): Extension<Arc<Catalogue>>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save(&app, &actor, &id, &entry).await {
        Ok(()) => Ok(Redirect::to(&format!("/grants/{id}")).into_response()),
        Err(e) => {
            let bad = e.problems()?;
            refused(show::view(&app, &all, &actor, &id, ("grant-deadline", &entry, &bad)).await?)
        }
    }
}

/// `POST /grants/{id}/deadlines/{deadline}/void`.
pub async fn void(
    State(app): State<App>,
    actor: Actor,
    Path((id, deadline)): Path<(String, String)>,
    Submitted(_): Submitted,
) -> Result<Response> {
    record::see(&mut app.read(&actor).await?, &id).await?;
    let mut tx = app.write(&actor).await?;
    take_back(&mut tx, &id, &deadline).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/grants/{id}")).into_response())
}

pub fn form() -> Form {
    let fields = vec![
        Field::new("due_kind", "どの手続の期限か", Kind::Code("grant_step")).required(),
        Field::new("due_on", "期限の日", Kind::Date)
            .required()
            .help("交付要綱や通知に書かれた日。予定表にも出ます。"),
    ];
    Form::new("grant-deadline", "期限を決める", fields)
}

/// 補助金の期限.
#[derive(Clone, Debug, FromRow)]
pub struct Deadline {
    pub id: String,
    pub grant_id: String,
    pub kind: String,
    pub due_on: String,
    pub recorded_at: String,
    /// 1 when the step was taken.
    pub met: i64,
}

impl Deadline {
    pub fn day(&self) -> Date {
        self.due_on.parse().unwrap_or(Date::MAX)
    }

    pub fn is_open(&self) -> bool {
        self.met == 0
    }

    /// (chip class, words)
    pub fn state(&self, today: Date) -> (&'static str, String) {
        let left = (self.day() - today).get_days();
        match (self.is_open(), left) {
            (false, _) => ("ok", "済み".into()),
            (true, ..0) => ("bad", format!("{}日過ぎています", -left)),
            (true, 0) => ("warn", "きょうまで".into()),
            (true, ..=30) => ("warn", format!("あと{left}日")),
            _ => ("info", format!("あと{left}日")),
        }
    }
}

macro_rules! deadlines {
    ($rest:literal) => {
        concat!(
            "select d.id, d.grant_id, d.kind, d.due_on, d.recorded_at,
               cast(case when exists (select 1 from grant_steps s where s.grant_id = d.grant_id
                   and s.kind = d.kind and s.recorded_at >= d.recorded_at
                   and not exists (select 1 from grant_step_voids v where v.step_id = s.id))
                 then 1 else 0 end as bigint) as met
             from grant_deadlines d join grants g on g.id = d.grant_id
             where g.controller_id = $1 and d.voided_at is null ",
            $rest,
            " order by d.due_on, d.id"
        )
    };
}

pub async fn of_grant(read: &mut Read, grant: &str) -> Result<Vec<Deadline>> {
    let controller = read.actor.controller_id.clone();
    Ok(read.all(deadlines!("and d.grant_id = $2"), args![controller, grant]).await?)
}

/// Those that still wait, of grants that were not refused; with the last day looked at.
pub async fn open(read: &mut Read, until: Date) -> Result<Vec<Deadline>> {
    let controller = read.actor.controller_id.clone();
    let sql = deadlines!(
        "and d.due_on <= $2 and not exists (select 1 from grant_steps s where s.grant_id = g.id
           and s.kind = 'refusal'
           and not exists (select 1 from grant_step_voids v where v.step_id = s.id))"
    );
    let mut all: Vec<Deadline> = read.all(sql, args![controller, until]).await?;
    all.retain(Deadline::is_open);
    Ok(all)
}

pub async fn add(tx: &mut Tx, id: &str, v: &Values) -> Result<()> {
    let grant = record::see(tx, id).await?;
    let due = v.date("due_on").ok_or(Error::NotFound)?;
    if due.to_string() < grant.applied_on {
        return Err(Error::refused("due_on", "申請の日より後の日付にしてください"));
    }
    let open =
        of_grant(tx, id).await?.into_iter().find(|d| d.is_open() && d.kind == v.text("due_kind"));
    if let Some(open) = open {
        take_back(tx, id, &open.id).await?;
    }
    let (row, at, by) = (Uuid::now_v7().to_string(), tx.actor.at, tx.actor.account_id.clone());
    tx.exec(
        "insert into grant_deadlines (id, grant_id, kind, due_on, recorded_at, recorded_by)
         values ($1, $2, $3, $4, $5, $6)",
        args![row, id, v.text("due_kind"), due, at, by],
    )
    .await?;
    Ok(tx.record(Event::new("set_deadline", "grant", id).fields(v.text("due_kind"))).await?)
}

async fn take_back(tx: &mut Tx, id: &str, deadline: &str) -> Result<()> {
    let (at, by) = (tx.actor.at, tx.actor.account_id.clone());
    let done = tx
        .exec(
            "update grant_deadlines set voided_at = $3, voided_by = $4, void_reason = '変更'
             where id = $1 and grant_id = $2 and voided_at is null",
            args![deadline, id, at, by],
        )
        .await?;
    if done == 0 {
        return Err(Error::NotFound);
    }
    Ok(tx.record(Event::new("void_deadline", "grant", id)).await?)
}

async fn save(app: &App, actor: &Actor, id: &str, entry: &Entry) -> Result<()> {
    record::see(&mut app.read(actor).await?, id).await?;
    let values = form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    add(&mut tx, id, &values).await?;
    Ok(tx.commit().await?)
}
