//! 利用者の全体: the one page about a person, each section by the actor's rights and consent.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use kana::ClientNumber;

use super::cards::{self, Alert, Card};
use super::care_score::{AsOf, Judged};
use super::circle::{Contact, Member, contacts, team};
use super::facts::{Folder, May};
use super::looks::{Look, looks};
use super::who::{Who, who};
use crate::access::Actor;
use crate::audit::Event;
use crate::codes::Codes;
use crate::web::{App, Page, Result, page};

pub async fn get(
    State(app): State<App>,
    actor: Actor,
    Path(number): Path<String>,
    Query(asked): Query<AsOf>,
) -> Result<Response> {
    let shown = view(&app, &actor, &number, &asked).await?;
    if ClientNumber::parse(&number).is_ok_and(|n| n != shown.who.summary.number) {
        let to = format!("/clients/{}?was={number}", shown.who.number);
        return Ok(Redirect::to(&to).into_response());
    }
    let id = &shown.who.summary.id;
    app.viewed(&actor, Event::new("view", "client", id).about(id)).await?;
    page(shown)
}

async fn view(app: &App, actor: &Actor, number: &str, asked: &AsOf) -> Result<Show> {
    let mut read = app.read(actor).await?;
    let who = who(app, &mut read, number, "/clients/{number}").await?;
    let (id, on) = (who.summary.id.clone(), asked.day(actor.today()));
    let was = ClientNumber::parse(&asked.was).ok().map(|n| n.to_string());
    let f = Folder::read(&mut read, &app.codes, &id, on).await?;
    let may = |path: &str| app.access.allows(actor.role, "GET", path);
    let team = team(&mut read, &app.codes, &id, on).await?;
    let contacts = contacts(&mut read, &app.codes, &id).await?;
    // The last: whoever asks for looks is answered from colder pages.
    let looked = if may("/clients/{number}/looks") && actor.emergency.is_none() {
        looks(&mut read, &who, "", 5).await?
    } else {
        vec![]
    };
    Ok(Show {
        page: app.page(actor, format!("利用者 {}", who.number), "/clients"),
        alerts: [cards::barred(&f), cards::alerts(&f)].concat(),
        left: vec![cards::care(&f), cards::devices(&f), cards::illness(&f), cards::family(&f)],
        right: vec![
            cards::physicians(&f),
            cards::school(&f),
            cards::certificates(&f),
            cards::home(&f, who.summary.address_hidden),
        ],
        place: cards::whereabouts(&f),
        week: cards::week(&f),
        score: f.score.clone(),
        team,
        contacts,
        looked,
        edits: may("/clients/{number}/parts/{part}"),
        was,
        codes: app.codes.clone(),
        past: on != actor.today(),
        unread: !asked.on.trim().is_empty() && civil::parse_date(asked.on.trim()).is_err(),
        on: civil::format_era(on),
        may: f.may,
        who,
    })
}

#[derive(Template)]
#[template(path = "clients/show.html")]
struct Show {
    page: Page,
    who: Who,
    /// The number that was asked for, of a record that was merged into this one.
    was: Option<String>,
    alerts: Vec<Alert>,
    left: Vec<Card>,
    right: Vec<Card>,
    place: Card,
    week: Vec<(String, Vec<String>)>,
    score: Option<Judged>,
    team: Vec<Member>,
    contacts: Vec<Contact>,
    looked: Vec<Look>,
    edits: bool,
    codes: std::sync::Arc<Codes>,
    past: bool,
    /// The date asked for could not be read.
    unread: bool,
    on: String,
    may: May,
}
