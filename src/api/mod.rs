//! 連携: the operations of the nouns above as JSON. One file a noun; an operation says its route,
//! its scope, the form it reads and the shape it answers, and the document, the checks of every
//! request and the tests are made from that.

pub mod call;
pub mod clients;
pub mod codes;
pub mod consultations;
pub mod document;
mod entry;
pub mod operation;
pub mod parts;
pub mod shape;

pub use call::{Call, Outcome};
pub use operation::{OPERATIONS, Operation};
