//! A row is no longer so: the day from which it is not.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::Summary;
use super::part_new::open;
use super::parts::{self, Part};
use crate::access::Actor;
use crate::web::{
    App, Entry, Error, Field, Form, FormView, Kind, Options, Page, Problems, Result, Submitted,
    page,
};

pub async fn get(
    State(app): State<App>,
    actor: Actor,
    Path((number, part, row)): Path<(String, String, String)>,
) -> Result<Response> {
    let part = parts::find(&part).ok_or(Error::NotFound)?;
    let client = open(&app, &actor, &number, part).await?;
    page(view(&app, &actor, client, part, &row, (&Entry::default(), &Problems::default())).await?)
}

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path((number, part, row)): Path<(String, String, String)>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    let part = parts::find(&part).ok_or(Error::NotFound)?;
    let client = open(&app, &actor, &number, part).await?;
    match save(&app, &actor, &client, part, &row, &entry).await {
        Ok(()) => Ok(Redirect::to(&format!("/clients/{number}/parts/{}", part.id)).into_response()),
        Err(Error::Refused(bad)) => {
            let view = view(&app, &actor, client, part, &row, (&entry, &bad)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(view.render()?)).into_response())
        }
        Err(e) => Err(e),
    }
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
    let line = found.ok_or(Error::NotFound)?.line(part);
    let form = form().view(entry, bad, &app.codes, &Options::new());
    let title = if form.problems.is_empty() {
        "終わりにする"
    } else {
        "エラー：終わりにする"
    };
    let page = app.page(actor, format!("{title}：{}", client.number), "/clients");
    Ok(End { page, client, part, line, form })
}

#[derive(Template)]
#[template(path = "clients/part_end.html")]
struct End {
    page: Page,
    client: Summary,
    part: &'static Part,
    line: String,
    form: FormView,
}
