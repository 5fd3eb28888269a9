//! これからの人事異動: what will change by itself, and when; taken back while it is still to come.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};

use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::codes::Codes;
use crate::store::{FromRow, Read, Tx};
use crate::web::form::{Field, Form, FormView, Kind, Options, Problems};
use crate::web::{App, Entry, Error, Page, Result, Submitted, page, refused};

pub async fn get(State(app): State<App>, actor: Actor) -> Result<Response> {
    page(view(&app, &actor, &Entry::default(), &Problems::default()).await?)
}

/// `POST /transfers/{id}/void`: it never happened.
pub async fn void(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match take_back(&app, &actor, &id, &entry).await {
        Ok(()) => Ok(Redirect::to("/transfers").into_response()),
        Err(Error::Refused(bad)) => refused(view(&app, &actor, &entry, &bad).await?),
        Err(e) => Err(e),
    }
}

pub fn void_form() -> Form {
    let why = Field::new("why", "取り消す理由", Kind::Text(200)).required();
    Form::new("transfer-void", "人事異動を取り消す", vec![why])
}

/// これからの異動の一行.
#[derive(Clone, Debug, FromRow)]
pub struct Coming {
    pub id: String,
    pub account_id: String,
    pub name: String,
    pub kind: String,
    pub starts_on: String,
    pub ended: String,
    pub organisation: String,
    pub role: String,
    pub note: String,
}

impl Coming {
    fn day(&self) -> String {
        self.starts_on.parse().map_or_else(|_| self.starts_on.clone(), civil::format_both)
    }

    fn begins(&self) -> String {
        let role = crate::access::Role::from_code(&self.role).map_or("", |r| r.label());
        if role.is_empty() { String::new() } else { format!("{}（{role}）", self.organisation) }
    }
}

/// What is still to come in the actor's controller, the next first.
pub async fn coming(read: &mut Read, codes: &Codes) -> Result<Vec<Coming>> {
    let (controller, today) = (read.actor.controller_id.clone(), read.actor.today());
    let mut rows: Vec<Coming> = read
        .all(
            "select t.id, t.account_id, a.name, t.kind, t.starts_on, t.ended, t.note,
               coalesce(o.name, '') as organisation, coalesce(p.role, '') as role
             from transfers t join accounts a on a.id = t.account_id
             left join posts p on p.id = t.begun
             left join organisations o on o.id = p.organisation_id
             where t.voided_at is null and t.starts_on > $2 and exists
               (select 1 from posts own join organisations home on home.id = own.organisation_id
                where own.account_id = t.account_id and home.controller_id = $1)
             order by t.starts_on, a.kana, t.id",
            args![controller, today],
        )
        .await?;
    let posts: Vec<(String, String)> = read
        .all(
            "select p.id, o.name from posts p join organisations o on o.id = p.organisation_id
             where o.controller_id = $1 and p.valid_until > $2",
            args![controller, today],
        )
        .await?;
    for row in &mut rows {
        row.kind = codes.label("transfer_kind", &row.kind).to_owned();
        let of = posts.iter().filter(|(id, _)| row.ended.split(',').any(|e| e == id));
        row.ended = of.map(|(_, name)| name.as_str()).collect::<Vec<_>>().join("、");
    }
    Ok(rows)
}

async fn take_back(app: &App, actor: &Actor, id: &str, entry: &Entry) -> Result<()> {
    let v = void_form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    if !coming(&mut tx, &app.codes).await?.iter().any(|c| c.id == id) {
        return Err(Error::NotFound);
    }
    undo(&mut tx, id, v.text("why")).await?;
    Ok(tx.commit().await?)
}

/// The posts it would have ended go on, the one it would have begun never was.
async fn undo(tx: &mut Tx, id: &str, why: &str) -> Result<()> {
    let actor = tx.actor.clone();
    let (account, kind, on, ended, begun): (String, String, String, String, Option<String>) = tx
        .one(
            "select account_id, kind, starts_on, ended, begun from transfers where id = $1",
            args![id],
        )
        .await?;
    for post in ended.split(',').filter(|p| !p.is_empty()) {
        let sql = "update posts set valid_until = null where id = $1 and valid_until = $2";
        tx.exec(sql, args![post, on]).await?;
    }
    tx.exec(
        "update posts set voided_at = $2, voided_by = $3, void_reason = $4 where id = $1",
        args![begun.unwrap_or_default(), actor.at, actor.account_id, why],
    )
    .await?;
    if kind == "leave" {
        let sql = "update accounts set leaves_on = null where id = $1 and leaves_on = $2";
        tx.exec(sql, args![account, on]).await?;
    }
    tx.exec(
        "update transfers set voided_at = $2, voided_by = $3, void_reason = $4 where id = $1",
        args![id, actor.at, actor.account_id, why],
    )
    .await?;
    Ok(tx.record(Event::new("void", "transfer", id)).await?)
}

async fn view(app: &App, actor: &Actor, entry: &Entry, bad: &Problems) -> Result<Transfers> {
    let coming = coming(&mut app.read(actor).await?, &app.codes).await?;
    let form = void_form().view(entry, bad, &app.codes, &Options::new());
    Ok(Transfers { page: app.page(actor, "人事異動", "/accounts"), coming, form })
}

#[derive(Template)]
#[template(path = "office/transfers.html")]
struct Transfers {
    page: Page,
    coming: Vec<Coming>,
    form: FormView,
}
