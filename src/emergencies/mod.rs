//! 緊急閲覧: whoever is called to somebody in danger and may not see the record opens it for one
//! hour. The office reads it on its first page at once, somebody else there says whether it was
//! right, and the family reads it as what it was.

pub mod end;
mod find;
pub mod list;
pub mod open;
pub mod review;

pub use list::{Glass, waiting};

use crate::staff::settings::Setting;

/// How long it stays open. One hour: the founding paper of the project; no law names a length.
pub const MINUTES: Setting = Setting { key: "emergency_minutes", default: 60 };
/// Whether people of other controllers can be opened (0 no, 1 yes): unknown, ask the municipality.
pub const ACROSS: Setting = Setting { key: "emergency_across", default: 0 };
/// So many who were not found within an hour, and the account has to telephone (unsourced).
pub const TRIES: Setting = Setting { key: "emergency_tries", default: 5 };
