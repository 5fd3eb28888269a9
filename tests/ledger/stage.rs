//! What the tests of the ledger begin with: a catalogue with a small programme, a child with an
//! award, and the operations with what a form would say.

use std::sync::Arc;

use kakehashi::access::{Actor, Role};
use kakehashi::ledger::{Award, award, balance, book, record, reverse};
use kakehashi::store::Tx;
use kakehashi::web::{Config, Entry, Error, Result};
use kana::ClientNumber;
use programmes::Catalogue;

use crate::support::{Person, World};

pub const TRIAL: &str = include_str!("trial.toml");
const SETTINGS: &str = "[home_respite]\nyen_an_hour = 7500\n";
pub const VISIT: &[(&str, &str)] = &[("item", "visit"), ("venue", "home")];

/// The programmes of the program and the one of the tests.
pub fn catalogue() -> Catalogue {
    let facts = include_str!("../../src/programmes/facts.toml");
    let files =
        [("home_respite", include_str!("../../programmes/home_respite.toml")), ("trial", TRIAL)];
    let files = files.map(|(id, text)| (id.to_owned(), text.to_owned()));
    Catalogue::read(facts, &files, SETTINGS).unwrap_or_else(|problems| panic!("{problems:?}"))
}

/// The same for the whole program: a municipality with a directory of its own.
pub fn in_city(w: &World) -> (World, tempfile::TempDir) {
    let city = tempfile::tempdir().unwrap();
    let folder = city.path().join("programmes");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("trial.toml"), TRIAL).unwrap();
    std::fs::write(folder.join("settings.toml"), SETTINGS).unwrap();
    let mut other = w.clone();
    let config = Config { city: Some(city.path().to_owned()), ..(*w.app.config).clone() };
    other.app.config = Arc::new(config);
    other.router = kakehashi::routes::router(other.app.clone());
    (other, city)
}

pub fn number(p: &Person) -> String {
    ClientNumber::from_row(p.number).to_string()
}

/// A child with an award, and whoever keeps its ledger.
pub struct Desk {
    pub w: World,
    pub all: Catalogue,
    pub child: Person,
    pub award: String,
    pub actor: Actor,
}

impl Desk {
    pub async fn open(w: &World, programme: &str) -> Self {
        let child = w.person("水野", "はる").await;
        let award = w.award(&child, programme, "2025-04-01", None).await;
        let (all, actor) = (catalogue(), w.actor(Role::Officer));
        Self { w: w.clone(), all, child, award, actor }
    }

    pub fn as_(&self, actor: Actor) -> Self {
        let (w, all, child) = (self.w.clone(), self.all.clone(), self.child.clone());
        Self { w, all, child, award: self.award.clone(), actor }
    }

    async fn begin(&self) -> (Tx, Award) {
        let actor = Actor { at: self.w.app.clock.now(), ..self.actor.clone() };
        let mut tx = self.w.write(&actor).await;
        let award = award::see(&mut tx, &self.award).await.unwrap();
        (tx, award)
    }

    pub async fn book(&self, fields: &[(&str, &str)]) -> Result<String> {
        let (mut tx, award) = self.begin().await;
        let values = book::form().read(&entry(fields), &self.w.app.codes)?;
        let id = book::book(&mut tx, &self.all, &award, &values).await?;
        tx.commit().await?;
        Ok(id)
    }

    pub async fn record(&self, fields: &[(&str, &str)]) -> Result<String> {
        let (mut tx, award) = self.begin().await;
        let values = record::form().read(&entry(fields), &self.w.app.codes)?;
        let id = record::record(&mut tx, &self.all, &award, &values).await?;
        tx.commit().await?;
        Ok(id)
    }

    pub async fn reverse(&self, entry: &str) -> Result<String> {
        let (mut tx, _) = self.begin().await;
        let id = reverse::reverse(&mut tx, entry, "まちがい").await?;
        tx.commit().await?;
        Ok(id)
    }

    /// (booked, used) of a cap in the period that begins on a day.
    pub async fn balance(&self, cap: &str, from: &str) -> (i64, i64) {
        self.part(cap, None, from).await
    }

    /// The same of one part of a cap that counts each by itself.
    pub async fn part(&self, cap: &str, of: Option<&str>, from: &str) -> (i64, i64) {
        let mut read = self.w.read(&self.actor).await;
        let award = award::see(&mut read, &self.award).await.unwrap();
        let taken = balance::taken(&mut read, &award).await.unwrap();
        let whose = |t: &&balance::Taken| t.cap == cap && t.share_of.as_deref() == of;
        let found = taken.iter().filter(whose).find(|t| t.period_from == from);
        found.map_or((0, 0), |t| (t.booked, t.used))
    }
}

pub fn entry(fields: &[(&str, &str)]) -> Entry {
    Entry(fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect())
}

/// A visit at home on a day.
pub fn visit<'a>(on: &'a str, from: &'a str, to: &'a str) -> Vec<(&'a str, &'a str)> {
    [VISIT, &[("on", on), ("from", from), ("to", to)]].concat()
}

/// What a refusal says.
#[track_caller]
pub fn why<T: std::fmt::Debug>(refused: Result<T>) -> String {
    match refused {
        Err(Error::Refused(bad)) => bad.0.into_iter().map(|(f, m)| format!("{f}:{m}")).collect(),
        other => panic!("not refused: {other:?}"),
    }
}
