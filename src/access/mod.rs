//! Who may see and do what, decided in one place: the actor of a request, the reviewed table of
//! routes (`routes.txt`), and the predicate that every statement about people carries.

mod actor;
mod doorstep;
mod emergency;
mod gate;
mod once;
mod passage;
mod predicate;
mod table;

pub use actor::{Actor, Emergency, Reach, Role};
pub use gate::{COOKIE_NAME, escape, gate};
pub use once::Again;
pub use predicate::{
    CATEGORIES, address_hidden, countable, countable_consultation, countable_load, not_closed,
    visible, visible_consultation, visible_row,
};
pub use table::{AccessTable, Row};
