//! 利用者: the registry.

pub mod list;
mod summary;

pub use summary::{Summary, see, see_by_id};
