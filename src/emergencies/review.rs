//! 確かめる: somebody of the office, not the one who opened it, says whether it was right.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};

use super::list::{Glass, one, worded};
use crate::access::Actor;
use crate::args;
use crate::audit::{EMERGENCY, Event, words};
use crate::store::{Read, Tx};
use crate::web::{
    App, Entry, Error, Field, Form, FormView, Kind, Options, Page, Problems, Result, Submitted,
    Values, page, refused, said,
};

pub async fn get(State(app): State<App>, actor: Actor, Path(id): Path<String>) -> Result<Response> {
    let view = view(&app, &actor, &id, &Entry::default(), &Problems::default()).await?;
    app.viewed(&actor, Event::new("view", "emergency", &id).about(&view.g.client_id)).await?;
    page(view)
}

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save(&app, &actor, &id, &entry).await {
        Ok(()) => Ok(Redirect::to("/emergencies").into_response()),
        Err(Error::Refused(bad)) => refused(view(&app, &actor, &id, &entry, &bad).await?),
        Err(e) => Err(e),
    }
}

pub fn form() -> Form {
    let fields = vec![
        Field::new("finding", "結果", Kind::Code("emergency_finding")).required(),
        Field::new("note", "確かめたこと", Kind::Text(300)).required().help(
            "例：119番の記録と時刻が合う。ご家族に電話で知らせた。必要だったと言えないときは、\
             だれにいつ知らせたかも書いてください。",
        ),
    ];
    Form::new("emergency-review", "確かめた結果", fields)
}

/// Once, and never by the account that opened it.
pub async fn review(tx: &mut Tx, id: &str, v: &Values) -> Result<()> {
    let g = one(tx, id).await?.ok_or(Error::NotFound)?;
    let a = tx.actor.clone();
    if g.account_id == a.account_id {
        return Err(Error::refused("", "自分が開いたものは、ほかの職員が確かめます"));
    }
    let done = tx
        .exec(
            "update emergencies set reviewed_at = $2, reviewed_by = $3, finding = $4,
               review_note = $5 where id = $1 and reviewed_at is null",
            args![id, a.at, a.account_id, v.text("finding"), v.text("note")],
        )
        .await?;
    if done == 0 {
        return Err(Error::refused("", "すでに確かめてあります。読み込み直してください"));
    }
    let event = Event::new("review", "emergency", id).about(&g.client_id).fields("finding,note");
    tx.record(event).await?;
    Ok(())
}

async fn save(app: &App, actor: &Actor, id: &str, entry: &Entry) -> Result<()> {
    one(&mut app.read(actor).await?, id).await?.ok_or(Error::NotFound)?;
    let v = form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    review(&mut tx, id, &v).await?;
    Ok(tx.commit().await?)
}

/// (when, what): every page that was opened under it.
async fn seen(read: &mut Read, g: &Glass) -> Result<Vec<(String, String)>> {
    let basis = format!("{EMERGENCY}{}", g.id);
    let rows: Vec<(String, String, String)> = read
        .all(
            "select at, verb, noun from audit_events where client_id = $1 and basis = $2
             order by at, writer_id, seq limit 200",
            args![g.client_id, basis],
        )
        .await?;
    let line =
        |(at, verb, noun): (String, String, String)| (said::moment(&at), words::said(&verb, &noun));
    Ok(rows.into_iter().map(line).collect())
}

async fn view(
    app: &App,
    actor: &Actor,
    id: &str,
    entry: &Entry,
    bad: &Problems,
) -> Result<Reviewing> {
    let mut read = app.read(actor).await?;
    let g = one(&mut read, id).await?.ok_or(Error::NotFound)?;
    let g = worded(&read, &app.codes, vec![g]).pop().ok_or(Error::NotFound)?;
    let seen = seen(&mut read, &g).await?;
    let form = form().view(entry, bad, &app.codes, &Options::new());
    let title = if bad.is_empty() {
        "緊急閲覧を確かめる"
    } else {
        "エラー：緊急閲覧を確かめる"
    };
    let own = g.account_id == actor.account_id;
    Ok(Reviewing { page: app.page(actor, title, "/"), g, seen, form, own })
}

#[derive(Template)]
#[template(path = "emergencies/review.html")]
struct Reviewing {
    page: Page,
    g: Glass,
    seen: Vec<(String, String)>,
    form: FormView,
    own: bool,
}
