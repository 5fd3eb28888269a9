//! 利用者: the registry.

pub mod address;
mod alike;
pub mod close;
pub mod enrol;
pub mod custody;
pub mod family_page;
pub mod light;
pub mod list;
pub mod parts;
pub mod part_correct;
pub mod part_end;
pub mod part_new;
pub mod part_show;
pub mod search;
mod summary;
pub mod team;
mod cards;
pub mod team_page;
pub mod care_score;
pub mod care_score_new;
mod circle;
mod facts;
pub mod looks;
pub mod mine;
mod power;
pub mod show;
pub mod who;

pub use summary::{Summary, case_of, see, see_by_id};
