//! Files to take in: the upload, what may be taken in, and what was.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::batches::{self, Batch};
use super::layout::{Layout, find, layouts};
use super::target::Shape;
use super::{cells::Summary, dry_run};
use crate::access::Actor;
use crate::web::said::moment;
use crate::web::{
    App, Entry, Error, Field, Form, FormView, Kind, Options, Page, Problems, Result, Upload, page,
};

pub async fn get(State(app): State<App>, actor: Actor) -> Result<Response> {
    page(view(&app, &actor, &Entry::default(), &Problems::default()).await?)
}

pub async fn post(State(app): State<App>, actor: Actor, sent: Upload) -> Result<Response> {
    match take(&app, &actor, &sent).await {
        Ok(id) => Ok(Redirect::to(&format!("/imports/{id}")).into_response()),
        Err(Error::Refused(bad)) => {
            let body = view(&app, &actor, &sent.entry, &bad).await?.render()?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(body)).into_response())
        }
        Err(e) => Err(e),
    }
}

pub fn form() -> Form {
    Form::new(
        "import",
        "ファイルを取り込む",
        vec![Field::new("layout", "ファイルの種類", Kind::Record).required()],
    )
}

/// Nothing is kept of a file that cannot be read.
async fn take(app: &App, actor: &Actor, sent: &Upload) -> Result<String> {
    let values = form().read(&sent.entry, &app.codes)?;
    let layout = find(app, values.text("layout")).ok().filter(|l| l.target.is_open_to(actor));
    let layout = layout.ok_or_else(|| {
        Error::refused("layout", "ファイルの種類を、画面にあるものから選び直してください")
    })?;
    if sent.bytes.is_empty() {
        return Err(Error::refused("file", "取り込むファイルを選んでください"));
    }
    dry_run::start(app, actor, layout, &sent.file_name, &sent.bytes).await
}

struct Past {
    id: String,
    file: String,
    title: String,
    state: &'static str,
    when: String,
    who: String,
    rows: usize,
    bad: usize,
}

struct Kinds {
    id: String,
    title: String,
    about: String,
    columns: Vec<(String, String, String, bool)>,
}

#[derive(Template)]
#[template(path = "imports/index.html")]
struct Index {
    page: Page,
    form: FormView,
    layouts: Vec<Kinds>,
    past: Vec<Past>,
    file_error: String,
}

async fn view(app: &App, actor: &Actor, entry: &Entry, bad: &Problems) -> Result<Index> {
    let open: Vec<Layout> =
        layouts(app)?.into_iter().filter(|l| l.target.is_open_to(actor)).collect();
    let pairs = open.iter().map(|l| (l.id.clone(), l.title.clone())).collect();
    let offers = Options::from([("layout", pairs)]);
    let mut form = form().view(entry, bad, &app.codes, &offers);
    // The file's own problem leads to the file's field.
    for (anchor, message) in &mut form.problems {
        if bad.of("file") == Some(message.as_str()) {
            *anchor = "file".into();
        }
    }
    let batches = batches::list(&mut app.read(actor).await?).await?;
    let title = if form.problems.is_empty() { "取り込み" } else { "エラー：取り込み" };
    Ok(Index {
        page: app.page(actor, title, "/imports"),
        form,
        past: batches.into_iter().map(|b| past(b, &open)).collect(),
        layouts: open.iter().map(|l| kinds(app, l)).collect(),
        file_error: bad.of("file").unwrap_or_default().to_owned(),
    })
}

fn past(b: Batch, open: &[Layout]) -> Past {
    let summary = Summary::read(&b.summary);
    let title = open.iter().find(|l| l.id == b.layout).map(|l| l.title.clone());
    Past {
        title: title.unwrap_or_else(|| b.layout.clone()),
        state: state_words(&b.state),
        when: moment(&b.created_at),
        who: b.creator,
        rows: if b.state == "saved" { summary.saved } else { summary.rows },
        bad: summary.bad,
        id: b.id,
        file: b.file_name,
    }
}

pub(super) fn state_words(state: &str) -> &'static str {
    match state {
        "checking" => "点検中",
        "checked" => "点検済み（まだ登録していません）",
        "saved" => "登録済み",
        "undone" => "取り消し済み",
        "discarded" => "登録せずに破棄",
        _ => "できませんでした",
    }
}

fn kinds(app: &App, layout: &Layout) -> Kinds {
    let shape = Shape::of(layout.target);
    let column = |c: &super::Column| {
        let what = shape.describe(c, &app.codes);
        (c.label().to_owned(), what, c.sample.clone(), c.required)
    };
    Kinds {
        id: layout.id.clone(),
        title: layout.title.clone(),
        about: layout.about.clone(),
        columns: layout.columns.iter().map(column).collect(),
    }
}
