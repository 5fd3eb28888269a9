//! Who sees what: the table of routes, the predicate, every route as every role, and a run that
//! weakens one predicate at a time to show that these tests would notice.

mod mutation;
pub mod people;
pub mod places;
mod predicate;
mod replay;
mod table;
mod walk;
