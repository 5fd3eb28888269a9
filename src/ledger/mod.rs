//! 台帳: what was booked and used under an award, what is left of each cap, who pays which part.
//! Rows are only added. A balance is the sum of the rows; nothing keeps it beside them.

pub mod award;
pub mod balance;
pub mod rules;
pub mod bodies;
pub mod wish;
pub mod entries;
mod enter;
pub mod expire;
pub mod reverse;
pub mod book;
pub mod record;
pub mod show;
pub mod mine;
pub mod list;
pub mod lists;
mod lines;
mod compare;
pub mod month;
pub mod months;
mod reports;

pub use award::Award;
