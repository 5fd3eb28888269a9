//! 予定表の住所: where a calendar program reads one's own dates. Whoever has the address can read
//! them, so it names nobody, is shown once, and ends with the post.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use uuid::Uuid;

use super::sessions::{digest, secret};
use super::settings::{self, API_PER_MINUTE};
use crate::access::{Actor, Role};
use crate::args;
use crate::audit::Event;
use crate::store::{FromRow, Read, Tx};
use crate::web::{App, Page, Result, Submitted, page};

/// `POST /me/calendar`: a new address; the one before ends.
pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Submitted(_): Submitted,
) -> Result<Response> {
    let mut tx = app.write(&actor).await?;
    let token = make(&mut tx).await?;
    tx.commit().await?;
    page(Made { page: app.page(&actor, "予定表の住所", ""), path: path(&token) })
}

/// `POST /me/calendar/revoke`: from this moment the address opens nothing.
pub async fn revoke(
    State(app): State<App>,
    actor: Actor,
    Submitted(_): Submitted,
) -> Result<Response> {
    let mut tx = app.write(&actor).await?;
    end(&mut tx).await?;
    tx.commit().await?;
    Ok(Redirect::to("/me").into_response())
}

/// Makes the address of the actor's post; the answer is the token, which is not kept.
pub async fn make(tx: &mut Tx) -> Result<String> {
    let token = secret();
    keep(tx, &token).await?;
    Ok(token)
}

/// As [`make`], with a token that is known already: the sample's.
pub async fn keep(tx: &mut Tx, token: &str) -> Result<()> {
    end(tx).await?;
    let (id, actor) = (Uuid::now_v7().to_string(), tx.actor.clone());
    tx.exec(
        "insert into calendar_feeds (id, token_hash, account_id, post_id, made_at)
         values ($1, $2, $3, $4, $5)",
        args![id, digest(token), actor.account_id, actor.post_id, actor.at],
    )
    .await?;
    Ok(tx.record(Event::new("create", "calendar_feed", &id)).await?)
}

/// Ends whatever address the account has in its post.
pub async fn end(tx: &mut Tx) -> Result<()> {
    let actor = tx.actor.clone();
    tx.exec(
        "update calendar_feeds set revoked_at = $3
         where account_id = $1 and post_id = $2 and revoked_at is null",
        args![actor.account_id, actor.post_id, actor.at],
    )
    .await?;
    Ok(tx.record(Event::new("revoke", "calendar_feed", &actor.account_id)).await?)
}

pub fn path(token: &str) -> String {
    format!("/calendar/{token}.ics")
}

/// 予定表の住所. What is known of it without being able to read it.
#[derive(Clone, Debug, FromRow)]
pub struct Feed {
    made_at: String,
    used_on: Option<String>,
}

impl Feed {
    pub fn made(&self) -> String {
        crate::web::said::moment(&self.made_at)
    }

    pub fn used(&self) -> String {
        let day = self.used_on.as_deref().and_then(|d| d.parse().ok());
        day.map_or_else(|| "まだ読まれていません".to_owned(), civil::format_era)
    }
}

/// The address the actor's post has, if it has one.
pub async fn own(read: &mut Read) -> Result<Option<Feed>> {
    let actor = read.actor.clone();
    let row = read
        .maybe(
            "select made_at, used_on from calendar_feeds
             where account_id = $1 and post_id = $2 and revoked_at is null",
            args![actor.account_id, actor.post_id],
        )
        .await?;
    Ok(row)
}

#[derive(FromRow)]
struct Found {
    id: String,
    used_on: Option<String>,
    account_id: String,
    post_id: String,
    name: String,
    organisation_id: String,
    organisation: String,
    controller_id: String,
    role: String,
}

/// Whose dates an address opens and how often a minute, unless it was revoked or its post is over.
/// The first reading of a day is recorded: programs ask many times.
pub async fn resume(app: &App, token: &str) -> Result<Option<(Actor, String, i64)>> {
    if token.is_empty() {
        return Ok(None);
    }
    let system = Actor::system(app.clock.now(), "");
    let mut read = app.read(&system).await?;
    let found: Option<Found> = read
        .maybe(
            "select f.id, f.used_on, f.account_id, f.post_id, a.name, p.organisation_id,
               o.name as organisation, o.controller_id, p.role
             from calendar_feeds f
             join accounts a on a.id = f.account_id and a.disabled_at is null
             join posts p on p.id = f.post_id and p.voided_at is null
               and p.valid_from <= $2 and (p.valid_until is null or p.valid_until > $2)
             join organisations o on o.id = p.organisation_id
             where f.token_hash = $1 and f.revoked_at is null",
            args![digest(token), system.today()],
        )
        .await?;
    let Some(f) = found else { return Ok(None) };
    let Some(role) = Role::from_code(&f.role) else { return Ok(None) };
    let per_minute = settings::number(&mut read, API_PER_MINUTE).await?;
    drop(read);
    let actor = Actor {
        role,
        account_id: f.account_id,
        post_id: f.post_id,
        organisation_id: f.organisation_id,
        controller_id: f.controller_id,
        name: f.name,
        organisation: f.organisation,
        ..system
    };
    if f.used_on != Some(actor.today().to_string()) {
        used(app, &actor, &f.id).await?;
    }
    Ok(Some((actor, f.id, per_minute)))
}

async fn used(app: &App, actor: &Actor, id: &str) -> Result<()> {
    let mut tx = app.write(actor).await?;
    let sql = "update calendar_feeds set used_on = $2 where id = $1";
    tx.exec(sql, args![id, actor.today()]).await?;
    tx.record(Event::new("use", "calendar_feed", id)).await?;
    Ok(tx.commit().await?)
}

#[derive(Template)]
#[template(path = "staff/feed_made.html")]
struct Made {
    page: Page,
    path: String,
}
