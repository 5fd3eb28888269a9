//! One event more on the chain of this transaction's writer.

use std::borrow::Cow;
use std::sync::OnceLock;

use sha2::{Digest, Sha256};

use crate::access::Actor;
use crate::store::{Arg, Result, Sql, Tx};

/// 操作の記録. Ids and field names, never values.
#[derive(Clone, Debug, Default)]
pub struct Event {
    pub verb: String,
    pub noun: String,
    pub record_id: String,
    pub client_id: Option<String>,
    pub fields: String,
    pub digest: String,
    pub basis: String,
}

impl Event {
    /// `verb` is what was done (enrol, correct, view, export ...), `noun` to what kind of record.
    pub fn new(verb: &str, noun: &str, record_id: &str) -> Self {
        Self {
            verb: verb.into(),
            noun: noun.into(),
            record_id: record_id.into(),
            ..Self::default()
        }
    }

    pub fn client(mut self, id: impl Into<Option<String>>) -> Self {
        self.client_id = id.into();
        self
    }

    pub fn about(self, id: &str) -> Self {
        self.client(Some(id.to_owned()))
    }

    pub fn fields(mut self, names: impl Into<String>) -> Self {
        self.fields = names.into();
        self
    }

    /// A digest of content that may have to be proved later.
    pub fn content(mut self, bytes: &[u8]) -> Self {
        self.digest = hex(&Sha256::digest(bytes));
        self
    }

    pub fn basis(mut self, why: impl Into<String>) -> Self {
        self.basis = why.into();
        self
    }
}

/// The columns the hash covers, in the order of the table.
pub(super) fn link(previous: &str, columns: &[&str]) -> String {
    let mut sha = Sha256::new();
    sha.update(previous.as_bytes());
    for c in columns {
        sha.update((c.len() as u64).to_be_bytes());
        sha.update(c.as_bytes());
    }
    hex(&sha.finalize())
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, b| {
        use std::fmt::Write;
        let _ = write!(out, "{b:02x}");
        out
    })
}

/// Begins the basis of whatever was seen in an emergency; its id follows.
pub const EMERGENCY: &str = "emergency ";

/// What the first event of a chain names as its predecessor.
pub(super) const GENESIS: &str = "kakehashi";

/// So many events go into one statement at most.
const TOGETHER: usize = 16;

const COLUMNS: &str = "writer_id, seq, at, account_id, post_id, organisation_id, controller_id, \
     role, verb, noun, record_id, client_id, fields, digest, basis, previous_hash, hash";

impl Tx {
    /// Every change goes through here; `commit` refuses one without it.
    pub async fn record(&mut self, e: Event) -> Result<()> {
        let actor = self.actor.clone();
        self.record_all(&[(actor, e)]).await
    }

    /// The events of several people, sixteen in a statement: looking is what happens most.
    pub(super) async fn record_all(&mut self, all: &[(Actor, Event)]) -> Result<()> {
        let writer = self.writer_id().to_owned();
        let (mut seq, mut last) = self.head().await?.unwrap_or_else(|| (0, GENESIS.to_owned()));
        for some in all.chunks(TOGETHER) {
            let told: Vec<Told> = some
                .iter()
                .map(|(actor, event)| {
                    seq += 1;
                    let told = Told::new(&writer, seq, actor, event, &last);
                    last.clone_from(&told.hash);
                    told
                })
                .collect();
            let values: Vec<Arg> = told.iter().flat_map(Told::values).collect();
            self.note(insert(told.len()), &values).await?;
        }
        self.set_head((seq, last));
        self.count_event();
        Ok(())
    }
}

/// An event in its place on the chain.
struct Told<'a> {
    writer: &'a str,
    seq: i64,
    at: String,
    actor: &'a Actor,
    event: &'a Event,
    basis: Cow<'a, str>,
    previous: String,
    hash: String,
}

impl<'a> Told<'a> {
    fn new(writer: &'a str, seq: i64, actor: &'a Actor, event: &'a Event, last: &str) -> Self {
        let (at, previous) = (actor.at.to_string(), last.to_owned());
        // What an emergency opened says so by itself.
        let basis = match &actor.emergency {
            Some(open) if event.basis.is_empty() => format!("{EMERGENCY}{}", open.id).into(),
            _ => Cow::Borrowed(event.basis.as_str()),
        };
        let hash = String::new();
        let mut told = Self { writer, seq, at, actor, event, basis, previous, hash };
        let number = seq.to_string();
        let covered = [&[writer, &number], &told.words()[..]].concat();
        told.hash = link(last, &covered);
        told
    }

    /// What the hash covers beside the place, in the order of the table.
    fn words(&self) -> [&str; 13] {
        let (a, e) = (self.actor, self.event);
        [
            &self.at,
            &a.account_id,
            &a.post_id,
            &a.organisation_id,
            &a.controller_id,
            a.role.code(),
            &e.verb,
            &e.noun,
            &e.record_id,
            e.client_id.as_deref().unwrap_or_default(),
            &e.fields,
            &e.digest,
            &self.basis,
        ]
    }

    fn values(&self) -> Vec<Arg<'_>> {
        let text = |t| Arg::Text(Some(Cow::Borrowed(t)));
        let mut all = vec![text(self.writer), Arg::Int(Some(self.seq))];
        all.extend(self.words().map(text));
        // About nobody in particular: the index of a person's events leaves it out.
        all[11] = Arg::Text(self.event.client_id.as_deref().map(Cow::Borrowed));
        all.extend([text(&self.previous), text(&self.hash)]);
        all
    }
}

/// The statement for so many events, put together once.
fn insert(events: usize) -> Sql {
    static KEPT: [OnceLock<Sql>; TOGETHER] = [const { OnceLock::new() }; TOGETHER];
    let written = || {
        let width = COLUMNS.split(',').count();
        let row = |n: usize| {
            let marks = (1..=width).map(|at| format!("${}", n * width + at));
            format!("({})", marks.collect::<Vec<_>>().join(", "))
        };
        let rows: Vec<String> = (0..events).map(row).collect();
        Sql::built(format!("insert into audit_events ({COLUMNS}) values {}", rows.join(", ")))
    };
    KEPT.get(events - 1).map_or_else(written, |kept| kept.get_or_init(written).clone())
}
