//! 請求の一覧: what is to be decided, the next day first; and what was answered.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use civil::Date;

use super::record::{self, Request};
use super::terms::Terms;
use crate::access::Actor;
use crate::audit::Event;
use crate::codes::Codes;
use crate::web::{App, Page, Result, page};

pub async fn get(State(app): State<App>, actor: Actor) -> Result<Response> {
    let all = record::all(&mut app.read(&actor).await?).await?;
    app.viewed(&actor, Event::new("view", "data_requests", "")).await?;
    let (open, done) = all.into_iter().partition(Request::is_open);
    let asks = Terms::of(&app)?.asks().into_iter().map(str::to_owned).collect();
    let (page_, codes) = (app.page(&actor, "開示等の請求", "/clients"), app.codes.clone());
    let groups = [("open", open), ("done", done)].map(Group::of);
    page(RequestsPage { page: page_, groups, asks, codes, today: actor.today() })
}

/// 一覧のまとまり: those that wait, and those that are over.
struct Group {
    id: &'static str,
    title: &'static str,
    empty: &'static str,
    rows: Vec<Request>,
}

impl Group {
    fn of((id, rows): (&'static str, Vec<Request>)) -> Self {
        let (title, empty) = match id {
            "open" => (
                "決定を待つ請求",
                "待っている請求はありません。請求は、利用者のページの「開示等の請求」で受け付けます。",
            ),
            _ => ("終わった請求", "まだありません。"),
        };
        Self { id, title, empty, rows }
    }
}

#[derive(Template)]
#[template(path = "disclosures/list.html")]
struct RequestsPage {
    page: Page,
    groups: [Group; 2],
    asks: Vec<String>,
    codes: std::sync::Arc<Codes>,
    today: Date,
}
