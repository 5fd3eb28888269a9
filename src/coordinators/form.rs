//! 入力の画面: the one page that the plain forms of this noun share.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use crate::access::Actor;
use crate::web::form::FormView;
use crate::web::{App, Page, Result};

/// What stands around a form.
#[derive(Clone, Debug, Default)]
pub(super) struct Around {
    /// (path, words): where the page belongs.
    pub crumbs: Vec<(String, String)>,
    pub lines: Vec<String>,
    pub action: String,
    pub button: &'static str,
    /// What the draft is about; "" keeps none.
    pub subject: String,
    /// When an older draft was put into the form.
    pub draft: String,
}

pub(super) fn answer(app: &App, actor: &Actor, form: FormView, around: Around) -> Result<Response> {
    let bad = form.problems.len();
    let title = match bad {
        0 => form.title.to_owned(),
        n => format!("エラー {n}か所：{}", form.title),
    };
    let Around { crumbs, lines, action, button, subject, draft } = around;
    let page = app.page(actor, title, "/assignments");
    let body = FormPage { page, form, crumbs, lines, action, button, subject, draft }.render()?;
    let status = if bad > 0 { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, Html(body)).into_response())
}

#[derive(Template)]
#[template(path = "coordinators/form.html")]
struct FormPage {
    page: Page,
    form: FormView,
    crumbs: Vec<(String, String)>,
    lines: Vec<String>,
    action: String,
    button: &'static str,
    subject: String,
    draft: String,
}
