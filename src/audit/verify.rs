//! Walks every chain and says whether each event still follows from the one before.

use super::chain::{GENESIS, link};
use crate::args;
use crate::store::{FromRow, Read, Result};

/// 検証の結果.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    pub writers: usize,
    pub events: usize,
    /// One line a break: writer, sequence, what is wrong.
    pub breaks: Vec<String>,
}

#[derive(FromRow)]
struct Stored {
    seq: i64,
    at: String,
    account_id: Option<String>,
    post_id: Option<String>,
    organisation_id: Option<String>,
    controller_id: Option<String>,
    role: String,
    verb: String,
    noun: String,
    record_id: String,
    client_id: Option<String>,
    fields: String,
    digest: String,
    basis: String,
    previous_hash: String,
    hash: String,
}

/// How many events are held in memory at a time.
const PAGE: i64 = 2_000;

pub async fn verify(read: &mut Read) -> Result<Verdict> {
    let writers: Vec<(String, Option<i64>, Option<String>)> = read
        .all(
            "select e.writer_id, h.seq, h.hash
             from (select distinct writer_id from audit_events
                   union select writer_id from audit_heads) e
             left join audit_heads h on h.writer_id = e.writer_id order by e.writer_id",
            args![],
        )
        .await?;
    let mut out = Verdict { writers: writers.len(), events: 0, breaks: vec![] };
    for (writer, seq, hash) in writers {
        let head = (seq.unwrap_or(0), hash.unwrap_or_default());
        chain(read, &writer, &head, &mut out).await?;
    }
    Ok(out)
}

async fn chain(read: &mut Read, id: &str, head: &(i64, String), out: &mut Verdict) -> Result<()> {
    let (mut seq, mut hash) = (0, GENESIS.to_owned());
    loop {
        let page: Vec<Stored> = read
            .all(
                "select seq, at, account_id, post_id, organisation_id, controller_id, role, verb,
                   noun, record_id, client_id, fields, digest, basis, previous_hash, hash
                 from audit_events where writer_id = $1 and seq > $2
                 order by seq limit cast($3 as bigint)",
                args![id, seq, PAGE],
            )
            .await?;
        if page.is_empty() {
            break;
        }
        for e in &page {
            if e.seq != seq + 1 {
                out.breaks.push(format!("{id} {}: {}番から抜けています", e.seq, seq + 1));
            }
            if e.previous_hash != hash {
                out.breaks.push(format!("{id} {}: 前の記録につながりません", e.seq));
            }
            if e.hash != expected(id, e) {
                out.breaks.push(format!("{id} {}: 中身が書きかえられています", e.seq));
            }
            (seq, hash) = (e.seq, e.hash.clone());
            out.events += 1;
        }
    }
    if (seq, &hash) != (head.0, &head.1) {
        out.breaks.push(format!("{id}: 最後の記録（{}番）が見つかりません", head.0));
    }
    Ok(())
}

fn expected(writer: &str, e: &Stored) -> String {
    let of = |o: &Option<String>| o.clone().unwrap_or_default();
    link(
        &e.previous_hash,
        &[
            writer,
            &e.seq.to_string(),
            &e.at,
            &of(&e.account_id),
            &of(&e.post_id),
            &of(&e.organisation_id),
            &of(&e.controller_id),
            &e.role,
            &e.verb,
            &e.noun,
            &e.record_id,
            &of(&e.client_id),
            &e.fields,
            &e.digest,
            &e.basis,
        ],
    )
}
