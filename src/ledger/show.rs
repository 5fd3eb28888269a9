//! 利用と残り: a person's awards with what is used, booked and left, and every entry.

use std::borrow::Cow;
use std::sync::Arc;

use ::programmes::{Catalogue, Programme};
use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;

use super::balance::{self, Bar};
use super::entries::{self, Entry};
use super::{Award, award, enter, expire, rules, wish};
use crate::access::Actor;
use crate::audit::Event;
use crate::clients;
use crate::clients::who::{Who, who};
use crate::store::Read;
use crate::web::{App, Error, FormView, Page, Result, page};

const HERE: &str = "/clients/{number}/ledger";

pub async fn get(
    State(app): State<App>,
    Extension(all): Extension<Arc<Catalogue>>,
    actor: Actor,
    Path(number): Path<String>,
) -> Result<Response> {
    let client = clients::see(&mut app.read(&actor).await?, &number).await?;
    expire::before_look(&app, &actor, &client.id).await?;
    let view = view(&app, &all, &actor, &number).await?;
    let event = Event::new("view", "ledger", &client.id).about(&client.id);
    app.viewed(&actor, event).await?;
    page(view)
}

/// 決定と残り: one award on a page.
pub struct Shown {
    pub award: Award,
    pub name: String,
    pub bars: Vec<Bar>,
    pub lines: Vec<Line>,
    /// Its last fiscal year still takes entries.
    pub open: bool,
    pub ended: bool,
}

/// 台帳の行, in the words of its programme.
pub struct Line {
    pub entry: Entry,
    pub what: String,
    pub amount: String,
}

impl Line {
    pub fn of(entry: Entry, programme: &Programme) -> Self {
        let (what, amount) = (entry.what(programme), entry.amount(programme));
        Self { entry, what, amount }
    }
}

/// Every award of a person the actor may see, with what is left today.
pub async fn all_of(read: &mut Read, all: &Catalogue, client_id: &str) -> Result<Vec<Shown>> {
    let mut entries = entries::of_client(read, client_id).await?;
    let mut out = vec![];
    for award in award::of_client(read, client_id).await? {
        let Some(programme) = all.find(&award.programme) else { continue };
        let (own, rest) = entries.into_iter().partition(|e: &Entry| e.decision_id == award.id);
        entries = rest;
        let today = read.actor.today();
        let open = today <= rules::closes_on(read, award.nearest(today)).await?;
        out.push(Shown {
            bars: bars(read, all, &award).await?,
            name: programme.name.clone(),
            lines: own.into_iter().map(|entry| Line::of(entry, programme)).collect(),
            ended: award.until().is_some_and(|until| until <= today),
            open,
            award,
        });
    }
    Ok(out)
}

pub async fn bars(read: &mut Read, all: &Catalogue, award: &Award) -> Result<Vec<Bar>> {
    let (programme, today) = (award.programme(all)?, read.actor.today());
    let Some(version) = award.version(programme, today) else { return Ok(vec![]) };
    let known = enter::seen(read, all, award).await?;
    let taken = balance::taken(read, award).await?;
    Ok(balance::bars(award, version, &known, &taken, today))
}

/// The award of this person, if the actor may see both.
pub async fn opened(read: &mut Read, number: &str, decision: &str) -> Result<Award> {
    let client = clients::see(read, number).await?;
    let award = award::see(read, decision).await?;
    if award.client_id == client.id { Ok(award) } else { Err(Error::NotFound) }
}

async fn view(app: &App, all: &Catalogue, actor: &Actor, number: &str) -> Result<LedgerPage> {
    let mut read = app.read(actor).await?;
    let who = who(app, &mut read, number, HERE).await?;
    let awards = all_of(&mut read, all, &who.summary.id).await?;
    let (ended, open) = awards.into_iter().partition(|a: &Shown| a.ended && !a.open);
    let writes = app.access.allows(actor.role, "POST", "/clients/{number}/ledger/{decision}/book");
    let page = app.page(actor, format!("利用と残り：{number}"), "/clients");
    Ok(LedgerPage { page, who, open, ended, writes })
}

#[derive(Template)]
#[template(path = "ledger/show.html")]
struct LedgerPage {
    page: Page,
    who: Who,
    open: Vec<Shown>,
    ended: Vec<Shown>,
    writes: bool,
}

/// The page on which something is booked, recorded or taken back.
pub(super) async fn write_page(
    app: &App,
    all: &Catalogue,
    read: &mut Read,
    number: &str,
    award: &Award,
    (title, mut form): (&str, FormView),
) -> Result<WritePage> {
    let who = who(app, read, number, HERE).await?;
    let bars = bars(read, all, award).await?;
    let says = if form.problems.is_empty() { "" } else { "エラー：" };
    let page = app.page(&read.actor.clone(), format!("{says}{title}：{number}"), "/clients");
    // What the programme leaves no choice of is not asked.
    form.fields.retain(|f| f.kind != "select" || !f.options.is_empty());
    if let Some(only) = form.fields.iter_mut().find(|f| f.name == "item" && f.options.len() == 1) {
        only.options.iter_mut().for_each(|option| option.checked = true);
    }
    let programme = award.programme(all)?;
    match wish::each([programme], (award.from(), award.until())) {
        Some(what) => {
            let asked = form.fields.iter_mut().filter(|f| f.name == "of");
            asked.for_each(|f| f.label = Cow::Owned(what.clone()));
        }
        None => form.fields.retain(|f| f.name != "of"),
    }
    Ok(WritePage {
        page,
        who,
        title: title.to_owned(),
        programme: programme.name.clone(),
        term: award.term(),
        bars,
        line: None,
        form,
    })
}

#[derive(Template)]
#[template(path = "ledger/write.html")]
pub(super) struct WritePage {
    page: Page,
    who: Who,
    title: String,
    programme: String,
    term: String,
    bars: Vec<Bar>,
    pub line: Option<String>,
    form: FormView,
}

impl WritePage {
    pub fn client_id(&self) -> &str {
        &self.who.summary.id
    }
}
