//! 事業: what the files under `programmes/` say, the facts of a person they ask, and what follows.

pub mod answers;
mod catalogue;
mod facts;
pub mod people;
pub mod verdicts;
pub mod what_if;

pub use catalogue::{digest, load, problems};
pub use facts::{Person, of, of_all};
