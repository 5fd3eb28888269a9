//! ログインの段階: after the password comes what an account must do first: the code of its second
//! factor, a new password, a notice to read, the second factor its role needs. Until then a session
//! opens the page of that step and nothing else.

use super::settings::{number, second_factor};
use crate::access::Role;
use crate::args;
use crate::audit::Event;
use crate::store::{Read, Tx};
use crate::web::Result;

/// 段階. In the order in which they come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Code,
    Password,
    Notice,
    Factor,
    Ready,
}

impl Stage {
    const ALL: [Self; 5] = [Self::Code, Self::Password, Self::Notice, Self::Factor, Self::Ready];

    pub fn code(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Password => "password",
            Self::Notice => "notice",
            Self::Factor => "factor",
            Self::Ready => "ready",
        }
    }

    /// A word that is not known opens nothing.
    pub fn from_code(code: &str) -> Self {
        Self::ALL.into_iter().find(|s| s.code() == code).unwrap_or(Self::Code)
    }

    /// The routes that are open; the first is where everything else leads.
    pub fn places(self) -> &'static [&'static str] {
        match self {
            Self::Code => &["/login/code"],
            Self::Password => &["/me/password"],
            Self::Notice => &["/me/notices"],
            Self::Factor => {
                &["/me/second-factor", "/me/second-factor/confirm", "/me/second-factor/codes"]
            }
            Self::Ready => &["/"],
        }
    }
}

/// What is still to come for an account in a role; `coded`: its code was typed.
pub async fn next(read: &mut Read, account: &str, role: Role, coded: bool) -> Result<Stage> {
    let (must, notices, factors): (i64, i64, i64) = read
        .one(
            "select a.must_change,
               (select count(*) from account_notices n where n.account_id = a.id
                  and n.read_at is null),
               (select count(*) from second_factors f where f.account_id = a.id
                  and f.confirmed_at is not null and f.removed_at is null)
             from accounts a where a.id = $1",
            args![account],
        )
        .await?;
    if factors > 0 && !coded {
        return Ok(Stage::Code);
    }
    if must > 0 {
        return Ok(Stage::Password);
    }
    if notices > 0 {
        return Ok(Stage::Notice);
    }
    let needed = factors == 0 && is_required(read, role).await?;
    Ok(if needed { Stage::Factor } else { Stage::Ready })
}

/// Whether the region asks the role for a second factor today.
pub async fn is_required(read: &mut Read, role: Role) -> Result<bool> {
    Ok(number(read, second_factor(role)).await? > 0)
}

/// A step of this session is done: the next, or everything, is open.
pub async fn advance(tx: &mut Tx) -> Result<()> {
    let (actor, role) = (tx.actor.clone(), tx.actor.role);
    let next = next(tx, &actor.account_id, role, true).await?;
    tx.exec(
        "update sessions set stage = $3 where account_id = $1 and csrf = $2",
        args![actor.account_id, actor.csrf, next.code()],
    )
    .await?;
    Ok(tx.record(Event::new("advance", "session", next.code())).await?)
}
