//! The world of one test.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};
use std::time::Duration;

use axum::Router;
use civil::Instant;
use kakehashi::access::{Actor, Role};
use kakehashi::args;
use kakehashi::audit::{self, Event};
use kakehashi::routes;
use kakehashi::staff::{passwords, sessions};
use kakehashi::store::{Arg, Db, Read, Sql, Tx};
use kakehashi::web::{App, Clock, Config};

use super::people::{self, HOME, Seat};
use super::{Answer, Browser, digest, engines};

/// When every world begins.
pub const START: &str = "2026-11-20T01:00:00.000Z";

#[derive(Clone)]
pub struct World {
    pub app: App,
    pub router: Router,
    now: Arc<AtomicI64>,
    url: String,
    _folder: Arc<Option<tempfile::TempDir>>,
}

/// A person put straight into the tables, for tests that are not about enrolling.
#[derive(Clone, Debug)]
pub struct Person {
    pub id: String,
    pub number: i64,
}

impl World {
    pub(super) async fn open(url: &str, folder: Option<tempfile::TempDir>) -> Self {
        let start: Instant = START.parse().unwrap();
        let now = Arc::new(AtomicI64::new(start.millis()));
        let at = now.clone();
        let clock = Clock::new(move || Instant::from_millis(at.load(SeqCst)).unwrap());
        let db = Db::connect(url).await.unwrap();
        let config = Config { place: "お茶の間区（架空）".into(), ..Config::default() };
        let app = App::new(db, clock, config).unwrap();
        Self {
            router: routes::router(app.clone()),
            app,
            now,
            url: url.into(),
            _folder: Arc::new(folder),
        }
    }

    /// A second server on the same database; SQLite allows only one, so there it is the same.
    pub async fn beside(&self) -> Self {
        let mut other = self.clone();
        if self.app.db.is_postgres() {
            other.app.db = Db::connect(&self.url).await.unwrap();
            other.router = routes::router(other.app.clone());
        }
        other
    }

    /// The same database, opened once more.
    pub async fn reopened(&self) -> Db {
        Db::connect(&self.url).await.unwrap()
    }

    /// A second fresh world on the same engine; `done` ends it.
    pub async fn another(&self) -> Self {
        engines::fresh(self.app.db.is_postgres()).await
    }

    /// An empty database of the other engine.
    pub async fn across(&self) -> Self {
        engines::empty(!self.app.db.is_postgres()).await
    }

    pub async fn done(self) {
        self.finish().await;
    }

    /// The person of the role in the ward, as an operation would get them.
    pub fn actor(&self, role: Role) -> Actor {
        self.seated(role, Seat::First)
    }

    pub fn seated(&self, role: Role, seat: Seat) -> Actor {
        Actor {
            at: self.app.clock.now(),
            role,
            account_id: people::account_id(role, seat),
            post_id: people::post_id(role, seat),
            organisation_id: people::organisation_id(role, seat),
            controller_id: seat.controller().into(),
            name: people::name(role, seat),
            organisation: people::organisation(role, seat),
            csrf: String::new(),
            single_keys: true,
            long: false,
            form: String::new(),
            emergency: None,
            did: None,
        }
    }

    pub fn system(&self) -> Actor {
        Actor::system(self.app.clock.now(), HOME)
    }

    /// A signed-in browser of the role in the ward.
    pub async fn as_(&self, role: Role) -> Browser {
        self.sign_in(role, Seat::First).await
    }

    pub async fn sign_in(&self, role: Role, seat: Seat) -> Browser {
        let actor = self.seated(role, seat);
        self.session(&actor.account_id, &actor.post_id).await
    }

    /// A browser of any account in one of its posts.
    pub async fn session(&self, account: &str, post: &str) -> Browser {
        self.at_post(account, post).await.expect("a session")
    }

    /// The same, if the post may be used today.
    pub async fn at_post(&self, account: &str, post: &str) -> Option<Browser> {
        let mut tx = self.write(&self.system()).await;
        let token = sessions::open(&mut tx, account, post).await.unwrap();
        tx.commit().await.unwrap();
        self.holding(token).await
    }

    /// The browser that holds a session's token, if the session has not ended.
    async fn holding(&self, token: String) -> Option<Browser> {
        let session = sessions::resume(&self.app, &token).await.unwrap()?;
        Some(Browser::new(self.clone(), session.actor, token))
    }

    /// Gives an account a password.
    pub async fn set_password(&self, account: &str, password: &str) {
        let hash = passwords::hash(password.to_owned()).await.unwrap();
        let sql = "update accounts set password_hash = $2 where id = $1";
        self.exec(sql, args![account, hash]).await;
    }

    /// Signs in with login and password, as a person does; where the page led, and the browser.
    pub async fn log_in(&self, login: &str, password: &str) -> (Answer, Option<Browser>) {
        let pairs = [("login", login), ("password", password), ("next", "/")];
        let said = self.visitor().post_raw("/login", &pairs).await;
        let cookie = said.header("set-cookie").split(';').next().unwrap_or_default();
        let token = cookie.split_once('=').map(|(_, token)| token.to_owned()).unwrap_or_default();
        let browser = self.holding(token).await;
        (said, browser)
    }

    /// A browser that has not signed in.
    pub fn visitor(&self) -> Browser {
        Browser::new(self.clone(), self.system(), String::new())
    }

    pub async fn read(&self, actor: &Actor) -> Read {
        self.app.read(actor).await.unwrap()
    }

    pub async fn write(&self, actor: &Actor) -> Tx {
        self.app.write(actor).await.unwrap()
    }

    /// Moves the clock to an instant written `2026-11-20T01:00:00.000Z`.
    pub fn set_clock(&self, instant: &str) {
        self.now.store(instant.parse::<Instant>().unwrap().millis(), SeqCst);
    }

    pub fn pass_minutes(&self, minutes: i64) {
        self.now.fetch_add(minutes * 60_000, SeqCst);
    }

    /// Any statement, as the system, in a transaction of its own.
    pub async fn exec(&self, sql: &str, args: &[Arg<'_>]) -> u64 {
        let mut tx = self.write(&self.system()).await;
        let rows = tx.exec(Sql::built(sql), args).await.unwrap_or_else(|e| panic!("{e}: {sql}"));
        tx.record(Event::new("prepare", "world", "")).await.unwrap();
        tx.commit().await.unwrap();
        rows
    }

    /// The number a statement counts.
    pub async fn count(&self, sql: &str, args: &[Arg<'_>]) -> i64 {
        let mut read = self.read(&self.system()).await;
        read.one::<(i64,)>(Sql::built(sql), args).await.unwrap_or_else(|e| panic!("{e}: {sql}")).0
    }

    /// A person of the ward, a girl born on 1 April 2020, enrolled by the officer.
    pub async fn person(&self, family: &str, given: &str) -> Person {
        self.person_of(HOME, family, given).await
    }

    pub async fn person_of(&self, controller: &str, family: &str, given: &str) -> Person {
        let seat = if controller == HOME { Seat::First } else { Seat::Abroad };
        let officer = self.seated(Role::Officer, seat);
        let mut tx = self.write(&officer).await;
        let (number,): (i64,) = tx
            .one("update client_numbers set last = last + 1 returning last", args![])
            .await
            .unwrap();
        let (id, by) = (format!("client-{number}"), officer.account_id.clone());
        tx.exec(
            "insert into clients (id, number, controller_id, enrolled_on, enrolled_at, enrolled_by)
             values ($1, $2, $3, '2026-04-01', $4, $5)",
            args![id, number, controller, officer.at, by],
        )
        .await
        .unwrap();
        tx.exec(
            "insert into client_names (id, client_id, family, given, family_kana, given_kana,
               valid_from, recorded_at, recorded_by)
             values ($1, $2, $3, $4, 'ヤマダ', 'ハナコ', '2026-04-01', $5, $6)",
            args![format!("name-{number}"), id, family, given, officer.at, by],
        )
        .await
        .unwrap();
        tx.exec(
            "insert into client_births (id, client_id, born_on, sex, valid_from, recorded_at,
               recorded_by)
             values ($1, $2, '2020-04-01', 'female', '2026-04-01', $3, $4)",
            args![format!("birth-{number}"), id, officer.at, by],
        )
        .await
        .unwrap();
        tx.record(Event::new("enrol", "client", &id).about(&id)).await.unwrap();
        tx.commit().await.unwrap();
        Person { id, number }
    }

    /// Over every row except sessions, drafts and the audit: equal before and after means that
    /// nothing was changed.
    pub async fn digest(&self) -> String {
        digest::digest(&mut self.read(&self.system()).await).await
    }

    /// What must be true after every test: the chains verify and no transaction was left open.
    pub(super) async fn finish(self) {
        let system = self.system();
        let write = tokio::time::timeout(Duration::from_secs(10), self.app.write(&system)).await;
        drop(write.expect("a transaction was left open").unwrap());
        let verdict = audit::verify(&mut self.read(&system).await).await.unwrap();
        assert_eq!(verdict.breaks, Vec::<String>::new(), "the audit chains");
        if self.app.db.is_postgres() {
            self.nothing_open(&system).await;
        }
        self.app.db.close().await;
    }

    /// A dropped transaction is taken back by a task of its own: it gets a moment.
    async fn nothing_open(&self, system: &Actor) {
        for _ in 0..100 {
            let (open,): (i64,) = self
                .read(system)
                .await
                .one(
                    "select count(*) from pg_stat_activity where datname = current_database()
                       and state like 'idle in transaction%'",
                    args![],
                )
                .await
                .unwrap();
            if open == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("a transaction was left open");
    }
}
