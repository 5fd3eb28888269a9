//! 覚えておく: what was read from the database, in memory until a change that could concern it.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// Bounds the memory: beyond it everything is read anew.
const ENTRIES: usize = 10_000;

/// Kept under a key together with how many changes there had been when it was read.
#[derive(Clone)]
pub struct Kept<T>(Arc<RwLock<HashMap<String, (u64, T)>>>);

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T: Clone> Kept<T> {
    /// What was kept, unless something has changed since. `changes` is asked for before reading.
    pub fn get(&self, key: &str, changes: u64) -> Option<T> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        all.get(key).filter(|(at, _)| *at == changes).map(|(_, value)| value.clone())
    }

    pub fn put(&self, key: String, changes: u64, value: T) {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= ENTRIES {
            all.clear();
        }
        all.insert(key, (changes, value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_is_not_remembered() {
        let kept = Kept::default();
        kept.put("a".into(), 1, "before");
        assert_eq!(kept.get("a", 1), Some("before"));
        assert_eq!((kept.get("a", 2), kept.get("b", 1)), (None, None));
        for n in 0..=ENTRIES {
            kept.put(n.to_string(), 1, "x");
        }
        assert_eq!(kept.get("a", 1), None, "bounded");
    }
}
