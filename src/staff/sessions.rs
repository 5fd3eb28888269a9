//! Sessions live on the server. What a session may do is read once and kept in memory until
//! - somebody writes about staff: stops an account, ends a post or a session, changes a password,
//! - the day changes in Japan: posts begin and accounts end by their dates, without a write,
//! - its twelve hours are over, or the clock was put back.
//!
//! Other processes write to the same database: every other second all is read anew.

use civil::{Instant, Minutes};
use sha2::{Digest, Sha256};
use sqlx::FromRow;

use crate::access::{Actor, Role};
use crate::args;
use crate::audit::Event;
use crate::store::{Read, Tx};
use crate::web::{App, Result};

/// A working day; after that the password is asked again.
const HOURS: i64 = 12;

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
}

/// セッション. What was read about it, and when.
#[derive(Clone)]
pub struct Session {
    actor: Actor,
    expires_at: String,
}

impl Session {
    fn at(self, now: Instant) -> Option<Actor> {
        let same_day = self.actor.at <= now && self.actor.at.civil_date() == now.civil_date();
        let goes_on = same_day && self.expires_at > now.to_string();
        goes_on.then_some(Actor { at: now, ..self.actor })
    }
}

/// The actor of the session behind a cookie, unless it has ended.
pub async fn resume(app: &App, token: &str) -> Result<Option<Actor>> {
    let (now, hash) = (app.clock.now(), digest(token));
    let changes = app.db.changes.staff();
    let kept = app.sessions.get(&hash, changes).and_then(|kept: Session| kept.at(now));
    if kept.is_some() {
        return Ok(kept);
    }
    let found = read(app, now, &hash).await?;
    if let Some(session) = &found {
        app.sessions.put(hash, changes, session.clone());
    }
    Ok(found.map(|s| s.actor))
}

async fn read(app: &App, now: Instant, hash: &str) -> Result<Option<Session>> {
    let mut read = app.read(&Actor::system(now, "")).await?;
    let today = now.civil_date();
    let found: Option<Found> = read
        .maybe(
            "select s.account_id, s.post_id, s.csrf, s.stamp, s.expires_at, a.name, a.single_keys,
               p.organisation_id, o.name as organisation, o.controller_id, p.role
             from sessions s
             join accounts a on a.id = s.account_id and a.disabled_at is null
               and (a.leaves_on is null or a.leaves_on > $2)
             join posts p on p.id = s.post_id and p.voided_at is null
               and p.valid_from <= $2 and (p.valid_until is null or p.valid_until > $2)
             join organisations o on o.id = p.organisation_id
             where s.token_hash = $1 and s.expires_at > $3",
            args![hash, today, now],
        )
        .await?;
    let Some(s) = found else { return Ok(None) };
    if s.stamp != stamp(&mut read, &s.account_id, &s.post_id).await? {
        return Ok(None);
    }
    let Some(role) = Role::from_code(&s.role) else { return Ok(None) };
    let actor = Actor {
        at: now,
        role,
        account_id: s.account_id,
        post_id: s.post_id,
        organisation_id: s.organisation_id,
        controller_id: s.controller_id,
        name: s.name,
        organisation: s.organisation,
        csrf: s.csrf,
        single_keys: s.single_keys != 0,
        form: String::new(),
        emergency: None,
    };
    Ok(Some(Session { actor, expires_at: s.expires_at }))
}

/// Opens a session for a post; the answer is the token that goes into the cookie.
pub async fn open(tx: &mut Tx, account_id: &str, post_id: &str) -> Result<String> {
    let (token, csrf) = (secret(), secret());
    let at = tx.actor.at;
    let stamp = stamp(tx, account_id, post_id).await?;
    let until = at.plus(Minutes(HOURS * 60));
    tx.exec(
        "insert into sessions (token_hash, account_id, post_id, csrf, stamp, created_at, seen_at,
           expires_at) values ($1, $2, $3, $4, $5, $6, $6, $7)",
        args![digest(&token), account_id, post_id, csrf, stamp, at, until],
    )
    .await?;
    tx.forget_submissions(at.plus(Minutes(-2 * HOURS * 60))).await?;
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
    let mut bytes = [0_u8; 32];
    // The operating system always has randomness; without it a session must not be guessable, so
    // the token then stays unusable instead of weak.
    if getrandom::fill(&mut bytes).is_err() {
        return String::new();
    }
    hex(&bytes)
}

pub fn digest(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut out, b| {
        let _ = write!(out, "{b:02x}");
        out
    })
}
