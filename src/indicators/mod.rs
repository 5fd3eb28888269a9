//! 実績の指標: the figures a programme reports, as of any day: counted from records, or entered with
//! who entered them and from where.

pub mod bodies;
mod count;
pub mod enter;
pub mod list;
pub mod page;
pub mod report;

pub use count::{Counts, Figure, of};
