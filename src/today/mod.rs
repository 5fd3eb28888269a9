//! きょう: the first page of each role. `lists` is the table of what a role is shown; a number on
//! the page is the length of the list it opens, because both come from the same statement.

pub mod lists;
pub mod page;
mod queries;
mod table;
mod unfinished;
