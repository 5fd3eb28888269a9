//! 知識メモ: what was learned from an answer, without the person. It is held against the folder when
//! it is written, and shared once somebody else has read it.

pub mod list;
pub mod note;
pub mod write;
