//! A world for each test: a fresh database, the router without a socket, people of every role in
//! two controllers, a clock that stands still until it is moved.
#![allow(dead_code, unused_imports)] // helpers wait for the nouns that need them

mod awards;
mod browser;
mod digest;
mod engines;
mod people;
mod world;

pub use browser::{Answer, Browser, encode, escape};
pub use engines::{Engine, run};
pub use people::{ABROAD, HOME, Seat};
pub use world::{Person, World};

/// Each test twice: `name::sqlite` and `name::postgres`.
#[macro_export]
macro_rules! both {
    ($($(#[$meta:meta])* async fn $name:ident($w:ident: $world:ty) $body:block)*) => { $(
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn body($w: $world) $body

            #[test]
            $(#[$meta])*
            fn sqlite() {
                $crate::support::run($crate::support::Engine::Sqlite, body);
            }

            #[test]
            $(#[$meta])*
            fn postgres() {
                $crate::support::run($crate::support::Engine::Postgres, body);
            }
        }
    )* };
}
