//! 転入・転出の一覧: whom the ward took over or let go, and who waits for an answer.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::record::{self, Move};
use super::sheet::Sheet;
use crate::access::Actor;
use crate::audit::Event;
use crate::web::{App, Page, Result, page};

pub async fn get(State(app): State<App>, actor: Actor) -> Result<Response> {
    let all = record::all(&mut app.read(&actor).await?).await?;
    app.viewed(&actor, Event::new("view", "moves", "")).await?;
    let came = |m: &Move| m.to_controller_id.as_deref() == Some(&actor.controller_id);
    let (comes, goes) = all.into_iter().map(Line::of).partition(|l| came(&l.m));
    page(Moves { page: app.page(&actor, "転入・転出", "/"), comes, goes })
}

/// 一覧の一行.
struct Line {
    m: Move,
    name: String,
}

impl Line {
    fn of(m: Move) -> Self {
        let name = Sheet::read(&m.sheet).name;
        let name =
            if name.is_empty() { "（内容は残していません）".to_owned() } else { name };
        Self { m, name }
    }
}

#[derive(Template)]
#[template(path = "moves/list.html")]
struct Moves {
    page: Page,
    comes: Vec<Line>,
    goes: Vec<Line>,
}
