//! 使い方: how to search, the keys, what is recorded, whom to ask.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::access::Actor;
use crate::args;
use crate::store::Read;
use crate::web::{App, Page, Result, page};

pub async fn get(State(app): State<App>, actor: Actor) -> Result<Response> {
    let administrators = administrators(&mut app.read(&actor).await?).await?;
    page(Help { page: app.page(&actor, "使い方・ヘルプ", ""), administrators })
}

/// (name, office, its phone) of who can help with accounts and rights.
async fn administrators(read: &mut Read) -> Result<Vec<(String, String, String)>> {
    let (controller, today) = (read.actor.controller_id.clone(), read.actor.today());
    let rows = read
        .all(
            "select distinct a.name, o.name, o.phone from posts p
             join accounts a on a.id = p.account_id and a.disabled_at is null
             join organisations o on o.id = p.organisation_id
             where o.controller_id = $1 and p.role = 'administrator' and p.voided_at is null
               and p.valid_from <= $2 and (p.valid_until is null or p.valid_until > $2)
             order by 1, 2",
            args![controller, today],
        )
        .await?;
    Ok(rows)
}

#[derive(Template)]
#[template(path = "staff/help.html")]
struct Help {
    page: Page,
    administrators: Vec<(String, String, String)>,
}
