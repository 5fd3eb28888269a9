//! 決定: what was granted or refused, its letter, its end, and whether it would come out the same.

pub mod end;
pub mod letter;
mod record;
pub mod show;

pub use record::{Decision, see};
