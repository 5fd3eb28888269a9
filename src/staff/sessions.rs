//! Sessions live on the server. What a session may do is read once and kept in memory until
//! - somebody writes about staff: stops an account, ends a post or a session, changes a password,
//!   a step after the password is done, a screen is closed or opened, a setting is changed,
//! - the day changes in Japan: posts begin and accounts end by their dates, without a write,
//! - its twelve hours are over, or the clock was put back.
//!
//! Other processes write to the same database: every other second all is read anew.

use civil::{Instant, Minutes};
use sha2::{Digest, Sha256};

use super::settings::{CONFIRM_MINUTES, DRAFT_DAYS, IDLE_MINUTES, Setting, number};
use super::stage::Stage;
use super::vault::random;
use crate::access::{Actor, Role};
use crate::args;
use crate::audit::Event;
use crate::store::{FromRow, Read, Tx};
use crate::web::{App, Result};

/// A working day; after that the password is asked again.
const HOURS: i64 = 12;

/// ログイン中の一人. Who it is, and what is still to come before everything is open.
#[derive(Clone, Debug)]
pub struct Session {
    pub actor: Actor,
    /// The digest of its token.
    pub key: String,
    pub stage: Stage,
    /// Nobody was there for so long that the password is asked.
    pub locked: bool,
    /// The password was typed a short while ago.
    pub confirmed: bool,
}

#[derive(FromRow)]
struct Found {
    account_id: String,
    post_id: String,
    csrf: String,
    stamp: String,
    expires_at: String,
    name: String,
    single_keys: i64,
    organisation_id: String,
    organisation: String,
    controller_id: String,
    role: String,
    stage: String,
    seen_at: String,
    confirmed_at: String,
    locked_at: Option<String>,
    idle: Option<String>,
    fresh: Option<String>,
}

/// セッション. What was read about it, and when.
#[derive(Clone)]
pub struct Known {
    actor: Actor,
    expires_at: String,
    stage: Stage,
    seen_at: Option<Instant>,
    confirmed_at: Option<Instant>,
    locked: bool,
    idle: Minutes,
    fresh: Minutes,
}

impl Known {
    fn goes_on(&self, now: Instant) -> bool {
        let same_day = self.actor.at <= now && self.actor.at.civil_date() == now.civil_date();
        same_day && self.expires_at > now.to_string()
    }

    /// How it stands at this moment.
    fn at(self, app: &App, key: String, now: Instant) -> Session {
        app.seen.set_idle(self.idle.0);
        let row = self.seen_at.max(self.confirmed_at).unwrap_or(now);
        let idle = now.minutes_since(app.seen.last(&key, row)) >= self.idle;
        let typed = self.confirmed_at.is_some_and(|t| now.minutes_since(t) < self.fresh);
        Session {
            actor: Actor { at: now, ..self.actor },
            key,
            stage: self.stage,
            locked: self.locked || idle,
            confirmed: typed,
        }
    }
}

/// The session behind a cookie, unless it has ended.
pub async fn resume(app: &App, token: &str) -> Result<Option<Session>> {
    let (now, key) = (app.clock.now(), digest(token));
    let changes = app.db.changes.staff();
    let kept = app.sessions.get(&key, changes).filter(|kept: &Known| kept.goes_on(now));
    if let Some(known) = kept {
        return Ok(Some(known.at(app, key, now)));
    }
    let Some(known) = read(app, now, &key).await? else { return Ok(None) };
    app.sessions.put(key.clone(), changes, known.clone());
    Ok(Some(known.at(app, key, now)))
}

async fn read(app: &App, now: Instant, key: &str) -> Result<Option<Known>> {
    let mut read = app.read(&Actor::system(now, "")).await?;
    let today = now.civil_date();
    let found: Option<Found> = read
        .maybe(
            "select s.account_id, s.post_id, s.csrf, s.stamp, s.expires_at, a.name, a.single_keys,
               p.organisation_id, o.name as organisation, o.controller_id, p.role, s.stage,
               s.seen_at, s.confirmed_at, s.locked_at,
               (select v.value from settings v where v.key = $4
                  and coalesce(v.valid_from, '') <= $2 order by coalesce(v.valid_from, '') desc,
                  v.recorded_at desc, v.id desc limit 1) as idle,
               (select v.value from settings v where v.key = $5
                  and coalesce(v.valid_from, '') <= $2 order by coalesce(v.valid_from, '') desc,
                  v.recorded_at desc, v.id desc limit 1) as fresh
             from sessions s
             join accounts a on a.id = s.account_id and a.disabled_at is null
               and (a.leaves_on is null or a.leaves_on > $2)
             join posts p on p.id = s.post_id and p.voided_at is null
               and p.valid_from <= $2 and (p.valid_until is null or p.valid_until > $2)
             join organisations o on o.id = p.organisation_id
             where s.token_hash = $1 and s.expires_at > $3",
            args![key, today, now, IDLE_MINUTES.key, CONFIRM_MINUTES.key],
        )
        .await?;
    let Some(s) = found else { return Ok(None) };
    if s.stamp != stamp(&mut read, &s.account_id, &s.post_id).await? {
        return Ok(None);
    }
    Ok(known(s, now))
}

fn known(s: Found, now: Instant) -> Option<Known> {
    let minutes = |text: Option<String>, setting: Setting| {
        Minutes(text.and_then(|t| t.parse().ok()).unwrap_or(setting.default))
    };
    let actor = Actor {
        at: now,
        role: Role::from_code(&s.role)?,
        account_id: s.account_id,
        post_id: s.post_id,
        organisation_id: s.organisation_id,
        controller_id: s.controller_id,
        name: s.name,
        organisation: s.organisation,
        csrf: s.csrf,
        single_keys: s.single_keys != 0,
        long: false,
        form: String::new(),
        emergency: None,
        did: None,
    };
    Some(Known {
        actor,
        expires_at: s.expires_at,
        stage: Stage::from_code(&s.stage),
        seen_at: s.seen_at.parse().ok(),
        confirmed_at: s.confirmed_at.parse().ok(),
        locked: s.locked_at.is_some(),
        idle: minutes(s.idle, IDLE_MINUTES),
        fresh: minutes(s.fresh, CONFIRM_MINUTES),
    })
}

/// Opens a session for a post; the answer is the token that goes into the cookie.
pub async fn open(tx: &mut Tx, account_id: &str, post_id: &str) -> Result<String> {
    let typed = tx.actor.at.to_string();
    open_at(tx, (account_id, post_id), Stage::Ready, &typed).await
}

/// The same, with the first steps still to come, and the password typed at another moment.
pub async fn open_at(
    tx: &mut Tx,
    (account_id, post_id): (&str, &str),
    stage: Stage,
    confirmed_at: &str,
) -> Result<String> {
    let (token, csrf) = (secret(), secret());
    let at = tx.actor.at;
    let stamp = stamp(tx, account_id, post_id).await?;
    let until = at.plus(Minutes(HOURS * 60));
    tx.exec(
        "insert into sessions (token_hash, account_id, post_id, csrf, stamp, created_at, seen_at,
           expires_at, stage, confirmed_at) values ($1, $2, $3, $4, $5, $6, $6, $7, $8, $9)",
        args![
            digest(&token),
            account_id,
            post_id,
            csrf,
            stamp,
            at,
            until,
            stage.code(),
            confirmed_at
        ],
    )
    .await?;
    tidy_up(tx).await?;
    tx.record(Event::new("open", "session", post_id)).await?;
    Ok(token)
}

pub async fn end(tx: &mut Tx, token: &str) -> Result<()> {
    tx.exec("delete from sessions where token_hash = $1", args![digest(token)]).await?;
    tx.record(Event::new("end", "session", "")).await?;
    Ok(())
}

/// Ends every session of an account: its password or its posts have changed.
pub async fn end_all(tx: &mut Tx, account_id: &str) -> Result<()> {
    tx.exec("delete from sessions where account_id = $1", args![account_id]).await?;
    tx.record(Event::new("end_all", "session", account_id)).await?;
    Ok(())
}

/// What nobody will come back for: forms and drafts of sessions and people that are gone.
async fn tidy_up(tx: &mut Tx) -> Result<()> {
    let (at, today) = (tx.actor.at, tx.actor.today());
    tx.forget_submissions(at.plus(Minutes(-2 * HOURS * 60))).await?;
    let days = number(tx, DRAFT_DAYS).await?;
    tx.exec(
        "delete from drafts where (form = 'held' and saved_at < $1) or account_id in
           (select id from accounts where disabled_at < $2 or leaves_on < $3)",
        args![
            at.plus(Minutes(-2 * HOURS * 60)),
            at.plus(Minutes(-days * 24 * 60)),
            today.saturating_sub(jiff::Span::new().days(days))
        ],
    )
    .await?;
    Ok(())
}

/// The password was typed again: the screen is open, and exports and rights are for a while.
pub async fn confirm(tx: &mut Tx) -> Result<()> {
    let (account, csrf, at) = (tx.actor.account_id.clone(), tx.actor.csrf.clone(), tx.actor.at);
    tx.exec(
        "update sessions set confirmed_at = $3, locked_at = null where account_id = $1
           and csrf = $2",
        args![account, csrf, at],
    )
    .await?;
    Ok(tx.record(Event::new("confirm", "session", &account)).await?)
}

pub async fn lock(tx: &mut Tx) -> Result<()> {
    let (account, csrf, at) = (tx.actor.account_id.clone(), tx.actor.csrf.clone(), tx.actor.at);
    tx.exec(
        "update sessions set locked_at = $3 where account_id = $1 and csrf = $2",
        args![account, csrf, at],
    )
    .await?;
    Ok(tx.record(Event::new("lock", "session", &account)).await?)
}

/// When the password was last typed in the session this request came with.
pub async fn confirmed_at(read: &mut Read) -> Result<String> {
    let (account, csrf) = (read.actor.account_id.clone(), read.actor.csrf.clone());
    let row: Option<(String,)> = read
        .maybe(
            "select confirmed_at from sessions where account_id = $1 and csrf = $2",
            args![account, csrf],
        )
        .await?;
    Ok(row.map(|r| r.0).unwrap_or_default())
}

/// Ends the session this request came with: another one takes its place.
pub async fn leave(tx: &mut Tx) -> Result<()> {
    let (account, csrf) = (tx.actor.account_id.clone(), tx.actor.csrf.clone());
    tx.exec("delete from sessions where account_id = $1 and csrf = $2", args![account, csrf])
        .await?;
    Ok(())
}

/// Changes whenever the password or the post does. The hash has a new salt each time, so it tells
/// two passwords apart even where the clock stands still.
async fn stamp(read: &mut Read, account_id: &str, post_id: &str) -> Result<String> {
    let row: Option<(String, String, String)> = read
        .maybe(
            "select coalesce(a.password_hash, ''), p.role, p.organisation_id
             from accounts a join posts p on p.id = $2 and p.account_id = a.id where a.id = $1",
            args![account_id, post_id],
        )
        .await?;
    Ok(row.map_or_else(String::new, |(a, b, c)| digest(&format!("{a} {b} {c}"))))
}

/// 256 bits from the operating system, as 64 hexadecimal digits.
pub fn secret() -> String {
    // The operating system always has randomness; without it a session must not be guessable, so
    // the token then stays unusable instead of weak.
    random::<32>().map_or_else(String::new, |bytes| hex(&bytes))
}

pub fn digest(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut out, b| {
        let _ = write!(out, "{b:02x}");
        out
    })
}
