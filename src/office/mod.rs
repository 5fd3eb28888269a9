//! 人事異動: who comes, goes and moves is entered ahead and works by its date; the cases that would
//! be left with nobody are a list, and are handed over together; once a year all rights are
//! looked at.

pub mod hand_on;
pub mod leaver;
pub mod review;
pub mod reviews;
pub mod transfer;
pub mod transfers;
pub mod unowned;

pub use transfer::transfer;
