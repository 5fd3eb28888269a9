//! 職員のアカウント: who works here, in which posts; new ones start with a one-time link.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::organisations;
use crate::access::{Actor, Role};
use crate::args;
use crate::store::{FromRow, Read};
use crate::web::{App, Page, Result, page};

pub async fn get(
    State(app): State<App>,
    actor: Actor,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let mut read = app.read(&actor).await?;
    let found = list(&mut read, &asked).await?;
    let organisations = organisations::offered(&mut read).await?;
    let page_ = app.page(&actor, "職員と権限", "/accounts");
    page(Accounts { page: page_, asked, found, organisations, roles: roles() })
}

/// 絞り込み.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    pub q: String,
    #[serde(default)]
    pub role: String,
    #[serde(default)]
    pub organisation: String,
    /// `all` shows those who can no longer sign in, too.
    #[serde(default)]
    pub state: String,
}

/// アカウントの一覧. `more` says how many the list leaves out.
#[derive(Debug, Default)]
pub struct Found {
    pub accounts: Vec<Account>,
    pub more: i64,
}

#[derive(Clone, Debug, FromRow)]
pub struct Account {
    pub id: String,
    pub login: String,
    pub name: String,
    pub kana: String,
    pub able: i64,
    pub disabled_at: Option<String>,
    pub leaves_on: Option<String>,
    pub locked_until: Option<String>,
    #[row(skip)]
    pub posts: Vec<Post>,
}

/// 職.
#[derive(Clone, Debug, FromRow)]
pub struct Post {
    pub id: String,
    pub account_id: String,
    pub organisation: String,
    pub role: String,
    pub title: String,
    pub valid_from: String,
    pub valid_until: Option<String>,
}

impl Post {
    pub fn role(&self) -> &str {
        Role::from_code(&self.role).map_or("", Role::label)
    }

    pub fn period(&self) -> String {
        let era = |d: &str| d.parse().map_or_else(|_| d.to_owned(), civil::format_era);
        let until = self.valid_until.as_deref().map(|d| format!("{}の前日まで", era(d)));
        format!("{}から{}", era(&self.valid_from), until.unwrap_or_default())
    }
}

impl Account {
    pub fn is_disabled(&self) -> bool {
        self.disabled_at.is_some()
    }

    /// 「令和9年4月1日から使えません」 of somebody whose leaving is entered.
    pub fn leaving(&self) -> Option<String> {
        let day = self.leaves_on.as_deref()?.parse().ok()?;
        Some(format!("{}から使えない", civil::format_era(day)))
    }

    /// Whether the one-time link has not been used yet.
    pub fn is_waiting(&self) -> bool {
        self.able == 0
    }
}

const SHOWN: i64 = 200;

/// The people of the actor's controller; the filters are joined by "and".
pub async fn list(read: &mut Read, asked: &Asked) -> Result<Found> {
    let actor = read.actor.clone();
    let like = format!("%{}%", escaped(asked.q.trim()));
    let all = i64::from(asked.state == "all");
    let found: Vec<Account> = read
        .all(
            "select a.id, a.login, a.name, a.kana, a.disabled_at, a.leaves_on,
               a.locked_until,
               cast(case when a.password_hash is null then 0 else 1 end as bigint) as able
             from accounts a
             where ($2 = '%%' or a.name like $2 escape '!' or a.kana like $2 escape '!'
                    or a.login like $2 escape '!')
               and a.machine = 0 and ($5 = 1 or a.disabled_at is null)
               and exists (select 1 from posts p
                 join organisations o on o.id = p.organisation_id
                 where p.account_id = a.id and o.controller_id = $1 and p.voided_at is null
                   and ($3 = '' or p.role = $3) and ($4 = '' or o.id = $4)
                   and ($5 = 1 or p.valid_until is null or p.valid_until > $6))
             order by a.kana, a.name, a.id",
            args![actor.controller_id, like, asked.role, asked.organisation, all, actor.today()],
        )
        .await?;
    let more = (found.len() as i64 - SHOWN).max(0);
    let mut accounts: Vec<Account> = found.into_iter().take(SHOWN as usize).collect();
    let posts: Vec<Post> = read
        .all(
            "select p.id, p.account_id, o.name as organisation, p.role, p.title, p.valid_from,
               p.valid_until
             from posts p join organisations o on o.id = p.organisation_id
             where o.controller_id = $1 and p.voided_at is null
               and (p.valid_until is null or p.valid_until > $2)
             order by p.valid_from, p.id",
            args![actor.controller_id, actor.today()],
        )
        .await?;
    for post in posts {
        if let Some(a) = accounts.iter_mut().find(|a| a.id == post.account_id) {
            a.posts.push(post);
        }
    }
    Ok(Found { accounts, more })
}

/// What was typed stands for itself in `like ... escape '!'`.
fn escaped(text: &str) -> String {
    text.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}

/// (code, words) of the roles a post can have.
pub fn roles() -> Vec<(String, String)> {
    Role::ALL.iter().map(|r| (r.code().to_owned(), r.label().to_owned())).collect()
}

#[derive(Template)]
#[template(path = "staff/accounts.html")]
struct Accounts {
    page: Page,
    asked: Asked,
    found: Found,
    organisations: Vec<(String, String)>,
    roles: Vec<(String, String)>,
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn signs_of_like_are_searched_as_they_are() {
        assert_eq!(escaped("100%_!"), "100!%!_!!");
    }
}
