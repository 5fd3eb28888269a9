//! 取り消し: an entry stays, and another gives back exactly what it took.

use std::sync::Arc;

use ::programmes::Catalogue;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use uuid::Uuid;

use super::entries::{self, Entry};
use super::show::{WritePage, write_page};
use super::{award, enter, rules};
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::clients;
use crate::store::Tx;
use crate::web::{
    App, Entry as Typed, Error, Field, Form, Kind, Problems, Result, Submitted, page, refused,
};

type All = Extension<Arc<Catalogue>>;

pub async fn get(
    State(app): State<App>,
    Extension(all): All,
    actor: Actor,
    Path((number, entry)): Path<(String, String)>,
) -> Result<Response> {
    let none = (Typed::default(), Problems::default());
    let view = view(&app, &all, &actor, (&number, &entry), (&none.0, &none.1)).await?;
    let id = view.client_id();
    app.viewed(&actor, Event::new("view", "ledger_entry", &entry).about(id)).await?;
    page(view)
}

pub async fn post(
    State(app): State<App>,
    Extension(all): All,
    actor: Actor,
    Path((number, entry)): Path<(String, String)>,
    Submitted(typed): Submitted,
) -> Result<Response> {
    match save(&app, &actor, (&number, &entry), &typed).await {
        Ok(()) => Ok(Redirect::to(&format!("/clients/{number}/ledger")).into_response()),
        Err(e) => {
            let bad = e.problems()?;
            refused(view(&app, &all, &actor, (&number, &entry), (&typed, &bad)).await?)
        }
    }
}

pub fn form() -> Form {
    let reason = Field::new("reason", "取り消す理由", Kind::Text(200)).required();
    let reason = reason.help("例：体調が悪くなり中止、別の日の入力と取りちがえた");
    Form::new("ledger-reverse", "取り消す", vec![reason])
}

async fn save(
    app: &App,
    actor: &Actor,
    (number, entry): (&str, &str),
    typed: &Typed,
) -> Result<()> {
    seen(app, actor, number, entry).await?;
    let values = form().read(typed, &app.codes)?;
    let mut tx = app.write(actor).await?;
    reverse(&mut tx, entry, values.text("reason")).await?;
    tx.leads_to(format!("/clients/{number}/ledger"));
    Ok(tx.commit().await?)
}

/// The entry of this person, if the actor may see both.
async fn seen(app: &App, actor: &Actor, number: &str, entry: &str) -> Result<Entry> {
    let mut read = app.read(actor).await?;
    let client = clients::see(&mut read, number).await?;
    let entry = entries::see(&mut read, entry).await?;
    if entry.client_id == client.id { Ok(entry) } else { Err(Error::NotFound) }
}

/// Takes back a booking or a use the actor may see.
pub async fn reverse(tx: &mut Tx, id: &str, why: &str) -> Result<String> {
    let before = entries::see(tx, id).await?;
    let award = award::see(tx, &before.decision_id).await?;
    rules::open(tx, before.day()).await.map_err(at_reason)?;
    if before.is_booking() {
        rules::may_cancel(tx, before.day()).await?;
    }
    enter::lock(tx, &award.client_id, &award.programme).await?;
    give_back(tx, &award.client_id, id, why, "take_back").await
}

/// Everything the rules say of taking back is said at its one field.
fn at_reason(e: Error) -> Error {
    match e {
        Error::Refused(bad) => {
            let to = |(_, message)| ("reason".to_owned(), message);
            Error::Refused(Problems(bad.0.into_iter().map(to).collect()))
        }
        other => other,
    }
}

/// The reversal itself: the person's ledger is locked.
pub(super) async fn give_back(
    tx: &mut Tx,
    client_id: &str,
    id: &str,
    why: &str,
    verb: &str,
) -> Result<String> {
    let (back, at, by) = (Uuid::now_v7().to_string(), tx.actor.at, tx.actor.account_id.clone());
    let made = tx
        .exec(
            "insert into ledger_entries (id, decision_id, kind, item, used_on, starts_at, ends_at,
               quantity, venue, done_by, purpose, share_of, organisation_id, price, reverses_id,
               note, recorded_at, recorded_by)
             select $1, e.decision_id, 'reversal', e.item, e.used_on, e.starts_at, e.ends_at,
               e.quantity, e.venue, e.done_by, e.purpose, e.share_of, e.organisation_id, e.price,
               e.id, $2, $3, $4
             from ledger_entries e where e.id = $5 and e.kind <> 'reversal'
               and not exists (select 1 from ledger_entries r where r.reverses_id = e.id)",
            args![back, why, at, by, id],
        )
        .await?;
    if made == 0 {
        return Err(Error::refused("", "もう取り消されています"));
    }
    tx.exec(
        "insert into ledger_takes (entry_id, cap, share_of, period_from, period_until, amount)
         select $1, cap, share_of, period_from, period_until, -amount
         from ledger_takes where entry_id = $2",
        args![back, id],
    )
    .await?;
    tx.exec(
        "insert into ledger_payments (entry_id, payer, yen)
         select $1, payer, -yen from ledger_payments where entry_id = $2",
        args![back, id],
    )
    .await?;
    tx.record(Event::new(verb, "ledger_entry", id).about(client_id)).await?;
    Ok(back)
}

async fn view(
    app: &App,
    all: &Catalogue,
    actor: &Actor,
    (number, id): (&str, &str),
    (typed, bad): (&Typed, &Problems),
) -> Result<WritePage> {
    let entry = seen(app, actor, number, id).await?;
    let mut read = app.read(actor).await?;
    let award = award::see(&mut read, &entry.decision_id).await?;
    let title = if entry.is_booking() { "予約を取り消す" } else { "実績を取り消す" };
    let programme = award.programme(all)?;
    let (when, amount) = (entry.when(), entry.amount(programme));
    let line = format!("{}　{when}　{amount}　{}", entry.state(), entry.what(programme));
    let form = form().view(typed, bad, &app.codes, &crate::web::Options::new());
    let mut view = write_page(app, all, &mut read, number, &award, (title, form)).await?;
    view.line = Some(line);
    Ok(view)
}
