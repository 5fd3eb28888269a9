//! 歩調: how many requests a program may send in a minute. Kept in memory: a restart forgives.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use civil::Instant;

const MINUTE: i64 = 60_000;

/// By the key of whoever asks: the minute, and the requests in it.
#[derive(Clone, Debug, Default)]
pub struct Pace(Arc<Mutex<HashMap<String, (i64, i64)>>>);

impl Pace {
    /// Counts a request. `Some`: too many, come back after so many seconds.
    pub fn step(&self, key: &str, per_minute: i64, at: Instant) -> Option<i64> {
        let (minute, into) = (at.millis().div_euclid(MINUTE), at.millis().rem_euclid(MINUTE));
        let mut all = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        // Whoever did not ask in this minute needs no place.
        if all.len() > 1_000 {
            all.retain(|_, (of, _)| *of == minute);
        }
        let (of, n) = all.entry(key.to_owned()).or_insert((minute, 0));
        if *of != minute {
            (*of, *n) = (minute, 0);
        }
        *n += 1;
        (*n > per_minute).then_some((MINUTE - into + 999) / 1_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_a_minute_and_the_next_minute_again() {
        let (pace, at) = (Pace::default(), |s: &str| s.parse::<Instant>().unwrap());
        let early = at("2026-11-20T01:00:15.000Z");
        assert_eq!((pace.step("a", 2, early), pace.step("a", 2, early)), (None, None));
        assert_eq!(pace.step("a", 2, early), Some(45));
        assert_eq!(pace.step("b", 2, early), None);
        assert_eq!(pace.step("a", 2, at("2026-11-20T01:01:00.000Z")), None);
    }
}
