//! 本人の確認: the password and, where there is one, the code of the second factor. Whoever guesses
//! is stopped for a while, whichever of the two they guess and wherever they do it.

use civil::Minutes;

use super::{passwords, recovery, totp};
use crate::access::Actor;
use crate::args;
use crate::audit::Event;
use crate::store::{FromRow, Read, Tx};
use crate::web::{App, Entry, Problems, Result};

const TRIES: i64 = 10;
const LOCK_MINUTES: i64 = 15;

pub const STOPPED: &str =
    "続けて間違えたため、15分間ログインできません。時間をおいてからお試しください";
pub const WRONG_CODE: &str = "確認コードが違います。アプリに出ている新しい数字を入力してください。一度使った数字は使えません";

/// An account as the sign-in needs it.
#[derive(Clone, Debug, FromRow)]
pub struct Known {
    pub id: String,
    pub password_hash: Option<String>,
    pub failures: i64,
    pub locked_until: Option<String>,
}

impl Known {
    pub fn is_stopped(&self, now: civil::Instant) -> bool {
        self.locked_until.as_ref().is_some_and(|until| *until > now.to_string())
    }
}

pub async fn known(read: &mut Read, account: &str) -> Result<Known> {
    let sql = "select id, password_hash, failures, locked_until from accounts where id = $1";
    Ok(read.one(sql, args![account]).await?)
}

/// Both, for somebody who has signed in: on the locked screen, before exports and other rights.
pub async fn both(app: &App, actor: &Actor, entry: &Entry) -> Result<Problems> {
    let mut read = app.read(actor).await?;
    let account = known(&mut read, &actor.account_id).await?;
    let factor = factor(&mut read, &actor.account_id).await?;
    drop(read);
    if account.is_stopped(actor.at) {
        return Ok(Problems::one("password", STOPPED));
    }
    let hash = account.password_hash.clone().unwrap_or_default();
    let right = passwords::verify(entry.get("password").to_owned(), hash).await;
    let mut tx = app.write_always(&actor.without_form()).await?;
    let mut bad = Problems::default();
    if !right {
        bad.add("password", "パスワードが違います");
    } else if let Some(factor) = factor
        && !code(&mut tx, app, &factor, entry.get("code")).await?
    {
        bad.add("code", WRONG_CODE);
    }
    match bad.is_empty() {
        true => forgive(&mut tx, &account.id).await?,
        false => count_failure(&mut tx, &account).await?,
    }
    tx.commit().await?;
    Ok(bad)
}

/// One more wrong try.
pub async fn count_failure(tx: &mut Tx, account: &Known) -> Result<()> {
    let at = tx.actor.at;
    let failures = account.failures + 1;
    let locked = (failures % TRIES == 0).then_some(at.plus(Minutes(LOCK_MINUTES)));
    tx.exec(
        "update accounts set failures = $2, locked_until = $3 where id = $1",
        args![account.id, failures, locked],
    )
    .await?;
    Ok(tx.record(Event::new("fail", "sign_in", &account.id)).await?)
}

/// Everything was right.
pub async fn forgive(tx: &mut Tx, account: &str) -> Result<()> {
    tx.exec("update accounts set failures = 0, locked_until = null where id = $1", args![account])
        .await?;
    Ok(tx.record(Event::new("prove", "account", account)).await?)
}

/// 二段階認証. The one an account uses.
#[derive(Clone, Debug, FromRow)]
pub struct Factor {
    pub id: String,
    pub account_id: String,
    pub sealed: String,
    pub confirmed_at: Option<String>,
}

impl Factor {
    pub fn secret(&self, app: &App) -> Option<Vec<u8>> {
        app.vault.unseal(&self.account_id, &self.sealed)
    }
}

pub async fn factor(read: &mut Read, account: &str) -> Result<Option<Factor>> {
    let factor = read
        .maybe(
            "select id, account_id, sealed, confirmed_at from second_factors
             where account_id = $1 and confirmed_at is not null and removed_at is null
             order by confirmed_at desc, id desc limit 1",
            args![account],
        )
        .await?;
    Ok(factor)
}

/// Whether a code is right: that of the app, not used before, or one of the paper.
pub async fn code(tx: &mut Tx, app: &App, factor: &Factor, typed: &str) -> Result<bool> {
    let plain: String = kana::search_key(typed).chars().filter(|c| *c != '-').collect();
    if plain.len() != 6 || !plain.chars().all(|c| c.is_ascii_digit()) {
        let spent = recovery::spend(tx, &factor.id, typed).await?;
        if spent {
            super::notices::leave(tx, &factor.account_id, "recovery_used").await?;
        }
        return Ok(spent);
    }
    let at = tx.actor.at;
    let step = factor.secret(app).and_then(|secret| totp::step(&secret, &plain, at));
    let Some(step) = step else { return Ok(false) };
    let sql = "update second_factors set used_step = $2 where id = $1 and used_step < $2";
    Ok(tx.exec(sql, args![factor.id, step]).await? == 1)
}

/// What the app would show, for the sample alone: nobody there owns the telephone.
pub async fn shown(app: &App, read: &mut Read, account: &str) -> Result<String> {
    if !app.config.demo {
        return Ok(String::new());
    }
    let (at, factor) = (read.actor.at, factor(read, account).await?);
    let secret = factor.and_then(|f| f.secret(app));
    Ok(secret.map(|s| totp::code(&s, at)).unwrap_or_default())
}
