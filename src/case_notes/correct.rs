//! A correction voids the row and adds one that names it; author and office stay.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};

use super::record::{self, CaseNote};
use super::write::{Origin, check, fields, insert, offers, titled};
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::codes::Codes;
use crate::follow_ups;
use crate::staff::drafts;
use crate::store::{Read, Tx};
use crate::web::form::{Field, Form, FormView, Kind, Problems};
use crate::web::page::refused;
use crate::web::versions::{self, Versions};
use crate::web::{App, Entry, Page, Result, Submitted, Values, page, said};

pub async fn get(State(app): State<App>, actor: Actor, Path(id): Path<String>) -> Result<Response> {
    let mut read = app.read(&actor).await?;
    let e = record::open(&mut read, &id).await?;
    let mut entry = e.entry(&record::minutes(&mut read, &id).await?);
    let kept = drafts::load(&mut read, DRAFT, &id).await?;
    let drafted = kept.map(|(draft, at)| (entry = draft, said::moment(&at)).1);
    let view = view(&app, read, (e, drafted), (&entry, &Problems::default())).await?;
    app.viewed(&actor, Event::new("view", "case_note", &id).about(&view.e.client_id)).await?;
    page(view)
}

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(mut entry): Submitted,
) -> Result<Response> {
    match save(&app, &actor, &id, &mut entry).await {
        Ok(new) => Ok(Redirect::to(&format!("/case-notes/{new}?saved=1")).into_response()),
        Err(e) => again(&app, &actor, &id, (&entry, &e.problems()?)).await,
    }
}

const DRAFT: &str = "case-note-correct";

pub fn form(codes: &Codes) -> Form {
    let help = "訂正前の記録も、この理由といっしょに残ります。";
    let mut all = vec![Field::new("why", "訂正の理由", Kind::Text(200)).required().help(help)];
    all.extend(fields(codes));
    Form::new(DRAFT, "支援経過を訂正する", all)
}

/// The answer is the id of the row that counts from now on.
pub async fn correct(tx: &mut Tx, id: &str, values: &Values) -> Result<String> {
    let old = record::open(tx, id).await?;
    check(tx, values).await?;
    void(tx, id, values.text("why")).await?;
    let from = Origin {
        replaces_id: Some(id),
        author_id: Some(&old.author_id),
        organisation_id: Some(&old.organisation_id),
    };
    let new = insert(tx, &old.client_id, values, from).await?;
    follow_ups::moved(tx, "case_note", (id, &new), Some(&old.client_id)).await?;
    let event = Event::new("correct", "case_note", &new).about(&old.client_id);
    tx.record(event.fields(format!("replaces {id}"))).await?;
    Ok(new)
}

/// Marks a row as no longer valid; somebody else may have been first.
pub(super) async fn void(tx: &mut Tx, id: &str, why: &str) -> Result<()> {
    let actor = tx.actor.clone();
    let changed = tx
        .exec(
            "update case_notes set voided_at = $2, voided_by = $3, void_reason = $4
             where id = $1 and voided_at is null",
            args![id, actor.at, actor.account_id, why],
        )
        .await?;
    if changed == 1 { Ok(()) } else { Err(record::taken()) }
}

async fn save(app: &App, actor: &Actor, id: &str, entry: &mut Entry) -> Result<String> {
    let mut read = app.read(actor).await?;
    let theirs = record::see(&mut read, id).await?.entry(&record::minutes(&mut read, id).await?);
    drop(read);
    versions::settle(entry, &form(&app.codes), &theirs)?;
    let values = form(&app.codes).read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    let new = correct(&mut tx, id, &values).await?;
    drafts::drop(&mut tx, DRAFT, id).await?;
    tx.leads_to(format!("/case-notes/{new}?saved=1"));
    tx.commit().await?;
    Ok(new)
}

async fn again(app: &App, actor: &Actor, id: &str, typed: (&Entry, &Problems)) -> Result<Response> {
    let mut read = app.read(actor).await?;
    let e = record::latest(&mut read, id).await?;
    let base = if e.id == id { typed.0.get("_base") } else { id };
    let three = three(app, &mut read, (base, &e), typed.0).await?;
    let mut view = view(app, read, (e, None), typed).await?;
    view.overtaken = view.e.id != id;
    view.base = if three.is_some() { base.to_owned() } else { String::new() };
    view.versions = three;
    app.viewed(actor, Event::new("view", "case_note", id).about(&view.e.client_id)).await?;
    refused(view)
}

/// The note as it was opened, as somebody else has saved it, and as it was typed.
async fn three(
    app: &App,
    read: &mut Read,
    (base, now): (&str, &CaseNote),
    typed: &Entry,
) -> Result<Option<Versions>> {
    let Ok(opened) = record::see(read, base).await else { return Ok(None) };
    let (old, new) = (record::minutes(read, base).await?, record::minutes(read, &now.id).await?);
    let offers = offers(read).await?;
    let entries = (&opened.entry(&old), &now.entry(&new), typed);
    let lines = versions::compare(&form(&app.codes), entries, &app.codes, &offers);
    let sql = "select a.name from case_notes e join accounts a on a.id = e.recorded_by
               where e.id = $1";
    let (who,): (String,) = read.one(sql, args![now.id]).await?;
    Ok(Some(Versions { who, when: said::moment(&now.recorded_at), lines }))
}

async fn view(
    app: &App,
    mut read: Read,
    (e, drafted): (CaseNote, Option<String>),
    (entry, bad): (&Entry, &Problems),
) -> Result<Correct> {
    let offers = offers(&mut read).await?;
    let form = form(&app.codes).view(entry, bad, &app.codes, &offers);
    let title = titled(&form, "支援経過を訂正する");
    let page = app.page(&read.actor, title, "/case-notes");
    let (base, versions) = (String::new(), None);
    Ok(Correct { page, e, form, drafted, overtaken: false, base, versions })
}

#[derive(Template)]
#[template(path = "case_notes/correct.html")]
struct Correct {
    page: Page,
    e: CaseNote,
    form: FormView,
    drafted: Option<String>,
    /// Somebody else corrected it in the meantime: both versions stand on the page.
    overtaken: bool,
    base: String,
    versions: Option<Versions>,
}
