//! 保存期間と廃棄: whose record has been kept long enough, and how it goes: one proposes, another
//! confirms, and what is left is a tombstone, a certificate and chains that still verify.

pub mod certificate;
pub mod confirm;
mod due;
pub mod index;
mod record;
mod remove;
mod retention;
pub mod show;
pub mod withdraw;

pub use due::{Due, due};
pub use record::{Disposal, Item};
pub use retention::Retention;
