//! 開示・訂正・利用停止の請求: what a person may ask of the office that holds the record, by when it
//! must decide, what it decided, and what follows from it.

pub mod copy;
pub mod decide;
pub mod extend;
pub mod list;
pub mod receive;
mod record;
pub mod show;
pub mod stop;
mod terms;

pub use record::{Request, due_by, of};
pub use terms::Terms;
