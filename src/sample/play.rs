//! Plays the ward from its first day to the day of the demo.

use civil::Instant;
use jiff::ToSpan;

use super::data::Ward;
use super::life::OPENED_DAYS;
use super::{PASSWORD, mark, staff};
use crate::access::Actor;
use crate::staff::passwords;
use crate::web::{App, Error, Result};

/// Fills an empty database; `tell` hears how much of the whole is done.
pub async fn play(app: &App, tell: impl Fn(usize, usize)) -> Result<()> {
    let ward = Ward::read().map_err(|why| Error::refused("", why))?;
    tell(0, 1);
    // One hash for all accounts: hashing is slow on purpose.
    let hash = passwords::hash(PASSWORD.to_owned()).await?;
    let (now, today) = (app.clock.now(), app.clock.now().civil_date());
    let opening = today.saturating_sub(OPENED_DAYS.days()).at(9, 0, 0, 0);
    let system = Actor::system(Instant::from_civil(opening), "");
    let mut tx = app.write(&system).await?;
    mark::begin(&mut tx, today).await?;
    staff::open(&mut tx, &ward, &hash).await?;
    tx.commit().await?;
    let mut tx = app.write(&Actor { at: now, ..system }).await?;
    mark::finish(&mut tx, today).await?;
    tx.commit().await?;
    tell(1, 1);
    Ok(())
}
