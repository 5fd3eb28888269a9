//! 一人のアカウント: its posts begin and end, it is stopped, it gets a new link. Whatever changes
//! what a person may do ends their sessions.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};

use super::account_new::{add_post, invited, offers, post_fields};
use super::accounts::{Account, Post};
use super::{invitations, notices, proof, second_factor, sessions};
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::store::{Read, Tx};
use crate::web::form::{Form, FormView, Problems};
use crate::web::{App, Entry, Error, Page, Result, Submitted, Values, page, refused};

pub async fn get(State(app): State<App>, actor: Actor, Path(id): Path<String>) -> Result<Response> {
    let mut entry = Entry::default();
    entry.set("valid_from", actor.today().to_string());
    page(view(&app, &actor, &id, &entry, &Problems::default()).await?)
}

/// `POST /accounts/{id}`: what to do stands in `_do`: post, end, disable, enable, ask_password,
/// reset_factor.
pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    Submitted(entry): Submitted,
) -> Result<Response> {
    match change(&app, &actor, &id, &entry).await {
        Ok(()) => Ok(Redirect::to(&format!("/accounts/{id}")).into_response()),
        Err(Error::Refused(bad)) => refused(view(&app, &actor, &id, &entry, &bad).await?),
        Err(e) => Err(e),
    }
}

/// `POST /accounts/{id}/invitation`: a new link; earlier ones stop working.
pub async fn invite(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<String>,
    headers: HeaderMap,
    Submitted(_): Submitted,
) -> Result<Response> {
    let mut tx = app.write(&actor).await?;
    find(&mut tx, &id).await?;
    let token = invitations::invite(&mut tx, Some(&id)).await?;
    tx.commit().await?;
    invited(&app, &actor, &headers, (&id, &token)).await
}

pub fn form() -> Form {
    Form::new("post", "職を加える", post_fields())
}

async fn change(app: &App, actor: &Actor, id: &str, entry: &Entry) -> Result<()> {
    let adds = entry.get("_do") == "post";
    let v = if adds { form().read(entry, &app.codes)? } else { Values::default() };
    let mut tx = app.write(actor).await?;
    find(&mut tx, id).await?;
    match entry.get("_do") {
        "post" => {
            add_post(&mut tx, id, &v).await?;
        }
        "end" => end_post(&mut tx, id, entry.get("post")).await?,
        "disable" => disable(&mut tx, id).await?,
        "enable" => enable(&mut tx, id).await?,
        "ask_password" => ask_password(&mut tx, id).await?,
        "reset_factor" => second_factor::reset(&mut tx, id).await?,
        _ => return Err(Error::NotFound),
    }
    if id != actor.account_id {
        sessions::end_all(&mut tx, id).await?;
    }
    Ok(tx.commit().await?)
}

/// From today on the post is over; one that began today is taken back.
pub async fn end_post(tx: &mut Tx, account_id: &str, post_id: &str) -> Result<()> {
    let actor = tx.actor.clone();
    if post_id == actor.post_id {
        return Err(Error::refused("", "いま使っている職は、自分では終えられません"));
    }
    let today = actor.today();
    let ended = tx
        .exec(
            "update posts set valid_until = $3 where id = $1 and account_id = $2
               and voided_at is null and valid_from < $3
               and (valid_until is null or valid_until > $3)",
            args![post_id, account_id, today],
        )
        .await?;
    let voided = tx
        .exec(
            "update posts set voided_at = $4, voided_by = $5, void_reason = '始まる前に取り消し'
             where id = $1 and account_id = $2 and voided_at is null and valid_from >= $3",
            args![post_id, account_id, today, actor.at, actor.account_id],
        )
        .await?;
    if ended + voided != 1 {
        return Err(Error::NotFound);
    }
    Ok(tx.record(Event::new("end", "post", post_id)).await?)
}

pub async fn disable(tx: &mut Tx, id: &str) -> Result<()> {
    let actor = tx.actor.clone();
    if id == actor.account_id {
        return Err(Error::refused("", "自分のアカウントは止められません"));
    }
    tx.exec(
        "update accounts set disabled_at = $2 where id = $1 and disabled_at is null",
        args![id, actor.at],
    )
    .await?;
    // A link that was handed out must not bring the account back.
    tx.exec(
        "update invitations set expires_at = $2 where account_id = $1 and used_at is null",
        args![id, actor.at],
    )
    .await?;
    Ok(tx.record(Event::new("disable", "account", id)).await?)
}

async fn enable(tx: &mut Tx, id: &str) -> Result<()> {
    tx.exec("update accounts set disabled_at = null where id = $1", args![id]).await?;
    Ok(tx.record(Event::new("enable", "account", id)).await?)
}

/// The password stays as it is until the next sign-in, which opens only the page to change it.
async fn ask_password(tx: &mut Tx, id: &str) -> Result<()> {
    tx.exec("update accounts set must_change = 1 where id = $1", args![id]).await?;
    tx.record(Event::new("ask_password", "account", id)).await?;
    notices::leave(tx, id, "password_asked").await
}

/// An account with a post, past or present, under the actor's controller.
pub async fn find(read: &mut Read, id: &str) -> Result<Account> {
    let controller = read.actor.controller_id.clone();
    let account: Option<Account> = read
        .maybe(
            "select a.id, a.login, a.name, a.kana, a.disabled_at, a.leaves_on,
               a.locked_until,
               cast(case when a.password_hash is null then 0 else 1 end as bigint) as able
             from accounts a where a.id = $1 and a.machine = 0 and exists
               (select 1 from posts p join organisations o on o.id = p.organisation_id
                where p.account_id = a.id and o.controller_id = $2)",
            args![id, controller],
        )
        .await?;
    let mut account = account.ok_or(Error::NotFound)?;
    account.posts = read
        .all(
            "select p.id, p.account_id, o.name as organisation, p.role, p.title, p.valid_from,
               p.valid_until
             from posts p join organisations o on o.id = p.organisation_id
             where p.account_id = $1 and p.voided_at is null order by p.valid_from, p.id",
            args![id],
        )
        .await?;
    Ok(account)
}

async fn view(
    app: &App,
    actor: &Actor,
    id: &str,
    entry: &Entry,
    bad: &Problems,
) -> Result<AccountPage> {
    let mut read = app.read(actor).await?;
    let account = find(&mut read, id).await?;
    let factor = proof::factor(&mut read, id).await?.is_some();
    drop(read);
    let form = form().view(entry, bad, &app.codes, &offers(app, actor).await?);
    let page = app.page(actor, account.name.clone(), "/accounts");
    let today = actor.today().to_string();
    Ok(AccountPage { page, account, form, own: id == actor.account_id, today, factor })
}

#[derive(Template)]
#[template(path = "staff/account.html")]
struct AccountPage {
    page: Page,
    account: Account,
    form: FormView,
    own: bool,
    today: String,
    /// Uses a second factor.
    factor: bool,
}

impl AccountPage {
    fn is_over(&self, post: &Post) -> bool {
        post.valid_until.as_ref().is_some_and(|until| *until <= self.today)
    }
}
