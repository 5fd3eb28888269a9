//! 利用者: the registry.

mod alike;
pub mod enrol;
pub mod list;
pub mod parts;
pub mod search;
mod summary;
pub mod team;
pub mod care_score;
pub mod care_score_new;
mod facts;
pub mod looks;
mod power;
pub mod who;

pub use summary::{Summary, see, see_by_id};
