//! What every page carries around its content, and how it is sent.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use super::did::Did;
use super::{App, Result};
use crate::access::{Actor, Role};

/// 画面の枠. Title, menu, who is signed in, the token of the session.
#[derive(Clone, Debug)]
pub struct Page {
    pub title: String,
    pub menu: Vec<MenuItem>,
    pub name: String,
    pub organisation: String,
    pub role: &'static str,
    pub csrf: String,
    /// The number of the forms on this page: what is sent twice is done once.
    pub once: String,
    pub place: String,
    pub demo: bool,
    /// The person may look for clients.
    pub finds: bool,
    pub logs: bool,
    pub single_keys: bool,
    pub family: bool,
    pub today: String,
    /// Minutes after which the script closes the screen.
    pub idle: i64,
    /// What was done just before, with the button that takes it back.
    pub did: Option<Did>,
    /// The page is open because of an emergency.
    pub emergency: Option<Band>,
}

/// 緊急閲覧の帯. What stands in red on top of every page an emergency opened.
#[derive(Clone, Debug)]
pub struct Band {
    pub id: String,
    pub minutes: i64,
}

impl Page {
    /// Without the ways to other pages, which are not open yet.
    pub fn bare(self) -> Self {
        Self { menu: vec![], finds: false, logs: false, ..self }
    }
}

#[derive(Clone, Debug)]
pub struct MenuItem {
    pub href: &'static str,
    pub label: &'static str,
    pub current: bool,
}

/// (path, words): shown to whoever the access table lets in, in this order.
const MENU: &[(&str, &str)] = &[
    ("/", "きょう"),
    ("/clients", "利用者"),
    ("/consultations", "相談"),
    ("/case-notes", "支援経過"),
    ("/follow-ups", "次にすること"),
    ("/assignments", "担当"),
    ("/applications", "事業"),
    ("/ledger", "事業の残り"),
    ("/usage", "利用の実績"),
    ("/questions", "助言"),
    ("/reports", "統計"),
    ("/imports", "取り込み"),
    ("/mine", "わたしの記録"),
    ("/audit", "閲覧の記録"),
    ("/accounts", "職員と権限"),
];

impl App {
    /// `here` is the menu entry the page belongs to, "" for none.
    pub fn page(&self, actor: &Actor, title: impl Into<String>, here: &str) -> Page {
        let may = |path: &str| self.access.allows(actor.role, "GET", path);
        let menu = MENU
            .iter()
            .filter(|(path, _)| may(path))
            .map(|(href, label)| MenuItem { href, label, current: *href == here })
            .collect();
        Page {
            title: title.into(),
            menu,
            name: actor.name.clone(),
            organisation: actor.organisation.clone(),
            role: actor.role.label(),
            csrf: actor.csrf.clone(),
            once: uuid::Uuid::now_v7().simple().to_string(),
            place: self.config.place.clone(),
            demo: self.config.demo,
            finds: may("/clients"),
            logs: may("/consultations/new"),
            single_keys: actor.single_keys,
            family: actor.role == Role::Family,
            today: civil::format_with_weekday(actor.today()),
            idle: self.seen.idle(),
            did: actor.did.clone(),
            emergency: actor.emergency.as_ref().map(|e| Band {
                id: e.id.clone(),
                minutes: (e.ends_at.millis() - actor.at.millis() + 59_999) / 60_000,
            }),
        }
    }
}

/// Renders a template as the answer.
pub fn page(template: impl Template) -> Result<Response> {
    Ok(Html(template.render()?).into_response())
}

/// The same page again, with what was typed and what to mend.
pub fn refused(template: impl Template) -> Result<Response> {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(template.render()?)).into_response())
}
