//! 補助金: application, decision, amendment, payment, performance report, settlement, repayment; each
//! line traced to the hours and meetings it is for.

pub mod apply;
pub mod deadlines;
pub mod figures;
pub mod lines;
pub mod list;
mod record;
pub mod show;
pub mod steps;
pub mod undo;

pub use record::{Grant, see};
