//! 支援経過: what was done for one person, with whom, what was agreed and what comes next.

pub mod correct;
mod filter;
pub mod list;
mod record;
pub mod show;
pub mod timeline;
pub mod withdraw;
pub mod write;

pub use record::{CaseNote, may_change, see_with_minutes};
pub use write::write;
