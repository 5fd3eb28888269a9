//! 元に戻す: an action taken back right after it, by the action that undoes it; the trash, where a
//! record that was made by mistake lies for thirty days. What stood there before is kept as a row.

mod entries;
mod folder;
pub mod throw;
pub mod trash;
pub mod undo;
