//! What `cargo xtask faults` breaks on purpose, to see whether it would notice. `KAKEHASHI_FAULT`
//! says which; release builds do not read it.

/// `early`: a change is acknowledged before it is on disk.
#[cfg(debug_assertions)]
pub fn answers_early() -> bool {
    static EARLY: std::sync::OnceLock<bool> = std::sync::OnceLock::new();
    *EARLY.get_or_init(|| std::env::var_os("KAKEHASHI_FAULT").is_some_and(|f| f == "early"))
}

#[cfg(not(debug_assertions))]
pub const fn answers_early() -> bool {
    false
}
