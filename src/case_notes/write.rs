//! A note is written: the work of a day, minutes by activity, and the next step.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use std::collections::BTreeSet;
use std::sync::Mutex;

use uuid::Uuid;

use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::clients::who::{Who, who};
use crate::clients::{self, Summary};
use crate::codes::Codes;
use crate::follow_ups;
use crate::staff::drafts::{self, Kept};
use crate::staff::{colleagues, organisations};
use crate::store::{Read, Tx};
use crate::web::did::did;
use crate::web::form::{Field, Form, FormView, Kind, Options, Problems};
use crate::web::submitted::decode;
use crate::web::{App, Entry, Error, Page, Result, Submitted, Values, page};

pub async fn get(
    State(app): State<App>,
    actor: Actor,
    Path(number): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let asked = Entry(decode(query.unwrap_or_default().as_bytes()));
    let mut read = app.read(&actor).await?;
    let c = clients::see(&mut read, &number).await?;
    let mut kept = drafts::unfinished(&mut read, DRAFT, &c.id).await?;
    let entry = opened((&app, &actor), &c, &asked, &mut kept);
    let view = view(&app, read, (&number, kept), (&entry, &Problems::default())).await?;
    app.viewed(&actor, Event::new("view", "case_note_form", "").about(&c.id)).await?;
    page(view)
}

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path(number): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    let mut read = app.read(&actor).await?;
    let c = clients::see(&mut read, &number).await?;
    match save(&app, &actor, &c, &entry).await {
        Ok(id) => Ok(Redirect::to(&next(&entry, &c, &id)).into_response()),
        Err(Error::Refused(bad)) => again(&app, read, c, (&entry, &bad)).await,
        Err(e) => Err(e),
    }
}

const DRAFT: &str = "case-note";

pub fn form(codes: &Codes) -> Form {
    let mut all = fields(codes);
    all.extend(follow_ups::fields());
    Form::new(DRAFT, "支援経過を記録する", all)
}

/// What a note and its correction both ask.
pub(super) fn fields(codes: &Codes) -> Vec<Field> {
    let mut all = vec![
        Field::new("kind", "支援の方法", Kind::Code("note_kind")).required(),
        Field::new("text", "したこと・聞いたこと", Kind::Long(8000)).required(),
        Field::new("agreed", "決まったこと", Kind::Long(4000)),
        Field::new("with_whom", "相手の人", Kind::Text(120)),
        Field::new("partner", "相手の機関", Kind::Record),
        Field::new("occurred_at", "日時", Kind::DateTime).required(),
    ];
    all.extend(codes.list("activity").iter().map(|activity| {
        let (name, label) = (fixed(&format!("minutes_{}", activity.id)), fixed(&activity.label));
        Field::new(name, label, Kind::Number { min: 0, max: 1440, unit: "分" })
    }));
    all
}

/// A name that lives as long as the program: one for each activity of the code list, made once.
fn fixed(name: &str) -> &'static str {
    static KNOWN: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut known = KNOWN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(same) = known.get(name) {
        return same;
    }
    let made: &'static str = name.to_owned().leak();
    known.insert(made);
    made
}

/// Writes what the form's answers say about the person; the answer is the id of the note.
pub async fn write(tx: &mut Tx, client_id: &str, values: &Values) -> Result<String> {
    let client = clients::see_by_id(tx, client_id).await?.ok_or(Error::NotFound)?;
    if client.closed_on.is_some() {
        let why =
            "この利用者は終結しています。記録するときは、先に利用者のページで再開してください";
        return Err(Error::refused("", why));
    }
    check(tx, values).await?;
    let id = insert(tx, client_id, values, Origin::default()).await?;
    let on = values.at("occurred_at").unwrap_or(tx.actor.at).civil_date();
    let about = ("case_note", id.as_str(), Some(client_id));
    follow_ups::promise_next(tx, values, on, about).await?;
    tx.record(Event::new("write", "case_note", &id).about(client_id)).await?;
    Ok(id)
}

/// The rules a note and its correction share.
pub(super) async fn check(tx: &mut Tx, values: &Values) -> Result<()> {
    let mut bad = Problems::default();
    if values.at("occurred_at").is_some_and(|at| at > tx.actor.at) {
        bad.add("occurred_at", "日時が先の時刻になっています。実際に行った日時を入力してください");
    }
    if let Some(partner) = values.opt("partner") {
        let controller = tx.actor.controller_id.clone();
        let known: Option<(String,)> = tx
            .maybe(
                "select id from organisations where id = $1 and controller_id = $2",
                args![partner, controller],
            )
            .await?;
        if known.is_none() {
            bad.add("partner", "相手の機関を、画面にあるものから選び直してください");
        }
    }
    if bad.is_empty() { Ok(()) } else { Err(Error::Refused(bad)) }
}

/// What a correction keeps of the row it takes the place of: its id, its author and their office.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Origin<'a> {
    pub replaces_id: Option<&'a str>,
    pub author_id: Option<&'a str>,
    pub organisation_id: Option<&'a str>,
}

pub(super) async fn insert(
    tx: &mut Tx,
    client_id: &str,
    values: &Values,
    from: Origin<'_>,
) -> Result<String> {
    let (id, actor) = (Uuid::now_v7().to_string(), tx.actor.clone());
    let at = values.at("occurred_at").unwrap_or(actor.at);
    tx.exec(
        "insert into case_notes (id, client_id, organisation_id, occurred_at, occurred_on, kind,
           with_whom, partner_id, text, agreed, author_id, recorded_at, recorded_by, replaces_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        args![
            id,
            client_id,
            from.organisation_id.unwrap_or(&actor.organisation_id),
            at,
            at.civil_date(),
            values.text("kind"),
            values.text("with_whom"),
            values.opt("partner"),
            values.text("text"),
            values.text("agreed"),
            from.author_id.unwrap_or(&actor.account_id),
            actor.at,
            actor.account_id,
            from.replaces_id
        ],
    )
    .await?;
    for (activity, minutes) in values.ints("minutes_").filter(|(_, minutes)| *minutes > 0) {
        tx.exec(
            "insert into case_note_minutes (note_id, activity, minutes) values ($1, $2, $3)",
            args![id, activity, minutes],
        )
        .await?;
    }
    Ok(id)
}

async fn save(app: &App, actor: &Actor, c: &Summary, entry: &Entry) -> Result<String> {
    let values = form(&app.codes).read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    let id = write(&mut tx, &c.id, &values).await?;
    drafts::drop(&mut tx, DRAFT, entry.get("_subject")).await?;
    tx.leads_to(next(entry, c, &id));
    tx.commit().await?;
    Ok(id)
}

fn next(entry: &Entry, c: &Summary, id: &str) -> String {
    let to = match entry.get("again") {
        "" => format!("/case-notes/{id}"),
        _ => format!("/clients/{}/notes/new?saved={id}", c.number),
    };
    did(&to, "note", id)
}

/// What the fields hold when the page opens: the draft asked for, or what is usually right.
fn opened((app, actor): (&App, &Actor), c: &Summary, asked: &Entry, kept: &mut Vec<Kept>) -> Entry {
    let subject = asked.get("draft");
    if let Some(at) = kept.iter().position(|k| k.subject == subject && !subject.is_empty()) {
        let mut entry = kept.remove(at).entry;
        entry.set("_subject", subject);
        return entry;
    }
    let mut entry = Entry::default();
    entry.set("_subject", format!("{} {}", c.id, Uuid::now_v7()));
    entry.set("kind", app.codes.list("note_kind").first().map_or("", |kind| &kind.id));
    let minute = actor.at.millis().div_euclid(60_000) * 60_000;
    let at = civil::Instant::from_millis(minute).unwrap_or(actor.at);
    entry.set("occurred_at", at.to_string());
    entry.set("next_owner", actor.account_id.clone());
    entry.set("_saved", asked.get("saved"));
    entry
}

async fn again(
    app: &App,
    read: Read,
    c: Summary,
    (entry, bad): (&Entry, &Problems),
) -> Result<Response> {
    let actor = read.actor.clone();
    let view = view(app, read, (&c.number.to_string(), vec![]), (entry, bad)).await?;
    app.viewed(&actor, Event::new("view", "case_note_form", "").about(&c.id)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(view.render()?)).into_response())
}

/// Colleagues for the next step, bodies of the ward for the other side.
pub(super) async fn offers(read: &mut Read) -> Result<Options> {
    let colleagues = colleagues::offered(read).await?;
    let bodies = organisations::offered(read).await?;
    Ok([("next_owner", colleagues), ("partner", bodies)].into())
}

async fn view(
    app: &App,
    mut read: Read,
    (number, kept): (&str, Vec<Kept>),
    (entry, bad): (&Entry, &Problems),
) -> Result<Writing> {
    let offers = offers(&mut read).await?;
    let who = who(app, &mut read, number, "/clients/{number}/timeline").await?;
    let form = form(&app.codes).view(entry, bad, &app.codes, &offers);
    let title = titled(&form, "支援経過を記録する");
    let saved = entry.get("_saved").to_owned();
    let subject = entry.get("_subject").to_owned();
    let page = app.page(&read.actor, title, "/clients");
    Ok(Writing { page, who, form, kept, subject, saved })
}

pub(super) fn titled(form: &FormView, plain: &str) -> String {
    match form.problems.len() {
        0 => plain.to_owned(),
        n => format!("エラー {n}か所：{plain}"),
    }
}

#[derive(Template)]
#[template(path = "case_notes/write.html")]
struct Writing {
    page: Page,
    who: Who,
    form: FormView,
    kept: Vec<Kept>,
    subject: String,
    saved: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_activity_of_the_list_has_its_own_minutes() {
        let codes = Codes::official().unwrap();
        let form = form(&codes);
        for code in codes.list("activity") {
            let field = form.field(&format!("minutes_{}", code.id)).unwrap();
            assert_eq!(field.label, code.label);
        }
    }

    #[test]
    fn a_name_is_made_once() {
        assert_eq!(fixed("minutes_x").as_ptr(), fixed("minutes_x").as_ptr());
    }
}
