//! 相談: logged while the telephone is still warm, corrected by rows, counted by day in Japan.

pub mod correct;
mod facts;
mod filter;
pub mod list;
pub mod log;
mod record;
mod sheet;
pub mod show;
pub mod withdraw;

pub use log::{log, log_from};
pub use record::{Consultation, about, may_change};
pub use show::see;
