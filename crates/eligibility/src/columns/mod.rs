//! A whole population: the same tree, run over columns in chunks that stay in the cache.

mod kernels;
mod lane;
mod population;
mod program;
mod run;

pub use population::{Column, Population};
pub use program::Program;
pub use run::{Outcome, Values};

/// Rows a step works on: small enough for every register to stay in the first cache.
const CHUNK: usize = 1024;
