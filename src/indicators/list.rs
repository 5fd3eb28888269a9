//! 事業の一覧: every programme of the place, with its figures as of a day.

use std::sync::Arc;

use ::programmes::{Catalogue, Programme};
use askama::Template;
use axum::Extension;
use axum::extract::{Query, State};
use axum::response::Response;
use civil::Date;
use serde::Deserialize;

use super::count::{self, Figure};
use crate::access::Actor;
use crate::audit::Event;
use crate::web::{App, Page, Result, page};

pub async fn get(
    State(app): State<App>,
    Extension(all): Extension<Arc<Catalogue>>,
    actor: Actor,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let view = view(&app, &all, &actor, &asked).await?;
    app.viewed(&actor, Event::new("view", "indicators", "")).await?;
    page(view)
}

/// 何日現在の数か, as it was typed.
#[derive(Deserialize)]
pub struct Asked {
    pub on: Option<String>,
}

impl Asked {
    /// The day, and whether what was typed is none.
    pub fn day(&self, today: Date) -> (Date, bool) {
        let typed = self.on.as_deref().unwrap_or_default().trim();
        match (typed.is_empty(), civil::parse_date(typed)) {
            (true, _) => (today, false),
            (false, Ok(day)) => (day, false),
            (false, Err(_)) => (today, true),
        }
    }
}

/// 一つの事業の行.
struct Row {
    id: String,
    name: String,
    run_by: String,
    office: String,
    not_stated: usize,
    figures: Vec<Figure>,
}

async fn view(app: &App, all: &Catalogue, actor: &Actor, asked: &Asked) -> Result<ListPage> {
    let (on, misread) = asked.day(actor.today());
    let mut read = app.read(actor).await?;
    let mut rows = Vec::new();
    for programme in &all.programmes {
        let figures = count::of(&mut read, programme, on).await?;
        rows.push(row(programme, figures));
    }
    Ok(ListPage {
        page: app.page(actor, "事業の一覧", "/applications"),
        typed: if misread { asked.on.clone().unwrap_or_default() } else { on.to_string() },
        day: civil::format_both(on),
        opens: app.access.allows(actor.role, "GET", "/programmes/{id}"),
        misread,
        rows,
    })
}

fn row(programme: &Programme, figures: Vec<Figure>) -> Row {
    Row {
        id: programme.id.clone(),
        name: programme.name.clone(),
        run_by: programme.word(&programme.run_by).to_owned(),
        office: programme.office.clone(),
        not_stated: programme.not_stated.len(),
        figures,
    }
}

#[derive(Template)]
#[template(path = "indicators/list.html")]
struct ListPage {
    page: Page,
    rows: Vec<Row>,
    opens: bool,
    day: String,
    typed: String,
    misread: bool,
}
