//! 職員: accounts, posts, sessions, signing in. One person, one account; posts say what they may do.

pub mod account;
pub mod account_new;
pub mod accounts;
pub mod colleagues;
pub mod drafts;
pub mod feeds;
pub mod help;
pub mod invitations;
pub mod local;
pub mod login;
pub mod me;
pub mod organisations;
pub mod passwords;
pub mod sessions;
pub mod token_new;
pub mod tokens;
pub mod setting_pages;
pub mod settings;
