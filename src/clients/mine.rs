//! わたしの記録: the family reads its own child's folder, who is in charge, and who looked.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;

use super::cards::{self, Alert, Card};
use super::care_score::Judged;
use super::facts::Folder;
use super::looks::{Asked, Look, looks, page_of};
use super::who::{InCharge, Who, who};
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::codes::Codes;
use crate::store::Read;
use crate::visible;
use crate::web::{App, Error, Page, Result, page};

pub async fn get(State(app): State<App>, actor: Actor) -> Result<Response> {
    let children = children(&app, &actor).await?;
    for child in &children {
        let id = &child.who.summary.id;
        app.viewed(&actor, Event::new("view", "client", id).about(id)).await?;
    }
    let codes = app.codes.clone();
    page(Mine { page: app.page(&actor, "わたしの記録", "/mine"), children, codes })
}

/// Families look on a telephone: no more than a thumb likes to pass.
const LOOKS: i64 = 15;

/// `GET /mine/looks?client=`: everybody who looked at one's own child.
pub async fn all_looks(
    State(app): State<App>,
    actor: Actor,
    Query(child): Query<Child>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let mut read = app.read(&actor).await?;
    let who = who(&app, &mut read, &child.client, "").await?;
    let id = who.summary.id.clone();
    let (looks, next) = page_of(&mut read, &who, &asked.before, LOOKS).await?;
    drop(read);
    app.viewed(&actor, Event::new("view", "looks", &id).about(&id)).await?;
    let codes = app.codes.clone();
    page(MyLooks { page: app.page(&actor, "記録を見た人", "/mine"), who, looks, next, codes })
}

/// どの子か, by number.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Child {
    client: String,
}

/// 自分の子の記録.
struct Own {
    who: Who,
    alerts: Vec<Alert>,
    cards: Vec<Card>,
    week: Vec<(String, Vec<String>)>,
    score: Option<Judged>,
    looked: Vec<Look>,
}

async fn children(app: &App, actor: &Actor) -> Result<Vec<Own>> {
    let mut read = app.read(actor).await?;
    let mut all = vec![];
    for number in numbers(&mut read).await? {
        match own(app, &mut read, &number).await {
            Ok(child) => all.push(child),
            Err(Error::NotFound) => {}
            Err(e) => return Err(e),
        }
    }
    Ok(all)
}

/// The numbers of one's own children, the eldest record first.
async fn numbers(read: &mut Read) -> Result<Vec<String>> {
    let rows: Vec<(i64,)> = read
        .see_all(
            concat!(
                "select c.number from clients c where $1 = 'family' and ",
                visible!("c.id", "identity"),
                " order by c.number limit 12"
            ),
            args![],
        )
        .await?;
    Ok(rows.iter().map(|(n,)| kana::ClientNumber::from_row(*n).to_string()).collect())
}

async fn own(app: &App, read: &mut Read, number: &str) -> Result<Own> {
    let who = who(app, read, number, "").await?;
    let (id, today) = (who.summary.id.clone(), read.actor.today());
    let f = Folder::read(read, &app.codes, &id, today).await?;
    Ok(Own {
        alerts: cards::alerts(&f),
        cards: vec![
            cards::care(&f),
            cards::devices(&f),
            cards::illness(&f),
            cards::physicians(&f),
            cards::school(&f),
            cards::whereabouts(&f),
            cards::certificates(&f),
            cards::family(&f),
            cards::home(&f, who.summary.address_hidden),
        ],
        week: cards::week(&f),
        score: f.score.clone(),
        looked: looks(read, &who, "", 5).await?,
        who,
    })
}

impl Own {
    fn in_charge(&self) -> Option<&InCharge> {
        self.who.in_charge.as_ref()
    }
}

#[derive(Template)]
#[template(path = "clients/mine.html")]
struct Mine {
    page: Page,
    children: Vec<Own>,
    codes: Arc<Codes>,
}

#[derive(Template)]
#[template(path = "clients/mine_looks.html")]
struct MyLooks {
    page: Page,
    who: Who,
    looks: Vec<Look>,
    next: Option<String>,
    codes: Arc<Codes>,
}
