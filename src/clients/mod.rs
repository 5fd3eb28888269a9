//! 利用者: the registry.

mod alike;
pub mod enrol;
pub mod parts;
pub mod search;
mod summary;
pub mod team;

pub use summary::{Summary, see, see_by_id};
