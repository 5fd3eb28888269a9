//! 閲覧・操作記録: append-only events in hash chains, written in the transaction of the change.

mod chain;
pub mod check;
pub mod list;
mod verify;
pub mod words;

pub use chain::Event;
pub use verify::{Verdict, verify};
