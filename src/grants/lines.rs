//! 明細: what was done, on which day, for how long or how much, and where it stands recorded.

use std::sync::Arc;

use ::programmes::{Catalogue, Unit, Version};
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use uuid::Uuid;

use super::record::{self, Sums};
use super::show;
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::clients::see;
use crate::store::Tx;
use crate::web::{App, Entry, Error, Field, Form, Kind, Result, Submitted, Values, refused};

pub async fn post(
    State(app): State<App>,
    Extension(all): Extension<Arc<Catalogue>>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save(&app, &all, &actor, &id, &entry).await {
        Ok(()) => Ok(Redirect::to(&format!("/grants/{id}")).into_response()),
        Err(e) => {
            let bad = e.problems()?;
            refused(show::view(&app, &all, &actor, &id, ("grant-line", &entry, &bad)).await?)
        }
    }
}

/// `POST /grants/{id}/lines/{line}/void`.
pub async fn void(
    State(app): State<App>,
    actor: Actor,
    Path((id, line)): Path<(String, String)>,
    Submitted(_): Submitted,
) -> Result<Response> {
    record::see(&mut app.read(&actor).await?, &id).await?;
    let mut tx = app.write(&actor).await?;
    take_back(&mut tx, &id, &line).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/grants/{id}")).into_response())
}

pub fn form() -> Form {
    let money = Kind::Number { min: 0, max: 1_000_000_000, unit: "円" };
    let fields = vec![
        Field::new("item", "種類", Kind::Record).required(),
        Field::new("what", "したこと", Kind::Text(200)).required(),
        Field::new("worked_on", "した日", Kind::Date).required(),
        Field::new("quantity", "量", Kind::Number { min: 0, max: 50_000, unit: "" })
            .required()
            .help("時間は分で、そのほかは回数や件数で入力します。"),
        Field::new("invoiced", "かかった額", money).help("実費で払うものだけ。"),
        Field::new("client", "だれのためか（利用者番号）", Kind::Client)
            .help("一人の人のためにしたとき。一人ごとの上限を数えます。"),
        Field::new("trace", "もとの記録", Kind::Text(200))
            .help("支援経過の日付、会議の名前、領収書など。"),
    ];
    Form::new("grant-line", "明細を加える", fields)
}

pub async fn add(
    tx: &mut Tx,
    version: &Version,
    id: &str,
    client: Option<(String, String)>,
    v: &Values,
) -> Result<String> {
    let sums = Sums::of(&record::steps(tx, id).await?);
    if sums.settled.is_some() || sums.refused {
        return Err(Error::refused("", "額の確定のあとは、明細を変えられません"));
    }
    let item = version.item(v.text("item"));
    let item =
        item.ok_or_else(|| Error::refused("item", "種類を、画面にあるものから選んでください"))?;
    let grant = record::see(tx, id).await?;
    let done = v.date("worked_on").ok_or(Error::NotFound)?;
    if !grant.year().is_some_and(|year| year.contains(done)) || done > tx.actor.today() {
        let text = "この補助金の年度の、きょうまでの日付にしてください";
        return Err(Error::refused("worked_on", text));
    }
    if item.unit == Unit::Minutes && v.int("quantity").unwrap_or(0) == 0 {
        return Err(Error::refused("quantity", "かかった時間を分で入力してください"));
    }
    let (row, at, by) = (Uuid::now_v7().to_string(), tx.actor.at, tx.actor.account_id.clone());
    let (client_id, number) = client.unzip();
    tx.exec(
        "insert into grant_lines (id, grant_id, client_id, item, what, share_of, worked_on,
           quantity, invoiced, trace, recorded_at, recorded_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        args![
            row,
            id,
            client_id.as_deref(),
            item.id.as_str(),
            v.text("what"),
            number,
            done,
            v.int("quantity"),
            v.int("invoiced"),
            v.text("trace"),
            at,
            by
        ],
    )
    .await?;
    let event = Event::new("add_line", "grant", id).fields(&item.id);
    let event = match &client_id {
        Some(client) => event.about(client),
        None => event,
    };
    tx.record(event).await?;
    Ok(row)
}

async fn take_back(tx: &mut Tx, id: &str, line: &str) -> Result<()> {
    let sums = Sums::of(&record::steps(tx, id).await?);
    if sums.settled.is_some() {
        return Err(Error::refused("", "額の確定のあとは、明細を変えられません"));
    }
    let (at, by) = (tx.actor.at, tx.actor.account_id.clone());
    let done = tx
        .exec(
            "update grant_lines set voided_at = $3, voided_by = $4, void_reason = '入力の誤り'
             where id = $1 and grant_id = $2 and voided_at is null",
            args![line, id, at, by],
        )
        .await?;
    if done == 0 {
        return Err(Error::NotFound);
    }
    Ok(tx.record(Event::new("void_line", "grant", id)).await?)
}

async fn save(app: &App, all: &Catalogue, actor: &Actor, id: &str, entry: &Entry) -> Result<()> {
    let values = form().read(entry, &app.codes)?;
    let mut read = app.read(actor).await?;
    let grant = record::see(&mut read, id).await?;
    let client = match values.opt("client") {
        None => None,
        Some(number) => match see(&mut read, &number).await {
            Ok(client) => Some((client.id, number)),
            Err(_) => return Err(Error::refused("client", "この番号の利用者はいません")),
        },
    };
    drop(read);
    let programme = all.find(&grant.programme).ok_or(Error::NotFound)?;
    let day = values.date("worked_on").ok_or(Error::NotFound)?;
    let Some(version) = programme.version_on(day) else {
        return Err(Error::refused("worked_on", "この日には、この事業の規則がありません"));
    };
    let mut tx = app.write(actor).await?;
    add(&mut tx, version, id, client, &values).await?;
    Ok(tx.commit().await?)
}
