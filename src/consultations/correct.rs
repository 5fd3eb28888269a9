//! A correction voids the row and adds one that names it; what was written stays readable.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::facts::{Origin, check, insert};
use super::record::{self, Consultation};
use super::sheet::{Sheet, details, fields, settle};
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::clients::Summary;
use crate::follow_ups;
use crate::staff::{colleagues, drafts};
use crate::store::{Read, Tx};
use crate::web::form::{Field, Form, FormView, Kind, Options, Problems};
use crate::web::versions::{self, Versions};
use crate::web::{App, Entry, Error, Page, Result, Submitted, Values, page};

pub async fn get(State(app): State<App>, actor: Actor, Path(id): Path<String>) -> Result<Response> {
    let mut read = app.read(&actor).await?;
    let k = open(&mut read, &id).await?;
    let topics = record::topics(&mut read, &id).await?;
    let (mut entry, kept) = (k.entry(&topics), drafts::load(&mut read, DRAFT, &id).await?);
    let drafted = kept.map(|(draft, at)| (entry = draft, at).1);
    let view = view(&app, read, &k, (&entry, &Problems::default()), drafted).await?;
    app.viewed(&actor, Event::new("view", "consultation", &id).client(k.client_id)).await?;
    page(view)
}

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(mut entry): Submitted,
) -> Result<Response> {
    let asked = !entry.get("find").is_empty();
    let settled = chosen(&app, &actor, &id, &mut entry).await?;
    let settled = settled.and(settle(&mut entry));
    match if asked { Ok(None) } else { save(&app, &actor, (&id, &entry), settled).await } {
        Ok(Some(new)) => Ok(Redirect::to(&format!("/consultations/{new}?saved=1")).into_response()),
        Ok(None) => again(&app, &actor, &id, (&entry, &Problems::default())).await,
        Err(e) => again(&app, &actor, &id, (&entry, &e.problems()?)).await,
    }
}

const DRAFT: &str = "consultation-correct";

/// What was chosen of two versions, where somebody else had been first.
async fn chosen(
    app: &App,
    actor: &Actor,
    id: &str,
    entry: &mut Entry,
) -> Result<Result<(), Problems>> {
    let mut read = app.read(actor).await?;
    let theirs = record::own(&mut read, id).await?;
    let topics = record::topics(&mut read, id).await?;
    Ok(versions::settle(entry, &form(), &theirs.entry(&topics)))
}

pub fn form() -> Form {
    let mut all = fields();
    all.extend(details());
    let help = "訂正前の記録も、この理由といっしょに残ります。";
    all.push(Field::new("why", "訂正の理由", Kind::Text(200)).required().help(help));
    Form::new(DRAFT, "相談を訂正する", all)
}

/// The answer is the id of the row that counts from now on.
pub async fn correct(tx: &mut Tx, id: &str, values: &Values) -> Result<String> {
    let old = open(tx, id).await?;
    let facts = check(tx, values, Some(id)).await?;
    void(tx, id, values.text("why")).await?;
    let from = Origin {
        import_id: None,
        replaces_id: Some(id),
        organisation_id: Some(&old.organisation_id),
    };
    let new = insert(tx, &facts, values, from).await?;
    follow_ups::moved(tx, "consultation", (id, &new), facts.client_id.as_deref()).await?;
    let event = Event::new("correct", "consultation", &new).client(facts.client_id);
    tx.record(event.fields(format!("replaces {id}"))).await?;
    Ok(new)
}

/// Marks a row as no longer valid; somebody else may have been first.
pub(super) async fn void(tx: &mut Tx, id: &str, why: &str) -> Result<()> {
    let actor = tx.actor.clone();
    let changed = tx
        .exec(
            "update consultations set voided_at = $2, voided_by = $3, void_reason = $4
             where id = $1 and voided_at is null",
            args![id, actor.at, actor.account_id, why],
        )
        .await?;
    if changed == 1 { Ok(()) } else { Err(taken()) }
}

/// The row, if the actor may change it and nobody has yet.
pub(super) async fn open(read: &mut Read, id: &str) -> Result<Consultation> {
    let k = record::own(read, id).await?;
    if k.voided_at.is_some() { Err(taken()) } else { Ok(k) }
}

fn taken() -> Error {
    Error::Conflict(
        "ほかの人が先に、この相談を訂正したか取り消しました。いまの記録を確かめてから、もう一度登録してください。"
            .into(),
    )
}

async fn save(
    app: &App,
    actor: &Actor,
    (id, entry): (&str, &Entry),
    settled: Result<(), Problems>,
) -> Result<Option<String>> {
    let values = form().read(entry, &app.codes)?;
    settled?;
    let mut tx = app.write(actor).await?;
    let new = correct(&mut tx, id, &values).await?;
    drafts::drop(&mut tx, DRAFT, id).await?;
    tx.leads_to(format!("/consultations/{new}?saved=1"));
    tx.commit().await?;
    Ok(Some(new))
}

async fn again(
    app: &App,
    actor: &Actor,
    id: &str,
    (entry, bad): (&Entry, &Problems),
) -> Result<Response> {
    let mut read = app.read(actor).await?;
    let k = record::latest(&mut read, id).await?;
    let base = if k.id == id { entry.get("_base") } else { id };
    let three = three(app, &mut read, (base, &k), entry).await?;
    let mut view = view(app, read, &k, (entry, bad), None).await?;
    view.base = if three.is_some() { base.to_owned() } else { String::new() };
    view.versions = three;
    view.theirs = (k.id != id).then(|| k.clone());
    app.viewed(actor, Event::new("view", "consultation", id).client(k.client_id)).await?;
    let status = if bad.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, Html(view.render()?)).into_response())
}

/// The record as it was opened, as somebody else has saved it, and as it was typed.
async fn three(
    app: &App,
    read: &mut Read,
    (base, now): (&str, &Consultation),
    typed: &Entry,
) -> Result<Option<Versions>> {
    let Some(opened) = record::maybe(read, base).await? else { return Ok(None) };
    let (old, new) = (record::topics(read, base).await?, record::topics(read, &now.id).await?);
    let offers = Options::from([("handler", colleagues::offered(read).await?)]);
    let entries = (&opened.entry(&old), &now.entry(&new), typed);
    let lines = versions::compare(&form(), entries, &app.codes, &offers);
    Ok(Some(Versions {
        who: now.recorder.clone(),
        when: crate::web::said::moment(&now.recorded_at),
        lines,
    }))
}

async fn view(
    app: &App,
    mut read: Read,
    k: &Consultation,
    (entry, bad): (&Entry, &Problems),
    drafted: Option<String>,
) -> Result<Correct> {
    let s = Sheet::draw((app, &mut read), &form(), entry, bad).await?;
    Ok(Correct {
        page: app.page(&read.actor, s.title("相談を訂正する"), "/consultations"),
        id: k.id.clone(),
        when: k.when(),
        drafted: drafted.map(|at| crate::web::said::moment(&at)),
        theirs: None,
        base: String::new(),
        versions: None,
        focus: "",
        alike: s.same_reading(),
        form: s.form,
        q: s.q,
        found: s.found,
        searched: s.searched,
        chosen: s.chosen,
        recent: s.recent,
    })
}

#[derive(Template)]
#[template(path = "consultations/correct.html")]
struct Correct {
    page: Page,
    id: String,
    when: String,
    drafted: Option<String>,
    /// What somebody else wrote in the meantime: both versions stand on the page.
    theirs: Option<Consultation>,
    base: String,
    versions: Option<Versions>,
    form: FormView,
    focus: &'static str,
    q: String,
    found: Vec<Summary>,
    searched: bool,
    alike: bool,
    chosen: Option<Summary>,
    recent: Vec<Consultation>,
}
