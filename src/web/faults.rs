//! 不具合: the last errors of this server, by the number their page showed. Never what was typed,
//! asked or found: the number, the moment and the route have to do.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use civil::Instant;

/// How many are remembered.
const KEPT: usize = 50;

/// Put on an answer that is an error of the program: its number.
#[derive(Clone, Debug)]
pub struct Number(pub String);

/// 不具合の一件.
#[derive(Clone, Debug)]
pub struct Fault {
    pub number: String,
    pub at: Instant,
    /// The method and the pattern of the route, never the address itself.
    pub route: String,
}

/// The latest first; forgotten when the server stops.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Mutex<VecDeque<Fault>>>);

impl Faults {
    pub fn keep(&self, fault: Fault) {
        if let Ok(mut all) = self.0.lock() {
            all.push_front(fault);
            all.truncate(KEPT);
        }
    }

    pub fn all(&self) -> Vec<Fault> {
        self.0.lock().map(|all| all.iter().cloned().collect()).unwrap_or_default()
    }
}

/// Short enough to be read out on the telephone.
pub fn number() -> String {
    // The end of such an id is random; its beginning is the time.
    let id = uuid::Uuid::now_v7().simple().to_string();
    id.chars().skip(24).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_are_kept() {
        let faults = Faults::default();
        for n in 0..60 {
            let at = "2026-11-20T01:00:00.000Z".parse().unwrap();
            faults.keep(Fault { number: n.to_string(), at, route: "GET /".into() });
        }
        assert_eq!(faults.all().len(), 50);
        assert_eq!(faults.all()[0].number, "59");
    }
}
