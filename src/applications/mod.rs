//! 申請: received, sent back, withdrawn; checked against the rules, approved along the route,
//! decided.

pub mod approve;
pub mod assess;
pub mod decide;
pub mod draft;
pub mod list;
pub mod paper;
pub mod receive;
mod record;
pub mod route;
pub mod send_back;
pub mod show;

pub use record::{Application, Stage, see};
