//! One event more on the chain of this transaction's writer.

use sha2::{Digest, Sha256};

use crate::args;
use crate::store::{Result, Tx};

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

impl Tx {
    /// Every change and every view goes through here; `commit` refuses a change without it. What
    /// an emergency opened says so by itself.
    pub async fn record(&mut self, mut e: Event) -> Result<()> {
        if let Some(open) = self.actor.emergency.as_ref().filter(|_| e.basis.is_empty()) {
            e.basis = format!("{EMERGENCY}{}", open.id);
        }
        let writer = self.writer_id().to_owned();
        let head: Option<(i64, String)> = self
            .maybe("select seq, hash from audit_heads where writer_id = $1", args![writer])
            .await?;
        let (seq, previous) = head.map_or((1, GENESIS.to_owned()), |(seq, hash)| (seq + 1, hash));
        let a = self.actor.clone();
        let (at, number) = (a.at.to_string(), seq.to_string());
        let client = e.client_id.as_deref().unwrap_or_default();
        let hash = link(
            &previous,
            &[
                &writer,
                &number,
                &at,
                &a.account_id,
                &a.post_id,
                &a.organisation_id,
                &a.controller_id,
                a.role.code(),
                &e.verb,
                &e.noun,
                &e.record_id,
                client,
                &e.fields,
                &e.digest,
                &e.basis,
            ],
        );
        self.exec(
            "insert into audit_events (writer_id, seq, at, account_id, post_id, organisation_id,
               controller_id, role, verb, noun, record_id, client_id, fields, digest, basis,
               previous_hash, hash)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
            args![
                writer,
                seq,
                at,
                a.account_id,
                a.post_id,
                a.organisation_id,
                a.controller_id,
                a.role.code(),
                e.verb,
                e.noun,
                e.record_id,
                e.client_id,
                e.fields,
                e.digest,
                e.basis,
                previous,
                hash
            ],
        )
        .await?;
        self.exec(
            "insert into audit_heads (writer_id, seq, hash) values ($1, $2, $3)
             on conflict (writer_id) do update set seq = excluded.seq, hash = excluded.hash",
            args![writer, seq, hash],
        )
        .await?;
        self.count_event();
        Ok(())
    }
}
