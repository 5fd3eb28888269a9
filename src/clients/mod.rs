//! 利用者: the registry.

pub mod list;
