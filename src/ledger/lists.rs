//! 更新と一覧: all programmes on one page: whose award is to be renewed, and how many people stand on
//! each of the other lists.

use std::sync::Arc;

use ::programmes::{Catalogue, Holder};
use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;

use super::list;
use crate::access::Actor;
use crate::audit::Event;
use crate::programmes::people::{LISTS, Register, Row};
use crate::web::{App, Page, Result, page};

pub async fn get(
    State(app): State<App>,
    Extension(all): Extension<Arc<Catalogue>>,
    actor: Actor,
) -> Result<Response> {
    let view = view(&app, &all, &actor).await?;
    app.viewed(&actor, Event::new("view", "programme_lists", "")).await?;
    page(view)
}

/// 一つの事業の行: how many people stand on each list.
struct Line {
    id: String,
    name: String,
    counts: Vec<(&'static str, &'static str, usize)>,
    /// Who has used four fifths of a cap: the list stands with what is left.
    high: usize,
}

/// 更新する決定.
struct Renewal {
    programme: String,
    row: Row,
}

async fn view(app: &App, all: &Catalogue, actor: &Actor) -> Result<ListsPage> {
    let mut read = app.read(actor).await?;
    let register = Register::open(&mut read, all).await?;
    let high = list::high(&mut read, all).await?;
    drop(read);
    let (mut lines, mut renewals) = (vec![], vec![]);
    for programme in all.programmes.iter().filter(|p| p.holder == Holder::Client) {
        let mut counts = vec![];
        for (id, title, _) in LISTS {
            let rows = register.list(all, programme, id);
            counts.push((*id, *title, rows.len()));
            let ending = rows.into_iter().filter(|row| !row.renews.is_empty());
            renewals.extend(ending.map(|row| Renewal { programme: programme.short.clone(), row }));
        }
        let high = high.iter().find(|(id, _)| *id == programme.id).map_or(0, |(_, people)| *people);
        lines.push(Line { id: programme.id.clone(), name: programme.short.clone(), counts, high });
    }
    Ok(ListsPage {
        page: app.page(actor, "更新の時期の決定と、事業ごとの一覧", "/applications"),
        renewals,
        lines,
    })
}

#[derive(Template)]
#[template(path = "ledger/lists.html")]
struct ListsPage {
    page: Page,
    renewals: Vec<Renewal>,
    lines: Vec<Line>,
}
