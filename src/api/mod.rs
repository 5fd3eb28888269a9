//! 連携: the operations of the nouns above as JSON. One file a noun; an operation says its route,
//! its scope, the form it reads and the shape it answers, and the document, the checks of every
//! request and the tests are made from that.

pub mod assignments;
pub mod call;
pub mod care_score;
pub mod case_notes;
pub mod clients;
pub mod closure;
pub mod codes;
pub mod consultations;
pub mod coordinators;
pub mod directory;
pub mod document;
mod entry;
pub mod follow_ups;
pub mod imports;
pub mod ledger;
pub mod moves;
mod once;
pub mod operation;
mod paging;
pub mod parts;
pub mod reports;
pub mod requests;
pub mod shape;
pub mod team;
pub mod timeline;

pub use call::{Call, Outcome};
pub use operation::{OPERATIONS, Operation};
