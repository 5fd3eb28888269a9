//! A consultation is logged: with the telephone in one hand, so the keyboard alone is enough.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use civil::Instant;
use uuid::Uuid;

use super::facts::{self, Origin, check, insert};
use super::record::Consultation;
use super::sheet::{Sheet, log_fields, settle};
use crate::access::Actor;
use crate::audit::Event;
use crate::clients::Summary;
use crate::staff::drafts::{self, Kept};
use crate::store::{Read, Tx};
use crate::web::did::did;
use crate::web::form::{Form, FormView, Problems};
use crate::web::submitted::decode;
use crate::web::{App, Entry, Error, Page, Result, Submitted, Values, page, said};
use crate::{args, follow_ups, visible_consultation};

/// `?client=NUMBER` and any other field preselect; `?draft=SUBJECT` goes on with a draft.
pub async fn get(
    State(app): State<App>,
    actor: Actor,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let asked = Entry(decode(query.unwrap_or_default().as_bytes()));
    let mut read = app.read(&actor).await?;
    let mut kept = drafts::unfinished(&mut read, DRAFT, "").await?;
    let entry = opened((&app, &mut read), &asked, &mut kept).await?;
    let view = view(&app, read, (&entry, &Problems::default()), (kept, &asked)).await?;
    app.viewed(&actor, view.looked()).await?;
    page(view)
}

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Submitted(mut entry): Submitted,
) -> Result<Response> {
    let asked = !entry.get("find").is_empty();
    let settled = settle(&mut entry);
    match if asked { Ok(None) } else { save(&app, &actor, &entry, settled).await } {
        Ok(Some(id)) => Ok(Redirect::to(&next(&entry, &id)).into_response()),
        Ok(None) => again(&app, &actor, &entry, &Problems::default()).await,
        Err(Error::Refused(bad)) => again(&app, &actor, &entry, &bad).await,
        Err(e) => Err(e),
    }
}

const DRAFT: &str = "consultation";

pub fn form() -> Form {
    Form::new(DRAFT, "相談を記録する", log_fields())
}

/// Logs what the form's answers say; the answer is the id of the consultation.
pub async fn log(tx: &mut Tx, values: &Values) -> Result<String> {
    log_from(tx, values, None).await
}

/// As [`log`], for a row of an imported file.
pub async fn log_from(tx: &mut Tx, values: &Values, import_id: Option<&str>) -> Result<String> {
    let facts = check(tx, values, None).await?;
    let id = insert(tx, &facts, values, Origin { import_id, ..Origin::default() }).await?;
    let client = facts.client_id.clone();
    let about = ("consultation", id.as_str(), client.as_deref());
    follow_ups::promise_next(tx, values, facts.at.civil_date(), about).await?;
    let fields = form().fields.into_iter().map(|f| f.name).filter(|n| values.is_given(n));
    let names: Vec<_> = fields.collect();
    tx.record(Event::new("log", "consultation", &id).client(client).fields(names.join(",")))
        .await?;
    Ok(id)
}

async fn save(
    app: &App,
    actor: &Actor,
    entry: &Entry,
    settled: Result<(), Problems>,
) -> Result<Option<String>> {
    let read = form().read(entry, &app.codes);
    let values = match (read, settled) {
        (Ok(values), Ok(())) => values,
        (read, settled) => return Err(Error::Refused(all(entry, read.err(), settled.err()))),
    };
    let mut tx = app.write(actor).await?;
    let id = log(&mut tx, &values).await?;
    drafts::drop(&mut tx, DRAFT, entry.get("_subject")).await?;
    tx.leads_to(next(entry, &id));
    tx.commit().await?;
    Ok(Some(id))
}

/// Everything that can be said at once: nobody should mend one field to hear of the next.
fn all(entry: &Entry, read: Option<Problems>, settled: Option<Problems>) -> Problems {
    let mut bad = Problems([read, settled].into_iter().flatten().flat_map(|p| p.0).collect());
    let whom =
        facts::standing(entry.get("standing"), entry.get("scope"), !entry.get("client").is_empty());
    if let Err((field, why)) = whom
        && bad.of(field).is_none()
    {
        bad.add(field, why);
    }
    bad
}

/// The consultation, or the next empty form.
fn next(entry: &Entry, id: &str) -> String {
    let to = match entry.get("again") {
        "" => format!("/consultations/{id}"),
        _ => format!("/consultations/new?saved={id}"),
    };
    did(&to, "consultation", id)
}

/// What the fields hold when the page opens: the draft asked for, or what is usually right.
async fn opened(
    (app, read): (&App, &mut Read),
    asked: &Entry,
    kept: &mut Vec<Kept>,
) -> Result<Entry> {
    let subject = asked.get("draft");
    if let Some(at) = kept.iter().position(|k| k.subject == subject && !subject.is_empty()) {
        let mut entry = kept.remove(at).entry;
        entry.set("_subject", subject);
        return Ok(entry);
    }
    let mut entry = Entry::default();
    entry.set("_subject", Uuid::now_v7().to_string());
    for list in ["scope", "channel", "inquirer_kind"] {
        entry.set(list, app.codes.list(list).first().map_or("", |first| &first.id));
    }
    if let Some(kind) = last_inquirer(read).await? {
        entry.set("inquirer_kind", kind);
    }
    entry.set("occurred_at", to_the_minute(read.actor.at).to_string());
    entry.set("region", facts::region_of_office(read).await?);
    for owner in ["handler", "next_owner"] {
        entry.set(owner, read.actor.account_id.clone());
    }
    for field in form().fields {
        let values = asked.many(field.name);
        if !values.is_empty() {
            entry.0.retain(|(name, _)| name != field.name);
            entry.0.extend(values.into_iter().map(|v| (field.name.to_owned(), v)));
        }
    }
    if !entry.get("previous").is_empty() {
        entry.set("series", "continued");
    }
    Ok(entry)
}

fn to_the_minute(at: Instant) -> Instant {
    Instant::from_millis(at.millis() - at.millis().rem_euclid(60_000)).unwrap_or(at)
}

/// Desks hear from the same kind of people all day: as the last one the actor wrote down.
async fn last_inquirer(read: &mut Read) -> Result<Option<String>> {
    let me = read.actor.account_id.clone();
    let row: Option<(String,)> = read
        .see_maybe(
            concat!(
                "select k.inquirer_kind from consultations k where ",
                visible_consultation!(),
                " and k.recorded_by = $6 and k.import_id is null and k.voided_at is null",
                " order by k.recorded_at desc, k.id desc limit 1"
            ),
            args![me],
        )
        .await?;
    Ok(row.map(|r| r.0))
}

async fn again(app: &App, actor: &Actor, entry: &Entry, bad: &Problems) -> Result<Response> {
    let read = app.read(actor).await?;
    let view = view(app, read, (entry, bad), (vec![], &Entry::default())).await?;
    app.viewed(actor, view.looked()).await?;
    let status = if bad.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, Html(view.render()?)).into_response())
}

async fn view(
    app: &App,
    mut read: Read,
    (entry, bad): (&Entry, &Problems),
    (kept, asked): (Vec<Kept>, &Entry),
) -> Result<Log> {
    let s = Sheet::draw((app, &mut read), &form(), entry, bad).await?;
    let page = app.page(&read.actor, s.title("相談を記録する"), "/consultations");
    let when = form().read(entry, &app.codes).ok().and_then(|v| v.at("occurred_at"));
    Ok(Log {
        page,
        when: said::moment(&when.unwrap_or(read.actor.at).to_string()),
        subject: entry.get("_subject").to_owned(),
        saved: asked.get("saved").to_owned(),
        kept,
        focus: s.focus(),
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
#[template(path = "consultations/log.html")]
struct Log {
    page: Page,
    form: FormView,
    when: String,
    subject: String,
    saved: String,
    kept: Vec<Kept>,
    focus: &'static str,
    q: String,
    found: Vec<Summary>,
    searched: bool,
    alike: bool,
    chosen: Option<Summary>,
    recent: Vec<Consultation>,
}

impl Log {
    fn looked(&self) -> Event {
        match &self.chosen {
            Some(person) => Event::new("view", "consultation_form", "").about(&person.id),
            None if self.searched => Event::new("search", "client", ""),
            None => Event::new("view", "consultation_form", ""),
        }
    }
}
