//! 利用者: the registry.

pub mod parts;
mod summary;

pub use summary::{Summary, see, see_by_id};
