//! The running application: what every handler shares.

use std::borrow::Cow;
use std::sync::Arc;

use civil::Instant;

use super::kept::Kept;
use crate::access::{AccessTable, Actor};
use crate::audit::{Event, Views};
use crate::codes::{Codes, Lists};
use crate::staff::sessions::Known;
use crate::staff::vault::Vault;
use crate::store::{Db, Read, Tx};

/// Where the present comes from: the machine, or a fixed day in the demo and in tests.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Instant + Send + Sync>);

impl Clock {
    pub fn new(now: impl Fn() -> Instant + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    pub fn now(&self) -> Instant {
        (self.0)()
    }
}

/// What is fixed while the program runs.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The name on every page: みどり区（架空）.
    pub place: String,
    /// Sample data: said in the footer, accounts shown at the sign-in.
    pub demo: bool,
    /// Reached through TLS: cookies are marked Secure.
    pub secure: bool,
    /// Behind a proxy, which says whose request it passes on (the last of `X-Forwarded-For`).
    pub forwarded: bool,
    /// Overlay of code lists and reports of the municipality.
    pub city: Option<std::path::PathBuf>,
    /// Where the heads of the audit chains are sealed, outside the database.
    pub seals: Option<std::path::PathBuf>,
    /// Where the key file lies that seals the secrets of second factors.
    pub keys: Option<std::path::PathBuf>,
}

impl Config {
    /// A data file of the municipality in place of the program's; the demo has a ward's of its own.
    pub fn data_file(
        &self,
        name: &str,
        official: &'static str,
        sample: &'static str,
    ) -> Result<Cow<'static, str>, String> {
        let own = self.city.as_ref().map(|dir| dir.join(name)).filter(|path| path.exists());
        match own {
            Some(path) => match std::fs::read_to_string(&path) {
                Ok(text) => Ok(Cow::Owned(text)),
                Err(e) => Err(format!("{} を読めません: {e}", path.display())),
            },
            None if self.demo => Ok(Cow::Borrowed(sample)),
            None => Ok(Cow::Borrowed(official)),
        }
    }
}

pub struct App {
    pub db: Db,
    pub clock: Clock,
    /// The code lists of the day this handle was taken.
    pub codes: Arc<Codes>,
    pub lists: Arc<Lists>,
    pub access: Arc<AccessTable>,
    pub config: Arc<Config>,
    pub jobs: super::jobs::Jobs,
    pub long: super::long::Long,
    pub vault: Arc<Vault>,
    pub seen: super::seen::Seen,
    views: Views,
    /// What a session may do, as long as nothing about staff changes.
    pub sessions: Kept<Known>,
    /// How many rows a list has, as long as nothing changes.
    pub totals: Kept<i64>,
    pub pace: super::pace::Pace,
    pub faults: super::faults::Faults,
}

/// Every request takes a handle of its own, and with it the code lists as they are then: what an
/// administrator changes, or a day that comes, holds from the next request on.
impl Clone for App {
    fn clone(&self) -> Self {
        Self {
            db: self.db.clone(),
            clock: self.clock.clone(),
            codes: self.lists.on(self.clock.now().civil_date()),
            lists: self.lists.clone(),
            access: self.access.clone(),
            config: self.config.clone(),
            jobs: self.jobs.clone(),
            long: self.long.clone(),
            vault: self.vault.clone(),
            seen: self.seen.clone(),
            views: self.views.clone(),
            sessions: self.sessions.clone(),
            totals: self.totals.clone(),
            pace: self.pace.clone(),
            faults: self.faults.clone(),
        }
    }
}

impl App {
    pub fn new(db: Db, clock: Clock, config: Config) -> Result<Self, String> {
        let mut codes = Codes::official()?;
        if let Some(dir) = &config.city {
            codes.overlay(dir)?;
        }
        Ok(Self {
            db,
            clock,
            codes: Arc::new(codes.clone()),
            lists: Arc::new(Lists::new(codes)),
            access: Arc::new(AccessTable::official()?),
            vault: Arc::new(Vault::open(config.keys.as_deref())?),
            config: Arc::new(config),
            seen: super::seen::Seen::default(),
            jobs: super::jobs::Jobs::default(),
            long: super::long::Long::default(),
            views: Views::default(),
            sessions: Kept::default(),
            totals: Kept::default(),
            pace: super::pace::Pace::default(),
            faults: super::faults::Faults::default(),
        })
    }

    pub async fn read(&self, actor: &Actor) -> super::Result<Read> {
        Ok(self.db.read(actor).await?)
    }

    pub async fn write(&self, actor: &Actor) -> super::Result<Tx> {
        Ok(self.db.write(actor).await?)
    }

    /// As `write`, for what goes on when the disk is full: signing in, so that people can look.
    pub async fn write_always(&self, actor: &Actor) -> super::Result<Tx> {
        Ok(self.db.write_always(actor).await?)
    }

    /// Records that the actor looked, on disk before the page leaves.
    pub async fn viewed(&self, actor: &Actor, event: Event) -> super::Result<()> {
        Ok(self.views.record(&self.db, actor.without_form(), event).await?)
    }
}
