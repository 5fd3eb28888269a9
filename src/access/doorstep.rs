//! 戸口: what is open to everybody may be tried so many times a minute from one address, so that
//! passwords, invitations and keys are not guessed by trying. Kept in memory, as every pace is.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Request};

use super::Actor;
use crate::staff::settings::{TRIES_PER_MINUTE, number};
use crate::web::{App, Error, Result};

/// Counts a try. Where the address is not known (no socket), nothing is counted.
pub async fn step(app: &App, from: Option<String>) -> Result<()> {
    let Some(from) = from else { return Ok(()) };
    let now = app.clock.now();
    let most = number(&mut app.read(&Actor::system(now, "")).await?, TRIES_PER_MINUTE).await?;
    let late = app.pace.step(&format!("address {from}"), most, now);
    late.map_or(Ok(()), |seconds| Err(Error::TooMany(seconds)))
}

/// Behind a proxy the last one named is whom the proxy itself saw; the others anybody can write.
pub fn address(app: &App, req: &Request) -> Option<String> {
    if app.config.forwarded {
        let said = req.headers().get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
        return said.rsplit(',').next().map(|last| last.trim().to_owned());
    }
    req.extensions().get::<ConnectInfo<SocketAddr>>().map(|from| from.0.ip().to_string())
}
