//! Conditions over facts about one person, or over a million, with the reasons kept.
//!
//! A condition is written in a small part of CEL (Common Expression Language) over a closed list
//! of typed [`Facts`]. It is lowered to a typed tree in which equal parts are stored once
//! ([`Rules`]), and evaluated in three values: yes, no, not known. One person gets a [`Trace`],
//! which says which facts to ask for; a population is run in columns ([`Program`]).
//!
//! ```
//! use eligibility::{Fact, Facts, Rules};
//! let facts = Facts::new(vec![Fact::int("age", 0, 120), Fact::yes("ventilator")]);
//! let mut rules = Rules::new(facts);
//! let rule = rules.add("age < 18 && ventilator").unwrap();
//! let trace = rules.trace(&[Some(20), None]);
//! assert_eq!(trace.value(rule), Some(0)); // known: too old, whatever the other fact may be
//! ```

mod error;
mod facts;

mod calendar;
mod fold;
mod lower;
mod syntax;
mod tree;

mod scalar;

mod columns;

pub use calendar::{civil_of, days_of};
pub use columns::{Column, Outcome, Population, Program, Values};
pub use error::{Error, Mistake, nearest};
pub use facts::{Fact, Facts, Kind};
pub use scalar::Trace;
pub use tree::{NodeId, Rules};
