//! ごみ箱に入れる: a record that should never have been made, as long as nothing hangs on it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use uuid::Uuid;

use super::undo::fresh;
use crate::access::Actor;
use crate::audit::Event;
use crate::clients::{Summary, see};
use crate::records::tables;
use crate::store::{Read, Sql, Tx};
use crate::web::did::did;
use crate::web::{
    App, Entry, Error, Field, Form, FormView, Kind, Options, Page, Problems, Result, Submitted,
    page, refused,
};
use crate::{args, visible};

pub async fn get(
    State(app): State<App>,
    actor: Actor,
    Path(number): Path<String>,
) -> Result<Response> {
    let view = view(&app, &actor, &number, (&Entry::default(), &Problems::default())).await?;
    app.viewed(&actor, Event::new("view", "trash", &view.client.id).about(&view.client.id)).await?;
    page(view)
}

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path(number): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save(&app, &actor, &number, &entry).await {
        Ok(id) => Ok(Redirect::to(&did("/clients", "trash", &id)).into_response()),
        Err(Error::Refused(bad)) => refused(view(&app, &actor, &number, (&entry, &bad)).await?),
        Err(e) => Err(e),
    }
}

pub fn form() -> Form {
    let why = Field::new("why", "ごみ箱に入れる理由", Kind::Text(200)).required();
    Form::new("trash", "ごみ箱に入れる", vec![why.help("例：別の人を登録するつもりだった")])
}

/// Everything that hangs on a record beside its folder: (what, how often).
pub async fn depends(read: &mut Read, client: &Summary) -> Result<Vec<(String, i64)>> {
    let mut out = vec![];
    for t in tables::all().iter().filter(|t| t.parent.is_none() && t.hangs()) {
        // The desk that made the record joined the team with it.
        let first = " and x.recorded_at <> (select c.enrolled_at from clients c where c.id = $1)";
        let beside = if t.name == "team_members" { first } else { "" };
        let sql = format!("select count(*) from {} x where {}{beside}", t.name, t.about("$1"));
        let (n,): (i64,) = read.one(Sql::built(sql), args![client.id]).await?;
        if n > 0 {
            out.push((t.title.clone(), n));
        }
    }
    let sql = concat!(
        "select count(*) from client_siblings x where x.sibling_number = $6
           and x.voided_at is null and ",
        visible!("x.client_id", "family")
    );
    let (n,): (i64,) = read.see_one(sql, args![client.number.to_string()]).await?;
    if n > 0 {
        out.push(("ほかの人のきょうだいの欄".into(), n));
    }
    Ok(out)
}

/// The record is in no list from now on. The answer is its place in the trash.
pub async fn throw(tx: &mut Tx, client: &Summary, why: &str) -> Result<String> {
    let hangs = depends(tx, client).await?;
    if !hangs.is_empty() {
        let what: Vec<_> = hangs.iter().map(|(t, n)| format!("{t} {n}件")).collect();
        let why = "ごみ箱に入れていません。この人に結びついた記録があります";
        return Err(Error::refused("", format!("{why}：{}", what.join("、"))));
    }
    let sql = "update clients set absent = 'trashed' where id = $1 and absent is null";
    if tx.exec(sql, args![client.id]).await? != 1 {
        return Err(Error::NotFound);
    }
    let (id, at, by) = (Uuid::now_v7().to_string(), tx.actor.at, tx.actor.account_id.clone());
    tx.exec(
        "insert into trash (id, client_id, reason, recorded_at, recorded_by)
         values ($1, $2, $3, $4, $5)",
        args![id, client.id, why, at, by],
    )
    .await?;
    tx.record(Event::new("trash", "client", &client.id).about(&client.id)).await?;
    Ok(id)
}

/// Only whoever entered the person takes the enrolment back.
pub(super) async fn own(tx: &mut Tx, client_id: &str) -> Result<()> {
    let sql = "select enrolled_by, enrolled_at from clients where id = $1";
    let (by, at): (String, String) = tx.one(sql, args![client_id]).await?;
    fresh(&tx.actor, &by, &at)
}

async fn save(app: &App, actor: &Actor, number: &str, entry: &Entry) -> Result<String> {
    let client = see(&mut app.read(actor).await?, number).await?;
    let values = form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    let id = throw(&mut tx, &client, values.text("why")).await?;
    tx.leads_to(did("/clients", "trash", &id));
    tx.commit().await?;
    Ok(id)
}

async fn view(
    app: &App,
    actor: &Actor,
    number: &str,
    (entry, bad): (&Entry, &Problems),
) -> Result<Throw> {
    let mut read = app.read(actor).await?;
    let client = see(&mut read, number).await?;
    let hangs = depends(&mut read, &client).await?;
    let form = form().view(entry, bad, &app.codes, &Options::new());
    let title =
        if bad.is_empty() { "ごみ箱に入れる" } else { "エラー：ごみ箱に入れる" };
    let page = app.page(actor, format!("{title}：{}", client.number), "/clients");
    let merges = app.access.allows(read.actor.role, "GET", "/duplicates");
    Ok(Throw { page, client, hangs, form, merges })
}

#[derive(Template)]
#[template(path = "reversals/throw.html")]
struct Throw {
    page: Page,
    client: Summary,
    /// What keeps the record from being thrown away.
    hangs: Vec<(String, i64)>,
    form: FormView,
    /// May put two records together.
    merges: bool,
}
