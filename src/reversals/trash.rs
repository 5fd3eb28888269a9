//! ごみ箱: what was thrown away or withdrawn in the last thirty days, and the way back. What has lain
//! longer is listed for the disposal, which alone empties it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use civil::Instant;
use kana::ClientNumber;

use super::entries::{self, CALL, NOTE};
use super::undo::fresh;
use crate::access::Actor;
use crate::audit::Event;
use crate::store::{FromRow, Read, Tx};
use crate::web::did::did;
use crate::web::{App, Error, Page, Result, Submitted, page, said};
use crate::{args, visible, visible_consultation, visible_trash};

pub async fn get(State(app): State<App>, actor: Actor) -> Result<Response> {
    let mut read = app.read(&actor).await?;
    let since = since(&actor);
    let (kept, due) = thrown(&mut read).await?.into_iter().partition(|t| t.at >= since);
    let (calls, notes) = (calls(&mut read, &since).await?, notes(&mut read, &since).await?);
    drop(read);
    app.viewed(&actor, Event::new("view", "trash", "")).await?;
    page(Trash { page: app.page(&actor, "ごみ箱", "/clients"), kept, due, calls, notes })
}

/// `POST /trash/{kind}/{id}`: back to where it was.
pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path((kind, id)): Path<(String, String)>,
    Submitted(_): Submitted,
) -> Result<Response> {
    let mut tx = app.write(&actor).await?;
    let to = put_back(&mut tx, &kind, &id).await?;
    tx.leads_to(did(&to, "restored", ""));
    tx.commit().await?;
    Ok(Redirect::to(&did(&to, "restored", "")).into_response())
}

async fn put_back(tx: &mut Tx, kind: &str, id: &str) -> Result<String> {
    let since = since(&tx.actor);
    let listed = match kind {
        "client" => thrown(tx).await?,
        "consultation" => calls(tx, &since).await?,
        "case-note" => notes(tx, &since).await?,
        _ => vec![],
    };
    let found = listed.into_iter().find(|t| t.id == id).ok_or(Error::NotFound)?;
    match kind {
        "client" => restore(tx, &found.id).await,
        "consultation" => entries::restore(tx, CALL, id).await,
        _ => entries::restore(tx, NOTE, id).await,
    }
}

/// So many days somebody can change their mind.
const DAYS: i64 = 30;

fn since(actor: &Actor) -> String {
    let ago = actor.at.millis() - DAYS * 24 * 60 * 60 * 1000;
    Instant::from_millis(ago).map(|at| at.to_string()).unwrap_or_default()
}

/// ごみ箱の一つ.
#[derive(Clone, Debug, FromRow)]
pub struct Thrown {
    pub id: String,
    pub number: Option<i64>,
    pub what: String,
    pub reason: String,
    pub at: String,
    pub by: Option<String>,
}

impl Thrown {
    fn number(&self) -> String {
        self.number.map(|n| ClientNumber::from_row(n).to_string()).unwrap_or_default()
    }

    fn when(&self) -> String {
        said::moment(&self.at)
    }

    fn gist(&self) -> String {
        self.what.chars().take(60).collect()
    }

    fn by(&self) -> &str {
        self.by.as_deref().unwrap_or_default()
    }
}

/// Everybody who lies in the trash, the longest first, for the controller's staff.
pub async fn thrown(read: &mut Read) -> Result<Vec<Thrown>> {
    let sql = concat!(
        "select t.id, c.number, coalesce(n.family || ' ' || coalesce(n.given, ''), '') as what,
           t.reason, t.recorded_at as at, w.name as by
         from trash t join clients c on c.id = t.client_id
         left join client_names n on n.client_id = c.id and n.voided_at is null
           and n.valid_from <= $5 and (n.valid_until is null or n.valid_until > $5)
         left join accounts w on w.id = t.recorded_by
         where t.restored_at is null and ",
        visible_trash!("t.client_id"),
        " order by t.recorded_at, t.id"
    );
    Ok(read.see_all(sql, args![]).await?)
}

/// Withdrawn, and not because they were corrected.
async fn calls(read: &mut Read, since: &str) -> Result<Vec<Thrown>> {
    let sql = concat!(
        "select k.id, c.number, k.text as what, coalesce(k.void_reason, '') as reason,
           k.voided_at as at, w.name as by
         from consultations k left join clients c on c.id = k.client_id
         left join accounts w on w.id = k.voided_by
         where k.voided_at >= $6 and not exists (select 1 from consultations r
           where r.replaces_id = k.id) and ",
        visible_consultation!(),
        " order by k.voided_at desc, k.id desc limit 100"
    );
    Ok(read.see_all(sql, args![since]).await?)
}

async fn notes(read: &mut Read, since: &str) -> Result<Vec<Thrown>> {
    let sql = concat!(
        "select e.id, c.number, e.text as what, coalesce(e.void_reason, '') as reason,
           e.voided_at as at, w.name as by
         from case_notes e join clients c on c.id = e.client_id
         left join accounts w on w.id = e.voided_by
         where e.voided_at >= $6 and not exists (select 1 from case_notes r
           where r.replaces_id = e.id) and ",
        visible!("e.client_id", "consultation"),
        " order by e.voided_at desc, e.id desc limit 100"
    );
    Ok(read.see_all(sql, args![since]).await?)
}

/// Whoever threw it away takes it out again, even where they do not see the trash of everybody.
pub(super) async fn mine(tx: &mut Tx, id: &str) -> Result<()> {
    let sql = "select recorded_by, recorded_at from trash where id = $1 and restored_at is null";
    let row: Option<(String, String)> = tx.maybe(sql, args![id]).await?;
    let (by, at) = row.ok_or(Error::NotFound)?;
    fresh(&tx.actor, &by, &at)
}

/// Out of the trash, within thirty days. The caller knows that the actor may.
pub(super) async fn restore(tx: &mut Tx, id: &str) -> Result<String> {
    let sql = "select t.client_id, c.number, t.recorded_at from trash t
               join clients c on c.id = t.client_id where t.id = $1 and t.restored_at is null";
    let row: Option<(String, i64, String)> = tx.maybe(sql, args![id]).await?;
    let (client, number, thrown_at) = row.ok_or(Error::NotFound)?;
    if thrown_at < since(&tx.actor) {
        let why =
            "戻していません。ごみ箱に入れてから30日を過ぎた記録は、廃棄の手続きを待っています";
        return Err(Error::refused("", why));
    }
    let (at, by) = (tx.actor.at, tx.actor.account_id.clone());
    let sql = "update trash set restored_at = $2, restored_by = $3 where id = $1";
    tx.exec(sql, args![id, at, by]).await?;
    let sql = "update clients set absent = null where id = $1 and absent = 'trashed'";
    tx.exec(sql, args![client]).await?;
    tx.record(Event::new("restore", "client", &client).about(&client)).await?;
    Ok(format!("/clients/{}", ClientNumber::from_row(number)))
}

#[derive(Template)]
#[template(path = "reversals/trash.html")]
struct Trash {
    page: Page,
    kept: Vec<Thrown>,
    /// Past thirty days: for the disposal.
    due: Vec<Thrown>,
    calls: Vec<Thrown>,
    notes: Vec<Thrown>,
}
