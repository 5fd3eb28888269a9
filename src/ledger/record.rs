//! 実績: what was really used, from a booking or without one.

use std::sync::Arc;

use ::programmes::Catalogue;
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::balance::same_share;
use super::enter::{Kind, enter, lock, minute};
use super::entries;
use super::show::{WritePage, opened, write_page};
use super::wish::Wish;
use super::{Award, bodies, wish};
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::store::{Read, Tx};
use crate::web::{
    App, Entry, Error, Field, Form, Kind as Answer, Problems, Result, Submitted, Values, page,
    refused,
};

type All = Extension<Arc<Catalogue>>;

/// もとにする予約.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct From {
    booking: String,
}

pub async fn get(
    State(app): State<App>,
    Extension(all): All,
    actor: Actor,
    Path((number, decision)): Path<(String, String)>,
    Query(from): Query<From>,
) -> Result<Response> {
    let entry = prefilled(&app, &actor, &decision, &from.booking).await?;
    let none = Problems::default();
    let view = view(&app, &all, &actor, (&number, &decision), (&entry, &none)).await?;
    let id = view.client_id();
    app.viewed(&actor, Event::new("view", "ledger", id).about(id)).await?;
    page(view)
}

pub async fn post(
    State(app): State<App>,
    Extension(all): All,
    actor: Actor,
    Path((number, decision)): Path<(String, String)>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match save(&app, &all, &actor, (&number, &decision), &entry).await {
        Ok(()) => Ok(Redirect::to(&format!("/clients/{number}/ledger")).into_response()),
        Err(e) => {
            let bad = e.problems()?;
            refused(view(&app, &all, &actor, (&number, &decision), (&entry, &bad)).await?)
        }
    }
}

pub fn form() -> Form {
    let mut fields = vec![
        Field::new("booking", "もとの予約", Answer::Record)
            .help("選ぶと、予約で押さえていた量が実績に置きかわります。"),
    ];
    fields.extend(wish::fields());
    fields.insert(
        fields.len() - 1,
        Field::new("claimed", "請求を受けた日", Answer::Date).help("請求のある利用だけ。"),
    );
    Form::new("ledger-use", "実績を記録する", fields)
}

async fn save(
    app: &App,
    all: &Catalogue,
    actor: &Actor,
    (number, decision): (&str, &str),
    entry: &Entry,
) -> Result<()> {
    let award = opened(&mut app.read(actor).await?, number, decision).await?;
    let values = form().read(entry, &app.codes)?;
    let mut tx = app.write(actor).await?;
    record(&mut tx, all, &award, &values).await?;
    tx.leads_to(format!("/clients/{number}/ledger"));
    Ok(tx.commit().await?)
}

/// Records a use; the booking it came from is given back in the same transaction.
pub async fn record(tx: &mut Tx, all: &Catalogue, award: &Award, v: &Values) -> Result<String> {
    let wish = wish::read(v)?;
    record_wish(tx, all, award, &wish, v.opt("booking").as_deref()).await
}

pub(super) async fn record_wish(
    tx: &mut Tx,
    all: &Catalogue,
    award: &Award,
    wish: &Wish,
    booking: Option<&str>,
) -> Result<String> {
    if wish.used.on > tx.actor.today() {
        let why = "実績はすんだ日のものです。これからの利用は「予約」に入れてください";
        return Err(Error::refused("on", why));
    }
    lock(tx, &award.client_id, &award.programme).await?;
    if is_there(tx, award, wish).await? {
        return Err(Error::refused("from", "同じ日の同じ時刻の実績が、もう記録されています"));
    }
    if let Some(booking) = booking {
        let of_award = entries::bookings(tx, &award.id).await?;
        if !of_award.iter().any(|b| b.id == booking) {
            let why = "この予約は、もう実績になったか取り消されています。選び直してください";
            return Err(Error::refused("booking", why));
        }
    }
    enter(tx, all, award, Kind::Usage, wish, booking).await
}

/// A use that stands at the same minute of the same award, for the same: a report that was sent
/// twice.
async fn is_there(read: &mut Read, award: &Award, wish: &Wish) -> Result<bool> {
    let Some((from, _)) = wish.used.times else { return Ok(false) };
    let there: Vec<(Option<String>,)> = read
        .all(
            "select e.share_of from ledger_entries e where e.decision_id = $1 and e.kind = 'usage'
               and e.starts_at = $2 and e.item = $3
               and not exists (select 1 from ledger_entries r where r.reverses_id = e.id)",
            args![award.id, minute(from), wish.used.item],
        )
        .await?;
    let same = |(of,): &(Option<String>,)| match (of, &wish.used.of) {
        (Some(of), Some(typed)) => same_share(of, typed),
        // Where nobody's part is counted, what was typed makes no difference.
        (None, _) => true,
        (Some(_), None) => false,
    };
    Ok(there.iter().any(same))
}

/// What a booking says, as it would be typed.
async fn prefilled(app: &App, actor: &Actor, decision: &str, booking: &str) -> Result<Entry> {
    let mut read = app.read(actor).await?;
    let all = entries::bookings(&mut read, decision).await?;
    let Some(b) = all.iter().find(|b| b.id == booking) else { return Ok(Entry::default()) };
    let mut entry = Entry::default();
    entry.set("on", &b.used_on);
    entry.set("booking", &b.id);
    entry.set("item", &b.item);
    entry.set("from", b.from());
    entry.set("to", b.to());
    if b.starts_at.is_none() {
        entry.set("quantity", b.quantity.to_string());
    }
    let named = [
        ("venue", &b.venue),
        ("by", &b.done_by),
        ("purpose", &b.purpose),
        ("of", &b.share_of),
        ("organisation", &b.organisation_id),
    ];
    for (name, value) in named {
        entry.set(name, value.clone().unwrap_or_default());
    }
    Ok(entry)
}

async fn view(
    app: &App,
    all: &Catalogue,
    actor: &Actor,
    (number, decision): (&str, &str),
    (entry, bad): (&Entry, &Problems),
) -> Result<WritePage> {
    let mut read = app.read(actor).await?;
    let award = opened(&mut read, number, decision).await?;
    let (programme, today) = (award.programme(all)?, actor.today());
    let organisations = bodies::on(&mut read, &award, award.nearest(today)).await?;
    let mut options = wish::options(programme, award.version(programme, today), organisations);
    let label = |b: &entries::Entry| format!("{}　{}", b.when(), b.amount(programme));
    let bookings = entries::bookings(&mut read, &award.id).await?;
    options.insert("booking", bookings.iter().map(|b| (b.id.clone(), label(b))).collect());
    let form = form().view(entry, bad, &app.codes, &options);
    write_page(app, all, &mut read, number, &award, ("実績を記録する", form)).await
}
