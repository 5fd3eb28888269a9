//! まとめて引き継ぐ: all cases of somebody who goes, on one page, with a note for each.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use civil::Date;

use super::unowned::{self, Left};
use crate::access::Actor;
use crate::audit::Event;
use crate::coordinators::{hand_over, people};
use crate::store::{Read, Tx};
use crate::web::form::{Field, Form, FormView, Kind, Options, Problems};
use crate::web::{App, Entry, Error, Page, Result, Submitted};

pub async fn get(State(app): State<App>, actor: Actor, Path(id): Path<String>) -> Result<Response> {
    show(&app, &actor, &id, None).await
}

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save(&app, &actor, &id, &entry).await {
        Ok(()) => Ok(Redirect::to("/unowned").into_response()),
        Err(Error::Refused(bad)) => show(&app, &actor, &id, Some((&entry, &bad))).await,
        Err(e) => Err(e),
    }
}

/// Each case adds `to-` and `note-` with its id; a case without a successor stays as it is.
pub fn form() -> Form {
    let day = Field::new("starts_on", "引き継ぐ日", Kind::Date).required();
    let help = "この日から、新しい担当になります。";
    Form::new("hand-on", "まとめて引き継ぐ", vec![day.help(help)])
}

async fn save(app: &App, actor: &Actor, id: &str, entry: &Entry) -> Result<()> {
    form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    hand_on(&mut tx, app, id, entry).await?;
    Ok(tx.commit().await?)
}

/// One handover for each case that names a successor, all or none; promises about the same person
/// go along.
async fn hand_on(tx: &mut Tx, app: &App, account: &str, entry: &Entry) -> Result<()> {
    let (mut bad, mut chosen) = (Problems::default(), 0);
    let left = left_by(tx, account).await?;
    for case in left.iter().filter(|l| l.kind == "case") {
        let to = entry.get(&format!("to-{}", case.id));
        if to.is_empty() {
            continue;
        }
        chosen += 1;
        let one = single(entry, case, to);
        let same = |l: &&Left| l.kind == "promise" && l.client == case.client;
        let moved: Vec<String> = left.iter().filter(same).map(|l| l.id.clone()).collect();
        let done = match hand_over::form().read(&one, &app.codes) {
            Ok(v) => hand_over::hand_over(tx, &case.id, &moved, &v).await.map(|_| ()),
            Err(problems) => Err(Error::Refused(problems)),
        };
        for (field, why) in done.err().map_or(Ok(Problems::default()), Error::problems)?.0 {
            let place = if field == "note" { "note" } else { "to" };
            bad.add(&format!("{place}-{}", case.id), format!("{}：{why}", case.client));
        }
    }
    if chosen == 0 {
        bad.add("", "引き継ぐ相手を、一人も選んでいません");
    }
    if bad.is_empty() { Ok(()) } else { Err(Error::Refused(bad)) }
}

/// The form of one handover.
fn single(entry: &Entry, case: &Left, to: &str) -> Entry {
    let day = entry.0.iter().filter(|(n, _)| n.starts_with("starts_on"));
    let mut one = Entry(day.cloned().collect());
    one.set("to", to);
    one.set("weight", case.weight.to_string());
    one.set("note", entry.get(&format!("note-{}", case.id)));
    one
}

async fn left_by(read: &mut Read, account: &str) -> Result<Vec<Left>> {
    let all = unowned::left(read).await?;
    let own: Vec<Left> = all.into_iter().filter(|l| l.account_id == account).collect();
    if own.is_empty() { Err(Error::NotFound) } else { Ok(own) }
}

/// 引き継ぐ一件: with what was chosen and written.
#[derive(Clone, Debug)]
pub struct Line {
    pub left: Left,
    pub to: String,
    pub note: String,
    pub error: String,
    pub note_error: String,
}

async fn show(
    app: &App,
    actor: &Actor,
    account: &str,
    sent: Option<(&Entry, &Problems)>,
) -> Result<Response> {
    let mut read = app.read(actor).await?;
    let left = left_by(&mut read, account).await?;
    let day = left.iter().filter_map(|l| l.gone_on).min().unwrap_or_else(|| actor.today());
    let people = successors(&mut read, account, day).await?;
    drop(read);
    app.viewed(actor, Event::new("view", "unowned", account)).await?;
    let (fine, mut start) = (Problems::default(), Entry::default());
    start.set("starts_on", day.to_string());
    let (entry, bad) = sent.unwrap_or((&start, &fine));
    let holder = left.first().map(|l| l.holder.clone()).unwrap_or_default();
    let form = form().view(entry, bad, &app.codes, &Options::new());
    let (cases, others) = left.into_iter().partition::<Vec<_>, _>(|l| l.kind == "case");
    let lines = cases.into_iter().map(|l| line(l, entry, bad)).collect();
    let status = if sent.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let account = account.to_owned();
    let page = app.page(actor, "まとめて引き継ぐ", "/assignments");
    let body = HandOn { page, account, holder, form, lines, others, people }.render()?;
    Ok((status, Html(body)).into_response())
}

fn line(left: Left, entry: &Entry, bad: &Problems) -> Line {
    let (to, note) = (format!("to-{}", left.id), format!("note-{}", left.id));
    let error = |name: &str| bad.of(name).unwrap_or_default().to_owned();
    Line {
        to: entry.get(&to).to_owned(),
        note: entry.get(&note).to_owned(),
        error: error(&to),
        note_error: error(&note),
        left,
    }
}

/// Who has a post as a coordinator on the day of the handover.
async fn successors(read: &mut Read, from: &str, day: Date) -> Result<Vec<(String, String)>> {
    let people = people::on_duty_on(read, day).await?.into_iter().filter(|p| p.account_id != from);
    Ok(people.map(|p| (p.account_id, format!("{}　{}", p.name, p.organisation))).collect())
}

#[derive(Template)]
#[template(path = "office/hand_on.html")]
struct HandOn {
    page: Page,
    account: String,
    holder: String,
    form: FormView,
    lines: Vec<Line>,
    others: Vec<Left>,
    people: Vec<(String, String)>,
}
