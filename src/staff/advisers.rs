//! 助言者: who can be asked, in which field, and how soon they answer: entered by the administrator
//! at the person's account, dated, never overwritten.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use uuid::Uuid;

use super::account::find;
use super::accounts::Account;
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::store::{FromRow, Read, Tx};
use crate::web::{
    App, Entry, Error, Field, Form, FormView, Kind, Options, Page, Problems, Result, Submitted,
    Values, page, refused,
};

pub async fn get(State(app): State<App>, actor: Actor, Path(id): Path<String>) -> Result<Response> {
    page(view(&app, &actor, &id, &Entry::default(), &Problems::default()).await?)
}

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save(&app, &actor, &id, &entry).await {
        Ok(()) => Ok(Redirect::to(&format!("/accounts/{id}/adviser")).into_response()),
        Err(Error::Refused(bad)) => refused(view(&app, &actor, &id, &entry, &bad).await?),
        Err(e) => Err(e),
    }
}

/// `POST /accounts/{id}/adviser/{adviser}/end`: from today on nobody asks them any more.
pub async fn end(
    State(app): State<App>,
    actor: Actor,
    Path((id, adviser)): Path<(String, String)>,
    Submitted(_): Submitted,
) -> Result<Response> {
    let mut tx = app.write(&actor).await?;
    find(&mut tx, &id).await?;
    finish(&mut tx, &id, &adviser).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/accounts/{id}/adviser")).into_response())
}

pub fn form() -> Form {
    let days = Kind::Number { min: 1, max: 60, unit: "日" };
    let fields = vec![
        Field::new("field", "分野", Kind::Code("adviser_field")).required(),
        Field::new("days", "答えるまでの日数", days)
            .required()
            .help("質問の期限は、この日数から決まります。"),
        Field::new("note", "資格・専門", Kind::Text(80)).help("例：小児神経の医師"),
    ];
    Form::new("adviser", "助言者にする", fields)
}

pub async fn appoint(tx: &mut Tx, account_id: &str, v: &Values) -> Result<()> {
    let (id, a, today) = (Uuid::now_v7().to_string(), tx.actor.clone(), tx.actor.today());
    let all = current(tx).await?;
    if all.iter().any(|d| d.account_id == account_id && d.field == v.text("field")) {
        return Err(Error::refused("field", "この分野では、もう助言者です"));
    }
    tx.exec(
        "insert into advisers (id, controller_id, account_id, field, days, note, valid_from,
           recorded_at, recorded_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![
            id,
            a.controller_id,
            account_id,
            v.text("field"),
            v.int("days"),
            v.text("note"),
            today,
            a.at,
            a.account_id
        ],
    )
    .await?;
    Ok(tx.record(Event::new("add", "adviser", &id)).await?)
}

/// The last day was yesterday; who began today never was one.
async fn finish(tx: &mut Tx, account_id: &str, id: &str) -> Result<()> {
    let (a, today) = (tx.actor.clone(), tx.actor.today());
    let done = tx
        .exec(
            "update advisers set
               valid_until = case when valid_from < $4 then $4 else null end,
               voided_at = case when valid_from < $4 then null else $5 end,
               voided_by = case when valid_from < $4 then null else $6 end
             where id = $1 and account_id = $2 and controller_id = $3 and voided_at is null
               and valid_until is null",
            args![id, account_id, a.controller_id, today, a.at, a.account_id],
        )
        .await?;
    if done != 1 {
        return Err(Error::NotFound);
    }
    Ok(tx.record(Event::new("end", "adviser", id)).await?)
}

/// 助言者の一人, in one field.
#[derive(Clone, Debug, FromRow)]
pub struct Adviser {
    pub id: String,
    pub account_id: String,
    pub name: String,
    pub field: String,
    pub days: i64,
    pub note: String,
    pub valid_from: String,
}

/// Everybody who can be asked today, of the actor's controller.
pub async fn current(read: &mut Read) -> Result<Vec<Adviser>> {
    let (controller, today) = (read.actor.controller_id.clone(), read.actor.today());
    Ok(read
        .all(
            "select d.id, d.account_id, a.name, d.field, d.days, d.note, d.valid_from
             from advisers d join accounts a on a.id = d.account_id and a.disabled_at is null
             where d.controller_id = $1 and d.voided_at is null and d.valid_from <= $2
               and (d.valid_until is null or d.valid_until > $2)
             order by d.field, a.kana, d.id",
            args![controller, today],
        )
        .await?)
}

async fn save(app: &App, actor: &Actor, id: &str, entry: &Entry) -> Result<()> {
    let v = form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    find(&mut tx, id).await?;
    appoint(&mut tx, id, &v).await?;
    Ok(tx.commit().await?)
}

async fn view(
    app: &App,
    actor: &Actor,
    id: &str,
    entry: &Entry,
    bad: &Problems,
) -> Result<Advising> {
    let mut read = app.read(actor).await?;
    let account = find(&mut read, id).await?;
    let mut now = current(&mut read).await?;
    now.retain(|d| d.account_id == id);
    for d in &mut now {
        d.field = app.codes.label("adviser_field", &d.field).to_owned();
    }
    let form = form().view(entry, bad, &app.codes, &Options::new());
    let error = if bad.is_empty() { "" } else { "エラー：" };
    let page = app.page(actor, format!("{error}助言者：{}", account.name), "/accounts");
    Ok(Advising { page, account, now, form })
}

#[derive(Template)]
#[template(path = "staff/adviser.html")]
struct Advising {
    page: Page,
    account: Account,
    now: Vec<Adviser>,
    form: FormView,
}
