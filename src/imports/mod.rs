//! 取り込み: files as wards have them, dry run, one transaction, undo. A layout file says which
//! headers mean what; the rows become what the same operation makes of a typed form.

pub mod batches;
pub mod cells;
mod check;
mod checking;
pub mod dry_run;
mod known;
mod layout;
mod nearest;
mod propose;
mod sheet;
mod target;

pub mod discard;
pub mod index;
pub mod repair;
pub mod run;
pub mod save;
pub mod show;
pub mod template;
pub mod undo;

pub use layout::{Column, Layout, find, headers_markdown, layouts};
pub use run::{Outcome, run};
pub use target::Target;
