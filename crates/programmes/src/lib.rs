//! 事業. A programme is one file: who it is for, how much, since when, on what clause, with examples
//! that are its tests. This crate reads the files, says what follows from them for given facts,
//! and does no I/O: where a fact is recorded and where an hour is booked is for others to know.
//!
//! Reading order: [`Catalogue`] holds the [`Programme`]s, a programme its dated [`Version`]s. A
//! version gives a [`Verdict`] on somebody's facts, and for each [`Use`] a [`Charge`] and the
//! [`Take`]s from its caps, or a [`Refusal`].

mod catalogue;
mod programme;

mod verdict;

mod amounts;
mod caps;
mod charge;
mod term;
mod usage;

mod tally;

mod example;
mod mutants;

mod facts;
mod load;
mod quantity;
mod raw;
mod settings;

mod problem;

pub use caps::{CapOn, Period, Take};
pub use catalogue::Catalogue;
pub use charge::{Charge, FAMILY, Held, Payment, Priced};
pub use example::{Failure, run as run_examples};
pub use facts::{FactInfo, FactList, Sheet};
pub use mutants::{Mutant, mutants};
pub use problem::Problem;
pub use programme::{
    Cap, Count, Holder, Indicator, Item, Midnight, Per, Programme, Requirement, Rounding, Source,
    Unit, Version, Window, Words,
};
pub use quantity::MonthDay;
pub use settings::Settings;
pub use tally::Tally;
pub use usage::{Counted, Refusal, Use};
pub use verdict::{Known, Outcome, Reason, State, Verdict};

pub use eligibility::nearest;
