//! The integration tests: the whole program without a socket, on SQLite and on PostgreSQL.
//! One module a noun; `support` gives each test a world of its own.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[macro_use]
mod support;

mod access;
mod administration;
mod api;
mod assignments;
mod calendar;
mod case_notes;
mod checks;
mod client_parts;
mod clients;
mod clock;
mod commands;
mod confirm;
mod consultations;
mod coordinators;
mod disclosures;
mod disposals;
mod emergencies;
mod folder;
mod follow_ups;
mod forms;
mod grants;
mod ground;
mod hostile;
mod imports;
mod indicators;
mod life;
mod ledger;
mod lines;
mod light;
mod long;
mod once;
mod programmes;
mod questions;
mod records;
mod merges;
mod office;
mod reports;
mod rights;
mod residents;
mod reversals;
mod seals;
mod second_factor;
mod staff;
mod store;
mod today;
mod versions;
