//! 閲覧・操作記録: append-only events in hash chains, written in the transaction of the change.

mod chain;
pub mod check;
mod compare;
pub mod file;
mod keeper;
pub mod list;
pub mod seal;
pub mod sheet;
mod verify;
mod views;
pub mod words;

pub use chain::{EMERGENCY, Event};
pub use compare::compare;
pub use keeper::Keeper;
pub use verify::{Verdict, verify};
pub use views::Views;
