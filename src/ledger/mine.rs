//! 家族の利用と残り: what is left of each award of one's own child, read only.

use std::sync::Arc;

use ::programmes::Catalogue;
use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use kana::ClientNumber;

use super::expire;
use super::show::{Shown, all_of};
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::clients::who::{Who, who};
use crate::store::Read;
use crate::visible;
use crate::web::{App, Page, Result, page};

pub async fn get(
    State(app): State<App>,
    Extension(all): Extension<Arc<Catalogue>>,
    actor: Actor,
) -> Result<Response> {
    let children = children(&app, &all, &actor).await?;
    for child in &children {
        let id = &child.who.summary.id;
        app.viewed(&actor, Event::new("view", "ledger", id).about(id)).await?;
    }
    page(MyLedger { page: app.page(&actor, "利用と残り", "/mine"), children })
}

/// 自分の子の利用.
struct Own {
    who: Who,
    awards: Vec<Shown>,
}

async fn children(app: &App, all: &Catalogue, actor: &Actor) -> Result<Vec<Own>> {
    let own = own(&mut app.read(actor).await?).await?;
    let mut out = vec![];
    for (id, number) in own {
        expire::before_look(app, actor, &id).await?;
        let mut read = app.read(actor).await?;
        let who = who(app, &mut read, &ClientNumber::from_row(number).to_string(), "").await?;
        out.push(Own { awards: all_of(&mut read, all, &id).await?, who });
    }
    Ok(out)
}

async fn own(read: &mut Read) -> Result<Vec<(String, i64)>> {
    let rows = read
        .see_all(
            concat!(
                "select c.id, c.number from clients c where $1 = 'family' and ",
                visible!("c.id", "identity"),
                " order by c.number limit 12"
            ),
            args![],
        )
        .await?;
    Ok(rows)
}

#[derive(Template)]
#[template(path = "ledger/mine.html")]
struct MyLedger {
    page: Page,
    children: Vec<Own>,
}
