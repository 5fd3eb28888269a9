//! 統計: one file a report (`reports/<id>.sql`): front matter on top, then one SELECT. From it come
//! the page with chart and table, CSV, XLSX and JSON, and editions that do not move.

pub mod ask;
pub mod catalogue;
mod chart;
mod check;
mod coded;
pub mod edition;
pub mod figures;
pub mod files;
mod fill;
mod front;
mod grid;
pub mod index;
mod links;
pub mod publish;
pub mod show;
mod statement;
mod suppress;
pub mod table;
mod view;

pub use ask::Ask;
pub use catalogue::{Catalogue, Report};
pub use coded::Coded;
pub use figures::{Figures, draw, draw_from};
pub use files::{File, export};
