//! A row is no longer so, from a day on; or it should never have been there.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};

use super::Summary;
use super::part_new::opened;
use super::parts::{self, Part};
use crate::access::Actor;
use crate::audit::Event;
use crate::web::did::did;
use crate::web::{
    App, Entry, Error, Field, Form, FormView, Kind, Options, Page, Problems, Result, Submitted,
    page, refused,
};

type Names = (String, String, String);

pub async fn get(
    State(app): State<App>,
    actor: Actor,
    Path((number, part, row)): Path<(String, String, String)>,
) -> Result<Response> {
    let (part, client) = opened(&app, &actor, &number, &part).await?;
    app.viewed(&actor, Event::new("view", part.table, &row).about(&client.id)).await?;
    page(view(&app, &actor, client, part, &row, (&Entry::default(), &Problems::default())).await?)
}

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path((number, part, row)): Path<Names>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    let (part, client) = opened(&app, &actor, &number, &part).await?;
    match save(&app, &actor, &client, part, &row, &entry).await {
        Ok(()) => Ok(back(&number, part, ("part-end", &row))),
        Err(Error::Refused(bad)) => {
            refused(view(&app, &actor, client, part, &row, (&entry, &bad)).await?)
        }
        Err(e) => Err(e),
    }
}

/// `POST .../void`: the row was a mistake, about somebody else perhaps.
pub async fn void(
    State(app): State<App>,
    actor: Actor,
    Path((number, part, row)): Path<Names>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    let (part, client) = opened(&app, &actor, &number, &part).await?;
    match take_back(&app, &actor, &client, part, &row, &entry).await {
        Ok(()) => Ok(back(&number, part, ("part-void", &row))),
        Err(Error::Refused(bad)) => {
            refused(view(&app, &actor, client, part, &row, (&entry, &bad)).await?)
        }
        Err(e) => Err(e),
    }
}

fn back(number: &str, part: &Part, (action, row): (&str, &str)) -> Response {
    let to = format!("/clients/{number}/parts/{}", part.id);
    Redirect::to(&did(&to, action, &format!("{}.{row}", part.id))).into_response()
}

pub fn void_form() -> Form {
    let why = Field::new("why", "取り消す理由", Kind::Text(200)).required();
    Form::new("part-void", "まちがいとして取り消す", vec![why.help("例：別の人の記録だった")])
}

pub fn form() -> Form {
    let until = Field::new("until", "いつから当てはまらないか", Kind::Date).required();
    Form::new("part-end", "終わりにする", vec![until])
}

async fn save(
    app: &App,
    actor: &Actor,
    client: &Summary,
    part: &Part,
    row: &str,
    entry: &Entry,
) -> Result<()> {
    let values = form().read(entry, &app.codes)?;
    let on = values.date("until").ok_or(Error::NotFound)?;
    if on > actor.today() {
        return Err(Error::refused(
            "until",
            "先の日付は入れられません。その日が来てから記録してください",
        ));
    }
    let mut tx = app.write(actor).await?;
    parts::end(&mut tx, &client.id, part, row, on).await?;
    Ok(tx.commit().await?)
}

async fn take_back(
    app: &App,
    actor: &Actor,
    client: &Summary,
    part: &Part,
    row: &str,
    entry: &Entry,
) -> Result<()> {
    let values = void_form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    parts::void(&mut tx, &client.id, part, row, values.text("why")).await?;
    Ok(tx.commit().await?)
}

async fn view(
    app: &App,
    actor: &Actor,
    client: Summary,
    part: &'static Part,
    row: &str,
    (entry, bad): (&Entry, &Problems),
) -> Result<End> {
    let mut read = app.read(actor).await?;
    let all = parts::history(&mut read, &app.codes, &client.id, part).await?;
    let found = all.into_iter().find(|r| r.id == row && r.voided_at.is_none());
    let found = found.ok_or(Error::NotFound)?;
    let show = |form: Form, bad: &Problems| form.view(entry, bad, &app.codes, &Options::new());
    // What was refused belongs to the form whose question it is about.
    let (of_void, of_end): (Vec<_>, Vec<_>) = bad.0.iter().cloned().partition(|(f, _)| f == "why");
    let form = show(form(), &Problems(of_end));
    let void = show(void_form(), &Problems(of_void));
    let title = if bad.is_empty() {
        "終わり・取り消し"
    } else {
        "エラー：終わり・取り消し"
    };
    let page = app.page(actor, format!("{title}：{}", client.number), "/clients");
    let (line, open) = (found.line(part), found.valid_until.is_none() && !part.lasting);
    Ok(End { page, client, part, row: found.id, line, open, form, void })
}

#[derive(Template)]
#[template(path = "clients/part_end.html")]
struct End {
    page: Page,
    client: Summary,
    part: &'static Part,
    row: String,
    line: String,
    /// It has not ended yet.
    open: bool,
    form: FormView,
    void: FormView,
}
