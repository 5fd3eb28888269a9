//! 記録の一生: what all tables about a person have in common: merging, disclosure, disposal, moving
//! to another database. `tables.toml` is the list of those tables.

pub mod disclose;
pub mod drafts;
pub mod held;
pub mod moving;
pub mod tables;
pub mod values;
