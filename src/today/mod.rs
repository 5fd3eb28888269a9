//! きょう: the first page of each role.

pub mod page;
