//! The first page of each role.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::access::Actor;
use crate::web::{App, Page, Result, page};

pub async fn get(State(app): State<App>, actor: Actor) -> Result<Response> {
    page(Today { page: app.page(&actor, "きょうの予定と確認", "/") })
}

#[derive(Template)]
#[template(path = "today/page.html")]
struct Today {
    page: Page,
}
