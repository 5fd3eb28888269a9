//! 写し: everything that is held, for a request for disclosure. What is other people's is marked;
//! somebody decides on each mark, and what is printed for whoever asked is covered there.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};

use super::record::{self, Request};
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::clients::see;
use crate::records::disclose::{Disclosure, draw};
use crate::store::{Read, Tx};
use crate::web::{App, Entry, Error, Page, Result, Submitted, page};

pub async fn get(State(app): State<App>, actor: Actor, Path(id): Path<String>) -> Result<Response> {
    let (q, document) = document(&app, &actor, &id).await?;
    let event = Event::new("view", "disclosure", &id).about(&q.client_id);
    app.viewed(&actor, event).await?;
    let decided = q.decision.is_some();
    page(CopyPage {
        page: app.page(&actor, "写しと墨塗り", "/clients"), q, document, decided
    })
}

pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    save(&app, &actor, &id, &entry).await?;
    Ok(Redirect::to(&format!("/disclosures/{id}")).into_response())
}

/// `GET /disclosures/{id}/print`: what is handed over, once it was decided so.
pub async fn print(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
) -> Result<Response> {
    let (q, document) = document(&app, &actor, &id).await?;
    if !q.grants() {
        return Err(Error::NotFound);
    }
    let event = Event::new("print", "disclosure", &id).about(&q.client_id);
    app.viewed(&actor, event).await?;
    page(document)
}

/// The copy with what was decided so far.
async fn document(app: &App, actor: &Actor, id: &str) -> Result<(Request, Disclosure)> {
    let mut read = app.read(actor).await?;
    let q = record::see(&mut read, id).await?;
    if q.kind != "disclosure" {
        return Err(Error::NotFound);
    }
    let client = see(&mut read, &q.number()).await?;
    let mut document = draw(app, &mut read, client).await?;
    document.cover(&covered(&mut read, id).await?);
    Ok((q, document))
}

async fn covered(read: &mut Read, id: &str) -> Result<BTreeSet<String>> {
    let sql = "select place from redactions where request_id = $1";
    let rows: Vec<(String,)> = read.all(sql, args![id]).await?;
    Ok(rows.into_iter().map(|r| r.0).collect())
}

/// The ticks as they were sent, in place of the earlier ones; only what is marked can be covered.
pub async fn redact(tx: &mut Tx, q: &Request, places: &BTreeSet<String>) -> Result<()> {
    if !q.is_open() {
        return Err(Error::refused("", "決定のあとに墨塗りは変えられません"));
    }
    tx.exec("delete from redactions where request_id = $1", args![q.id]).await?;
    let (at, by) = (tx.actor.at, tx.actor.account_id.clone());
    for place in places {
        tx.exec(
            "insert into redactions (request_id, place, recorded_at, recorded_by)
             values ($1, $2, $3, $4)",
            args![q.id, place, at, by],
        )
        .await?;
    }
    let n = places.len().to_string();
    tx.record(Event::new("redact", "disclosure", &q.id).about(&q.client_id).fields(n)).await?;
    Ok(())
}

async fn save(app: &App, actor: &Actor, id: &str, entry: &Entry) -> Result<()> {
    let (q, document) = document(app, actor, id).await?;
    let marked: BTreeSet<String> = document.marks().map(|a| a.place.clone()).collect();
    let asked: BTreeSet<String> = entry.many("cover").into_iter().collect();
    if !asked.is_subset(&marked) {
        let why = "写しが変わっています。開き直して、もう一度決めてください";
        return Err(Error::refused("", why));
    }
    let mut tx = app.write(actor).await?;
    redact(&mut tx, &q, &asked).await?;
    Ok(tx.commit().await?)
}

#[derive(Template)]
#[template(path = "disclosures/copy.html")]
struct CopyPage {
    page: Page,
    q: Request,
    document: Disclosure,
    decided: bool,
}
