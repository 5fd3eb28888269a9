//! 名指しの職員: a command typed on the server acts as a named account, sees no more than it and is
//! recorded as it.

use crate::access::{Actor, Role};
use crate::args;
use crate::store::FromRow;
use crate::web::{App, Error, Result};

#[derive(FromRow)]
struct Post {
    account_id: String,
    post_id: String,
    role: String,
    name: String,
    organisation_id: String,
    organisation: String,
    controller_id: String,
}

/// The account in its oldest post that is valid today.
pub async fn actor(app: &App, login: &str) -> Result<Actor> {
    let system = Actor::system(app.clock.now(), "");
    let post: Option<Post> = app
        .read(&system)
        .await?
        .maybe(
            "select a.id as account_id, p.id as post_id, p.role, a.name, p.organisation_id,
               o.name as organisation, o.controller_id
             from accounts a
             join posts p on p.account_id = a.id and p.voided_at is null and p.valid_from <= $2
               and (p.valid_until is null or p.valid_until > $2)
             join organisations o on o.id = p.organisation_id
             where a.login = $1 and a.disabled_at is null
             order by p.valid_from, p.id limit 1",
            args![login, system.today()],
        )
        .await?;
    let p = post.ok_or(Error::NotFound)?;
    Ok(Actor {
        role: Role::from_code(&p.role).ok_or(Error::NotFound)?,
        account_id: p.account_id,
        post_id: p.post_id,
        organisation_id: p.organisation_id,
        controller_id: p.controller_id,
        name: p.name,
        organisation: p.organisation,
        ..system
    })
}

/// The id of an account that may sign in.
pub async fn account(app: &App, login: &str) -> Result<String> {
    let system = Actor::system(app.clock.now(), "");
    let sql = "select id from accounts where login = $1 and disabled_at is null";
    let row: Option<(String,)> = app.read(&system).await?.maybe(sql, args![login]).await?;
    row.map(|r| r.0).ok_or(Error::NotFound)
}
