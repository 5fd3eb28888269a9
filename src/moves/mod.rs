//! 転出入の引継ぎ: the ward a person leaves proposes, with the family's consent and what it covers;
//! the other takes over a copy or declines. Both histories stay, linked. Consents, the team and
//! family accounts do not cross: they are asked for anew.

mod copy;
pub mod leave;
pub mod list;
pub mod propose;
pub mod receive;
pub mod record;
pub mod sheet;

pub use record::{Incoming, incoming};
