//! All reports the role may open, by what they are about.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;

use super::catalogue::Catalogue;
use crate::access::Actor;
use crate::web::{App, Page, Result, page};

pub async fn get(
    State(app): State<App>,
    Extension(all): Extension<Arc<Catalogue>>,
    actor: Actor,
) -> Result<Response> {
    let tags = app.codes.pairs("report_tag");
    let groups = tags.into_iter().map(|(tag, label)| (label, lines(&all, &tag, &actor)));
    let groups = groups.filter(|(_, lines)| !lines.is_empty()).collect();
    page(Index { page: app.page(&actor, "統計", "/reports"), groups })
}

struct ReportLine {
    id: String,
    title: String,
    description: String,
    counted: String,
}

fn lines(all: &Catalogue, tag: &str, actor: &Actor) -> Vec<ReportLine> {
    let line = |r: &super::Report| ReportLine {
        id: r.id.clone(),
        title: r.front.title.clone(),
        description: r.front.description.clone(),
        counted: r.front.counted(),
    };
    all.shown_on(tag, actor.role).iter().map(|r| line(r)).collect()
}

#[derive(Template)]
#[template(path = "reports/index.html")]
struct Index {
    page: Page,
    groups: Vec<(String, Vec<ReportLine>)>,
}
