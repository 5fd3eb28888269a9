//! 補助金の一覧: a fiscal year's grants by programme, with budget, committed and paid.

use std::sync::Arc;

use ::programmes::Catalogue;
use askama::Template;
use axum::Extension;
use axum::extract::{Query, State};
use axum::response::Response;
use civil::{FiscalYear, Yen};
use serde::Deserialize;

use super::apply;
use super::deadlines::{self, Deadline};
use super::record::{self, Grant, Sums};
use crate::access::Actor;
use crate::audit::Event;
use crate::codes::Codes;
use crate::indicators;
use crate::web::{App, Page, Result, page};

pub async fn get(
    State(app): State<App>,
    Extension(all): Extension<Arc<Catalogue>>,
    actor: Actor,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let view = view(&app, &all, &actor, &asked).await?;
    app.viewed(&actor, Event::new("view", "grants", "")).await?;
    page(view)
}

/// どの年度か, as the address names it.
#[derive(Deserialize)]
pub struct Asked {
    year: Option<String>,
}

/// 事業ごとのまとまり.
struct Group {
    name: String,
    /// What was entered as the budget of the year.
    budget: Option<i64>,
    rows: Vec<(Grant, Sums, Option<Deadline>)>,
}

impl Group {
    fn committed(&self) -> Yen {
        self.rows.iter().map(|(_, s, _)| Yen(s.settled.or(s.decided).unwrap_or(0))).sum()
    }

    fn paid(&self) -> Yen {
        self.rows.iter().map(|(_, s, _)| Yen(s.paid - s.repaid)).sum()
    }

    fn budget(&self) -> Option<Yen> {
        self.budget.map(Yen)
    }

    fn over(&self) -> bool {
        self.budget.is_some_and(|budget| self.committed().0 > budget)
    }
}

async fn view(app: &App, all: &Catalogue, actor: &Actor, asked: &Asked) -> Result<ListPage> {
    let this = FiscalYear::of(actor.today());
    let typed = asked.year.as_deref().and_then(|y| y.parse().ok());
    let year = typed.unwrap_or(this);
    let mut read = app.read(actor).await?;
    let due = deadlines::open(&mut read, civil::Date::MAX).await?;
    let mut rows = Vec::new();
    for grant in record::of_year(&mut read, i64::from(year.year())).await? {
        let sums = Sums::of(&record::steps(&mut read, &grant.id).await?);
        let next = due.iter().find(|d| d.grant_id == grant.id).cloned();
        rows.push((grant, sums, next));
    }
    let last = year.range().end.yesterday().unwrap_or(actor.today()).min(actor.today());
    let mut groups = Vec::new();
    for programme in apply::for_bodies(all) {
        let own: Vec<_> =
            rows.iter().filter(|(g, ..)| g.programme == programme.id).cloned().collect();
        let figures = indicators::of(&mut read, programme, last).await?;
        let budget = figures.iter().find(|f| f.indicator.counts == "budget");
        let budget = budget.and_then(|f| f.value);
        if !own.is_empty() || budget.is_some() {
            groups.push(Group { name: programme.name.clone(), budget, rows: own });
        }
    }
    Ok(ListPage {
        page: app.page(actor, "補助金", "/applications"),
        year: year.label(),
        today: actor.today(),
        codes: app.codes.clone(),
        before: year.previous().year(),
        after: year.next().year(),
        groups,
    })
}

#[derive(Template)]
#[template(path = "grants/list.html")]
struct ListPage {
    page: Page,
    year: String,
    today: civil::Date,
    codes: Arc<Codes>,
    before: i16,
    after: i16,
    groups: Vec<Group>,
}
