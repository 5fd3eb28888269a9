//! 住民記録との照合: what the resident register says of people the ward knows becomes differences that
//! somebody takes or leaves. Nothing is written of people it does not know, beyond how many.

pub mod compare;
pub mod differences;
pub mod list;
pub mod show;
pub mod take;

pub use compare::{Outcome, check, compare, form, take_back};
