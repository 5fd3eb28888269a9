//! 利用者: the registry.

mod alike;
pub mod enrol;
pub mod list;
pub mod parts;
pub mod search;
mod summary;
pub mod team;
mod cards;
pub mod care_score;
pub mod care_score_new;
mod circle;
mod facts;
pub mod looks;
pub mod mine;
mod power;
pub mod show;
pub mod who;

pub use summary::{Summary, see, see_by_id};
