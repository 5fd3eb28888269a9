//! 退職・転出の確かめ: what has ended with somebody who goes, and what remains for others to look at.
//! Their cases are a list of their own (`unowned`), for those who may see people.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use crate::access::Actor;
use crate::args;
use crate::staff::account;
use crate::staff::accounts::{Account, Post};
use crate::staff::settings::{DRAFT_DAYS, number};
use crate::store::Read;
use crate::web::{App, Page, Result, page};

pub async fn get(State(app): State<App>, actor: Actor, Path(id): Path<String>) -> Result<Response> {
    let mut read = app.read(&actor).await?;
    let account = account::find(&mut read, &id).await?;
    let remains = remains(&mut read, &id).await?;
    let days = number(&mut read, DRAFT_DAYS).await?;
    let today = actor.today().to_string();
    let page_ = app.page(&actor, "退職・転出の確かめ", "/accounts");
    page(Leaver { page: page_, account, remains, days, today })
}

/// 残っているもの. Counts of what belongs to the account itself; nothing about people.
#[derive(Clone, Debug, Default, crate::store::FromRow)]
pub struct Remains {
    pub sessions: i64,
    pub invitations: i64,
    pub drafts: i64,
    pub factors: i64,
    pub families: i64,
    /// Tokens this account made for programs: they go on working.
    pub tokens: i64,
    pub transfers: i64,
}

pub async fn remains(read: &mut Read, id: &str) -> Result<Remains> {
    let (now, today) = (read.actor.at, read.actor.today());
    let row = read
        .one(
            "select
               (select count(*) from sessions where account_id = $1 and expires_at > $2)
                 as sessions,
               (select count(*) from invitations where account_id = $1 and used_at is null
                  and expires_at > $2) as invitations,
               (select count(*) from drafts where account_id = $1) as drafts,
               (select count(*) from second_factors where account_id = $1
                  and removed_at is null) as factors,
               (select count(*) from posts where account_id = $1 and role = 'family'
                  and voided_at is null and (valid_until is null or valid_until > $3)) as families,
               (select count(*) from api_tokens where made_by = $1 and revoked_at is null
                  and expires_on > $3) as tokens,
               (select count(*) from transfers where account_id = $1 and voided_at is null
                  and starts_on > $3) as transfers",
            args![id, now, today],
        )
        .await?;
    Ok(row)
}

#[derive(Template)]
#[template(path = "office/leaver.html")]
struct Leaver {
    page: Page,
    account: Account,
    remains: Remains,
    days: i64,
    today: String,
}

impl Leaver {
    fn open(&self) -> Vec<&Post> {
        let open = |p: &&Post| p.valid_until.as_ref().is_none_or(|until| *until > self.today);
        self.account.posts.iter().filter(open).collect()
    }

    /// Nothing more opens for the account.
    fn is_gone(&self) -> bool {
        let left = self.account.leaves_on.as_ref().is_some_and(|day| *day <= self.today);
        self.account.is_disabled() || left || self.open().is_empty()
    }
}
