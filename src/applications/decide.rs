//! 決定: after the last step of the route, once, with number, addressee, term and 教示.

use std::sync::Arc;

use ::programmes::{Catalogue, Programme, Version};
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use civil::Date;
use uuid::Uuid;

use super::approve::Progress;
use super::assess::{self, Assessment};
use super::paper::Papers;
use super::record::{self, Application, Stage};
use super::route::Routes;
use super::show;
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::programmes::of;
use crate::store::Tx;
use crate::web::{App, Entry, Error, Field, Form, Kind, Result, Submitted, Values, refused};

pub(super) const FORM: &str = "decision";

pub async fn post(
    State(app): State<App>,
    Extension(all): Extension<Arc<Catalogue>>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save(&app, &all, &actor, &id, &entry).await {
        Ok(decision) => Ok(Redirect::to(&format!("/awards/{decision}")).into_response()),
        Err(e) => {
            let bad = e.problems()?;
            refused(show::view(&app, &all, &actor, &id, (FORM, &entry, &bad)).await?)
        }
    }
}

pub fn form() -> Form {
    let fields = vec![
        Field::new("addressee", "通知のあて名", Kind::Text(80))
            .required()
            .help("本人が未成年のときは保護者。"),
        Field::new("decided_on", "決定の日", Kind::Date).required(),
        Field::new("valid_from", "いつから", Kind::Date)
            .help("認めるとき。空けておくと、申請で求められた日からになります。"),
        Field::new("valid_until", "いつまで（この日をふくむ）", Kind::Date)
            .help("空けておくと、事業の規則のとおりになります。"),
    ];
    Form::new(FORM, "決定する", fields)
}

/// 決定の机. What a decision is made with.
pub struct Desk<'a> {
    pub all: &'a Catalogue,
    pub routes: &'a Routes,
    pub papers: &'a Papers,
}

pub async fn decide(tx: &mut Tx, desk: &Desk<'_>, id: &str, v: &Values) -> Result<String> {
    let a = record::see(tx, id).await?;
    let programme = desk.all.find(&a.programme).ok_or(Error::NotFound)?;
    let (Stage::Assessed, Some(assessment)) = (a.stage(), &a.assessment_id) else {
        return Err(Error::refused("", "決定できるのは、審査が済んで決定していない申請です"));
    };
    let s = assess::by_id(tx, assessment).await?;
    if !Progress::of(tx, desk.routes, &programme.office, &s).await?.complete() {
        return Err(Error::refused("", "決裁がまだ済んでいません"));
    }
    let decided = v.date("decided_on").ok_or(Error::NotFound)?;
    if decided > tx.actor.today() || a.applied().is_some_and(|on| decided < on) {
        return Err(Error::refused("decided_on", "申請の日からきょうまでの日付にしてください"));
    }
    let term = term(tx, desk.all, programme, &a, &s, v).await?;
    let paper = desk.papers.find(&s.proposal, &a.programme)?;
    let number = desk.routes.next_number(tx, &programme.office).await?;
    let (row, at, by) = (Uuid::now_v7().to_string(), tx.actor.at, tx.actor.account_id.clone());
    let controller = tx.actor.controller_id.clone();
    let (from, until) = term.unzip();
    tx.exec(
        "insert into decisions (id, client_id, controller_id, application_id, assessment_id,
           programme, kind, number, addressee, decided_on, valid_from, valid_until, reason,
           notice, recorded_at, recorded_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        args![
            row,
            a.client_id.as_str(),
            controller,
            id,
            s.id.as_str(),
            a.programme.as_str(),
            s.proposal.as_str(),
            number,
            v.text("addressee"),
            decided,
            from,
            until.flatten(),
            s.reason.as_str(),
            paper.notice.as_str(),
            at,
            by
        ],
    )
    .await?;
    let event = Event::new("decide", "application", id).about(&a.client_id);
    tx.record(event.fields(&s.proposal)).await?;
    Ok(row)
}

type Term = (Date, Option<Date>);

/// The days an award holds; nothing for a rejection. The rules of the file bound it.
async fn term(
    tx: &mut Tx,
    all: &Catalogue,
    programme: &Programme,
    a: &Application,
    s: &Assessment,
    v: &Values,
) -> Result<Option<Term>> {
    if s.proposal != "award" {
        return Ok(None);
    }
    let from = v.date("valid_from").or(a.starts()).ok_or(Error::NotFound)?;
    let Some(version) = programme.version_on(from) else {
        return Err(Error::refused("valid_from", "この日には、この事業の規則がありません"));
    };
    let born = of(tx, all, &a.client_id, from).await?.born_on;
    let ruled = version.award_until(from, born);
    let asked = v.date("valid_until").map(|day| day.tomorrow().unwrap_or(day));
    let until = bounded(version, ruled, asked)?;
    if until.is_some_and(|until| until <= from) {
        return Err(Error::refused("valid_until", "終わりの日を、始まりの日より後にしてください"));
    }
    Ok(Some((from, until)))
}

fn bounded(version: &Version, ruled: Option<Date>, asked: Option<Date>) -> Result<Option<Date>> {
    match (ruled, asked) {
        (Some(ruled), Some(asked)) if asked > ruled => {
            let last = civil::format_era(ruled.yesterday().unwrap_or(ruled));
            let text = format!("この事業の決定は{last}までです（{}）", version.label);
            Err(Error::refused("valid_until", text))
        }
        (ruled, asked) => Ok(asked.or(ruled)),
    }
}

async fn save(
    app: &App,
    all: &Catalogue,
    actor: &Actor,
    id: &str,
    entry: &Entry,
) -> Result<String> {
    record::see(&mut app.read(actor).await?, id).await?;
    let values = form().read(entry, &app.codes)?;
    let (routes, papers) = (Routes::of(app)?, Papers::of(app)?);
    let mut tx = app.write(actor).await?;
    let desk = Desk { all, routes: &routes, papers: &papers };
    let decision = decide(&mut tx, &desk, id, &values).await?;
    tx.leads_to(format!("/awards/{decision}"));
    tx.commit().await?;
    Ok(decision)
}
