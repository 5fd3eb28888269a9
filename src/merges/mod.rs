//! 結合: two records turn out to be one person's. Who looks alike, side by side, one record in one
//! transaction, and apart again.

mod alike;
pub mod apart;
pub mod candidates;
pub mod compare;
pub mod join;
mod journal;
mod sight;
mod spans;
pub mod undo;
