//! コーディネーターと担当: who takes the next case, and why. Read `propose` first: it is the rule;
//! `people` and `waiting` say what is known about both sides, the rest are pages.

pub mod assign;
pub mod batch;
pub mod caseload;
pub mod cases_of;
mod form;
pub mod hand_over;
pub mod history;
pub mod leave;
pub mod limits;
pub mod people;
pub mod profile;
pub mod propose;
pub mod request;
pub mod rules;
pub mod settings;
pub mod team;
pub mod waiting;
