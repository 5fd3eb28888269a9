//! Seals at the start of a server, whenever the hour changes, and at its end.

use std::time::Duration;

use civil::Instant;
use tokio::task::JoinHandle;

use super::seal::{Why, seal};
use crate::web::{App, Result};

/// 封印の番. Runs beside the server.
pub struct Keeper {
    app: App,
    task: JoinHandle<()>,
}

impl Keeper {
    /// The first seal is made before anybody is served: a folder that cannot be written is
    /// told now.
    pub async fn start(app: &App) -> Result<Self> {
        seal(app, Why::Start).await?;
        let task = tokio::spawn(hourly(app.clone()));
        Ok(Self { app: app.clone(), task })
    }

    pub async fn end(self) -> Result<()> {
        self.task.abort();
        seal(&self.app, Why::Stop).await?;
        Ok(())
    }
}

/// A machine may sleep and wake: the clock is asked every half minute instead of waiting an hour.
async fn hourly(app: App) {
    let mut last = app.clock.now();
    loop {
        tokio::time::sleep(Duration::from_secs(30)).await;
        let now = app.clock.now();
        if !is_due(last, now) {
            continue;
        }
        last = now;
        if let Err(e) = seal(&app, Why::Hour).await {
            eprintln!("封印できませんでした: {e:?}");
        }
    }
}

/// The hour has changed, forwards or backwards.
fn is_due(last: Instant, now: Instant) -> bool {
    const HOUR: i64 = 3_600_000;
    last.millis().div_euclid(HOUR) != now.millis().div_euclid(HOUR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_is_due_when_the_hour_has_changed() {
        let at = |s: &str| s.parse::<Instant>().unwrap();
        let due = |a: &str, b: &str| is_due(at(a), at(b));
        assert!(due("2026-11-20T01:59:59.000Z", "2026-11-20T02:00:00.000Z"));
        assert!(!due("2026-11-20T02:00:00.000Z", "2026-11-20T02:59:59.999Z"));
        assert!(due("2026-11-20T02:30:00.000Z", "2026-11-23T02:30:00.000Z"), "slept for days");
    }
}
