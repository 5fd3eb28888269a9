//! Kakehashi (架け橋): the information system of a region that supports people who need medical
//! care at home. Modules in reading order; a noun uses nouns above it and the ground floor.

/// 利用者: the registry: people, their families, care, devices, and who may see them.
pub mod clients;

/// Every URL in one table.
pub mod routes;

// ground floor
/// Who may see and do what: the actor, the access table, the predicate.
pub mod access;
/// 閲覧・操作記録: what was done, in hash chains.
pub mod audit;
/// Code lists from data files.
pub mod codes;
/// The demo, the server and the other commands.
pub mod commands;
/// 職員: accounts, posts, sessions.
pub mod staff;
/// The database, whichever it is.
pub mod store;
/// Pages, forms, errors.
pub mod web;
