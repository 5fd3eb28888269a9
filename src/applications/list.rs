//! 申請の一覧: what waits for the office, the oldest first; and what is over.

use std::collections::BTreeMap;
use std::sync::Arc;

use ::programmes::Catalogue;
use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;

use super::record::{self, Application};
use crate::access::Actor;
use crate::audit::Event;
use crate::web::{App, Page, Result, page};

pub async fn get(
    State(app): State<App>,
    Extension(all): Extension<Arc<Catalogue>>,
    actor: Actor,
) -> Result<Response> {
    let rows = record::all(&mut app.read(&actor).await?).await?;
    app.viewed(&actor, Event::new("view", "applications", "")).await?;
    let (open, done) = rows.into_iter().partition(Application::is_open);
    let names = all.programmes.iter().map(|p| (p.id.clone(), p.short.clone())).collect();
    let page_ = app.page(&actor, "事業の申請", "/applications");
    let grants = app.access.allows(actor.role, "GET", "/grants");
    page(ListPage { page: page_, groups: [Group::open(open), Group::done(done)], names, grants })
}

/// 一覧のまとまり.
struct Group {
    id: &'static str,
    title: &'static str,
    empty: &'static str,
    rows: Vec<Application>,
}

impl Group {
    fn open(rows: Vec<Application>) -> Self {
        let empty =
            "待っている申請はありません。申請は、利用者のページの「使える事業」で受け付けます。";
        Self { id: "open", title: "待っている申請", empty, rows }
    }

    fn done(rows: Vec<Application>) -> Self {
        Self { id: "done", title: "終わった申請", empty: "まだありません。", rows }
    }
}

#[derive(Template)]
#[template(path = "applications/list.html")]
struct ListPage {
    page: Page,
    groups: [Group; 2],
    grants: bool,
    names: BTreeMap<String, String>,
}

impl ListPage {
    fn name<'a>(&'a self, id: &'a str) -> &'a str {
        self.names.get(id).map_or(id, String::as_str)
    }
}
