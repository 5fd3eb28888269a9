//! 決裁: each post of the route approves, on screen or on paper; another person than who proposed.

use std::sync::Arc;

use ::programmes::Catalogue;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use uuid::Uuid;

use super::assess::{self, Assessment};
use super::record::{self, Stage};
use super::route::Routes;
use super::show;
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::store::{FromRow, Read, Tx};
use crate::web::{App, Entry, Error, Field, Form, Kind, Result, Submitted, Values, refused, said};

pub(super) const FORM: &str = "approve-step";

pub async fn post(
    State(app): State<App>,
    Extension(all): Extension<Arc<Catalogue>>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save(&app, &all, &actor, &id, &entry).await {
        Ok(()) => Ok(Redirect::to(&format!("/applications/{id}")).into_response()),
        Err(e) => {
            let bad = e.problems()?;
            refused(show::view(&app, &all, &actor, &id, (FORM, &entry, &bad)).await?)
        }
    }
}

pub fn form() -> Form {
    let fields = vec![
        Field::new("answer", "結果", Kind::Code("approval_answer")).required(),
        Field::new("how", "方法", Kind::Code("approval_how")).required(),
        Field::new("approver", "決裁した人の氏名", Kind::Text(80))
            .help("紙で決裁を受けたとき。起案文書に押印した人です。"),
        Field::new("approve_note", "決裁のときの指示", Kind::Long(500)),
    ];
    Form::new(FORM, "決裁を記録する", fields)
}

/// 決裁の一行.
#[derive(Clone, Debug, FromRow)]
pub struct Approval {
    pub step: i64,
    pub post: String,
    pub answer: String,
    pub how: String,
    pub approver: String,
    pub note: String,
    pub recorded_at: String,
}

impl Approval {
    pub fn when(&self) -> String {
        said::moment(&self.recorded_at)
    }
}

pub async fn of(read: &mut Read, assessment_id: &str) -> Result<Vec<Approval>> {
    let rows = read
        .all(
            "select step, post, answer, how, approver, note, recorded_at from approvals
             where assessment_id = $1 order by step, recorded_at",
            args![assessment_id],
        )
        .await?;
    Ok(rows)
}

/// 経路. Which step is next; none when all have approved.
pub struct Progress {
    pub steps: Vec<String>,
    pub done: Vec<Approval>,
}

impl Progress {
    pub async fn of(
        read: &mut Read,
        routes: &Routes,
        office: &str,
        s: &Assessment,
    ) -> Result<Self> {
        let steps = routes.find(office, s.amount).steps.clone();
        Ok(Self { steps, done: of(read, &s.id).await? })
    }

    pub fn returned(&self) -> bool {
        self.done.iter().any(|a| a.answer == "returned")
    }

    pub fn next(&self) -> Option<(usize, &str)> {
        if self.returned() {
            return None;
        }
        self.steps.get(self.done.len()).map(|post| (self.done.len() + 1, post.as_str()))
    }

    /// The posts of the route with what each has said.
    pub fn boxes(&self) -> impl Iterator<Item = (&str, Option<&Approval>)> {
        let said = |n: usize| self.done.get(n);
        self.steps.iter().enumerate().map(move |(n, post)| (post.as_str(), said(n)))
    }

    pub fn complete(&self) -> bool {
        !self.returned() && self.done.len() >= self.steps.len()
    }
}

/// The next step of the route answers.
pub async fn approve(
    tx: &mut Tx,
    routes: &Routes,
    office: &str,
    id: &str,
    v: &Values,
) -> Result<()> {
    let a = record::see(tx, id).await?;
    let (Stage::Assessed, Some(assessment)) = (a.stage(), &a.assessment_id) else {
        return Err(Error::refused("", "決裁できるのは、審査が済んで決定していない申請です"));
    };
    let s = assess::by_id(tx, assessment).await?;
    let progress = Progress::of(tx, routes, office, &s).await?;
    let Some((step, post)) = progress.next() else {
        return Err(Error::refused("", "決裁はもう済んでいます"));
    };
    let paper = v.text("how") == "paper";
    if paper && !v.is_given("approver") {
        return Err(Error::refused("approver", "起案文書に押印した人の氏名を入力してください"));
    }
    if !paper && s.recorded_by == tx.actor.account_id {
        let text = "案を作った本人は決裁できません。別の人が決裁するか、紙の決裁を記録してください";
        return Err(Error::refused("how", text));
    }
    let name = tx.actor.name.clone();
    let approver = if paper { v.text("approver").to_owned() } else { name };
    let (row, at, by) = (Uuid::now_v7().to_string(), tx.actor.at, tx.actor.account_id.clone());
    tx.exec(
        "insert into approvals (id, assessment_id, step, post, answer, how, approver, note,
           recorded_at, recorded_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        args![
            row,
            s.id.as_str(),
            i64::try_from(step).unwrap_or(1),
            post,
            v.text("answer"),
            v.text("how"),
            approver,
            v.text("approve_note"),
            at,
            by
        ],
    )
    .await?;
    let event = Event::new("approve", "application", id).about(&a.client_id);
    Ok(tx.record(event.fields(v.text("answer"))).await?)
}

async fn save(app: &App, all: &Catalogue, actor: &Actor, id: &str, entry: &Entry) -> Result<()> {
    let a = record::see(&mut app.read(actor).await?, id).await?;
    let values = form().read(entry, &app.codes)?;
    let office = all.find(&a.programme).map_or("", |p| p.office.as_str());
    let mut tx = app.write(actor).await?;
    approve(&mut tx, &Routes::of(app)?, office, id, &values).await?;
    Ok(tx.commit().await?)
}
