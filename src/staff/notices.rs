//! アカウントのお知らせ: what somebody else did to one's account, told before anything else opens.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use uuid::Uuid;

use super::stage;
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::store::{Read, Tx};
use crate::web::{App, Page, Result, Submitted, page, said};

pub async fn get(State(app): State<App>, actor: Actor) -> Result<Response> {
    let list = list(&mut app.read(&actor).await?, &app).await?;
    page(Notices { page: app.page(&actor, "アカウントのお知らせ", "").bare(), list })
}

/// `POST /me/notices`: they were read.
pub async fn post(
    State(app): State<App>,
    actor: Actor,
    Submitted(_): Submitted,
) -> Result<Response> {
    let mut tx = app.write(&actor).await?;
    read_all(&mut tx).await?;
    stage::advance(&mut tx).await?;
    tx.commit().await?;
    Ok(Redirect::to("/").into_response())
}

/// Something to tell an account at its next sign-in; `kind` of list `account_notice`.
pub async fn leave(tx: &mut Tx, account: &str, kind: &str) -> Result<()> {
    let (id, actor) = (Uuid::now_v7().to_string(), tx.actor.clone());
    tx.exec(
        "insert into account_notices (id, account_id, kind, made_at, made_by)
         values ($1, $2, $3, $4, $5)",
        args![id, account, kind, actor.at, actor.account_id],
    )
    .await?;
    Ok(tx.record(Event::new("leave", "account_notice", &id)).await?)
}

async fn read_all(tx: &mut Tx) -> Result<()> {
    let actor = tx.actor.clone();
    tx.exec(
        "update account_notices set read_at = $2 where account_id = $1 and read_at is null",
        args![actor.account_id, actor.at],
    )
    .await?;
    Ok(tx.record(Event::new("read", "account_notice", &actor.account_id)).await?)
}

/// お知らせの一件.
struct Notice {
    what: String,
    when: String,
    is_new: bool,
}

const SHOWN: i64 = 20;

async fn list(read: &mut Read, app: &App) -> Result<Vec<Notice>> {
    let account = read.actor.account_id.clone();
    let rows: Vec<(String, String, Option<String>)> = read
        .all(
            "select kind, made_at, read_at from account_notices where account_id = $1
             order by made_at desc, id desc limit cast($2 as bigint)",
            args![account, SHOWN],
        )
        .await?;
    let words = |kind: &str| app.codes.label("account_notice", kind).to_owned();
    let one = |(kind, at, seen): (String, String, Option<String>)| Notice {
        what: words(&kind),
        when: said::moment(&at),
        is_new: seen.is_none(),
    };
    Ok(rows.into_iter().map(one).collect())
}

#[derive(Template)]
#[template(path = "staff/notices.html")]
struct Notices {
    page: Page,
    list: Vec<Notice>,
}
