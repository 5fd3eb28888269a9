//! 利用者: the registry.

mod summary;

pub use summary::{Summary, see, see_by_id};
