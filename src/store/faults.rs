//! What `cargo xtask faults` breaks on purpose, to see whether it would notice. `KAKEHASHI_FAULT`
//! says which; release builds do not read it.

/// 故障. One is chosen when the program starts.
#[cfg_attr(not(debug_assertions), expect(dead_code, reason = "release builds break nothing"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    None,
    /// `early`: a change is acknowledged before it is on disk.
    Early,
    /// `unsynced`: the database does not wait for the disk.
    Unsynced,
    /// `failing:N`: every n-th change fails.
    Failing(u64),
    /// `swallowing:N`: every n-th change is said to have been made, and was not.
    Swallowing(u64),
}

#[cfg(debug_assertions)]
pub fn chosen() -> Fault {
    static CHOSEN: std::sync::OnceLock<Fault> = std::sync::OnceLock::new();
    *CHOSEN.get_or_init(|| read(&std::env::var("KAKEHASHI_FAULT").unwrap_or_default()))
}

#[cfg(not(debug_assertions))]
pub const fn chosen() -> Fault {
    Fault::None
}

/// Whether this change is one of the n-th: one in so many, at places that look like chance. Forms
/// make the same changes in the same order, and a fixed step would meet the same one each time.
pub fn is_due(every: u64) -> bool {
    use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
    static MADE: AtomicU64 = AtomicU64::new(1);
    let mixed = MADE.fetch_add(1, SeqCst).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 33).is_multiple_of(every.max(1))
}

#[cfg(debug_assertions)]
fn read(text: &str) -> Fault {
    let (name, every) = text.split_once(':').unwrap_or((text, ""));
    match (name, every.parse()) {
        ("early", _) => Fault::Early,
        ("unsynced", _) => Fault::Unsynced,
        ("failing", Ok(every)) => Fault::Failing(every),
        ("swallowing", Ok(every)) => Fault::Swallowing(every),
        _ => Fault::None,
    }
}
