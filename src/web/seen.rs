//! 最後の操作: when each session was last used, kept in memory: a row a request would cost a
//! durable write each. What is not known here (after a restart, on another server) is as old as
//! the session's row, so that the screen is locked too early rather than too late.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

use civil::Instant;

/// More sessions than a region has people: then the oldest half is forgotten.
const MOST: usize = 20_000;

#[derive(Clone, Default)]
pub struct Seen {
    by_session: Arc<Mutex<HashMap<String, Instant>>>,
    idle: Arc<AtomicI64>,
}

impl Seen {
    /// The later of what is known here and what the session's row says.
    pub fn last(&self, session: &str, row: Instant) -> Instant {
        let known = self.by_session.lock().ok().and_then(|all| all.get(session).copied());
        known.map_or(row, |at| at.max(row))
    }

    pub fn mark(&self, session: &str, at: Instant) {
        let Ok(mut all) = self.by_session.lock() else { return };
        if all.len() >= MOST {
            let mut times: Vec<Instant> = all.values().copied().collect();
            times.sort();
            let half = times.get(MOST / 2).copied().unwrap_or(at);
            all.retain(|_, seen| *seen > half);
        }
        all.insert(session.to_owned(), at);
    }

    /// The minutes after which a screen is locked, as the last request read them: for the script.
    pub fn idle(&self) -> i64 {
        self.idle.load(Relaxed)
    }

    pub fn set_idle(&self, minutes: i64) {
        self.idle.store(minutes, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_later_moment_counts_and_the_oldest_are_forgotten() {
        let at = |n: i64| Instant::from_millis(1_800_000_000_000 + n).unwrap();
        let seen = Seen::default();
        assert_eq!(seen.last("a", at(5)), at(5));
        seen.mark("a", at(9));
        assert_eq!((seen.last("a", at(5)), seen.last("a", at(12))), (at(9), at(12)));
        (0..MOST).for_each(|n| seen.mark(&format!("s{n}"), at(100 + n as i64)));
        assert_eq!(seen.last("a", at(5)), at(5));
        let last = MOST as i64 - 1;
        assert_eq!(seen.last(&format!("s{last}"), at(0)), at(100 + last));
    }
}
