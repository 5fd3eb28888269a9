//! 検証: the button of the auditor that walks every chain.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::{Event, Verdict, verify};
use crate::access::Actor;
use crate::web::{App, Page, Result, Submitted, page};

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Submitted(_): Submitted,
) -> Result<Response> {
    let verdict = verify(&mut app.read(&actor).await?).await?;
    app.viewed(&actor, Event::new("verify", "audit", "")).await?;
    page(Check { page: app.page(&actor, "記録の検証", "/audit"), verdict })
}

#[derive(Template)]
#[template(path = "audit/check.html")]
struct Check {
    page: Page,
    verdict: Verdict,
}
