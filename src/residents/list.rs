//! 住民記録との差の一覧: by kind; one by one, or all of a kind at once.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};

use super::differences::{self, Difference};
use super::take;
use crate::access::Actor;
use crate::audit::Event;
use crate::codes::Codes;
use crate::web::{App, Error, Field, Form, Kind, Page, Problems, Result, Submitted, page, refused};

pub async fn get(State(app): State<App>, actor: Actor) -> Result<Response> {
    let view = view(&app, &actor, &Problems::default()).await?;
    app.viewed(&actor, Event::new("view", "register_differences", "")).await?;
    page(view)
}

/// `POST /residents`: everything of a kind is taken, but what must be looked at one by one.
pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Submitted(entry): Submitted,
) -> Result<Response> {
    let values = form().read(&entry, &app.codes).map_err(Error::Refused);
    let done = match values {
        Ok(v) => take_all(&app, &actor, v.text("kind")).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(()) => Ok(Redirect::to("/residents").into_response()),
        Err(e) => refused(view(&app, &actor, &e.problems()?).await?),
    }
}

pub fn form() -> Form {
    let kind = Field::new("kind", "差の種類", Kind::Code("register_difference")).required();
    Form::new("register-take-all", "まとめて台帳に入れる", vec![kind])
}

async fn take_all(app: &App, actor: &Actor, kind: &str) -> Result<()> {
    let mut tx = app.write(actor).await?;
    let all = differences::open(&mut tx).await?;
    let mine: Vec<_> = all.into_iter().filter(|d| d.kind == kind && !d.is_covered()).collect();
    if mine.is_empty() {
        return Err(Error::refused("kind", "この種類に、まとめて入れられる差はありません"));
    }
    for d in &mine {
        take::take(&mut tx, &app.codes, &d.id, "").await.map_err(|e| match e {
            Error::Refused(bad) => {
                let why = bad.0.first().map_or("", |(_, m)| m.as_str());
                let at = d.number();
                Error::refused("kind", format!("{at}：{why}。どれも台帳に入れていません"))
            }
            other => other,
        })?;
    }
    Ok(tx.commit().await?)
}

/// 種類ごとのまとまり.
struct Group {
    kind: String,
    title: String,
    rows: Vec<Difference>,
    /// How many of them go together.
    together: usize,
}

async fn view(app: &App, actor: &Actor, bad: &Problems) -> Result<ResidentsPage> {
    let all = differences::open(&mut app.read(actor).await?).await?;
    let mut groups: Vec<Group> = vec![];
    for d in all {
        match groups.last_mut().filter(|g| g.kind == d.kind) {
            Some(group) => group.rows.push(d),
            None => groups.push(Group {
                title: app.codes.label("register_difference", &d.kind).to_owned(),
                kind: d.kind.clone(),
                rows: vec![d],
                together: 0,
            }),
        }
    }
    for g in &mut groups {
        g.together = g.rows.iter().filter(|d| !d.is_covered()).count();
    }
    let title = if bad.is_empty() {
        "住民記録との照合"
    } else {
        "エラー：住民記録との照合"
    };
    Ok(ResidentsPage {
        page: app.page(actor, title, "/clients"),
        groups,
        bad: bad.0.iter().map(|(_, m)| m.clone()).collect(),
        codes: app.codes.clone(),
    })
}

#[derive(Template)]
#[template(path = "residents/list.html")]
struct ResidentsPage {
    page: Page,
    groups: Vec<Group>,
    bad: Vec<String>,
    codes: std::sync::Arc<Codes>,
}
