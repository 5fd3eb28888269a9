//! The fictional ward みどり区: `sample/*.toml` played through the operations of the nouns above, by
//! the staff who would have done each thing and at the instant they would have done it.
//!
//! Everything is counted from the day of the demo, so that the pages of today are always full, and
//! what is made up is drawn from a fixed seed: the same day gives the same ward.

mod act;
mod advice;
mod cases;
mod data;
mod desk;
mod enrol;
mod keeping;
mod life;
mod luck;
mod mark;
mod moving;
mod notes;
mod offsets;
mod people;
mod plan;
mod play;
mod programmes;
mod rights;
mod staff;
mod tokens;
mod transfers;
mod trust;
mod twice;
mod words;

pub use mark::{Found, is_marked, look};
pub use play::play;

/// Every account of the sample has it; the sign-in page shows it.
pub const PASSWORD: &str = "kakehashi-demo";
/// For trying the API; `demo` prints it. Like the password it opens nothing but the sample.
pub const TOKEN: &str = "kkh_kakehashi-demo";
/// Where the sample's coordinator reads their own dates.
pub const CALENDAR: &str = "kakehashi-demo";
