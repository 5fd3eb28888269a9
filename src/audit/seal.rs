//! 封印: the heads of all chains in one line of a file outside the database. Whoever holds the
//! keys to the database can cut a chain's tail or rewrite it from any event on; the line in the
//! file, and the paper it is printed on, then say something else.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek, SeekFrom, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::Event;
use super::chain::link;
use crate::access::Actor;
use crate::args;
use crate::web::{App, Error, Result};

/// 封印の一行. `heads` are the chains that moved since the line before; `previous` makes the lines
/// a chain of their own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seal {
    /// Which file: several servers on one database may each keep their own.
    pub file: String,
    pub n: i64,
    pub at: String,
    /// start, hour, stop, hand
    pub why: String,
    /// How many chains there were, moved or not.
    pub chains: i64,
    /// How many events all chains held together.
    pub events: i64,
    pub heads: Vec<Head>,
    pub previous: String,
    pub hash: String,
}

/// 鎖の先: writer, sequence, hash.
pub type Head = (String, i64, String);

/// なぜ封じたか.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    Start,
    Hour,
    Stop,
    Hand,
}

impl Why {
    fn code(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Hour => "hour",
            Self::Stop => "stop",
            Self::Hand => "hand",
        }
    }
}

/// The file in the folder of seals.
pub const FILE: &str = "seals.jsonl";

/// Seals all chains now: on disk before the answer. `None` where no folder was given.
pub async fn seal(app: &App, why: Why) -> Result<Option<Seal>> {
    let Some(folder) = app.config.seals.clone() else { return Ok(None) };
    let actor = Actor::system(app.clock.now(), "");
    let mut read = app.read(&actor).await?;
    let heads: Vec<Head> = read
        .all("select writer_id, seq, hash from audit_heads order by writer_id", args![])
        .await?;
    drop(read);
    let at = actor.at.to_string();
    let done = tokio::task::spawn_blocking(move || append(&folder, &at, why, heads)).await;
    let seal = done.map_err(|e| e.to_string()).and_then(|r| r.map_err(|e| e.to_string()));
    let seal = seal.map_err(|e| Error::refused("", format!("封印を書けませんでした: {e}")))?;
    let id = format!("{}-{}", seal.file, seal.n);
    let mut event = Event::new("seal", "chain", &id);
    event.digest = seal.hash.clone();
    app.viewed(&actor, event).await?;
    Ok(Some(seal))
}

/// One line more, under a lock, synced together with its folder.
fn append(folder: &Path, at: &str, why: Why, heads: Vec<Head>) -> std::io::Result<Seal> {
    std::fs::create_dir_all(folder)?;
    let path = folder.join(FILE);
    let fresh = !path.exists();
    let mut file = OpenOptions::new().read(true).append(true).create(true).open(&path)?;
    file.lock()?;
    let mut text = String::new();
    file.seek(SeekFrom::Start(0))?;
    file.read_to_string(&mut text)?;
    let seal = next(&Sealed::read(&text), at, why, heads);
    // A line the power cut off half way stays as it is; the next begins a line of its own.
    let begin = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    let line = serde_json::to_string(&seal)?;
    file.write_all(format!("{begin}{line}\n").as_bytes())?;
    file.sync_all()?;
    if fresh {
        File::open(folder)?.sync_all()?;
    }
    Ok(seal)
}

fn next(before: &Sealed, at: &str, why: Why, heads: Vec<Head>) -> Seal {
    let last = before.seals.last();
    let known = before.newest();
    let (chains, events) = (heads.len() as i64, heads.iter().map(|h| h.1).sum());
    let moved = |h: &Head| known.get(h.0.as_str()) != Some(&(h.1, h.2.as_str()));
    let mut seal = Seal {
        file: last.map_or_else(|| uuid::Uuid::now_v7().simple().to_string(), |s| s.file.clone()),
        n: last.map_or(1, |s| s.n + 1),
        at: at.to_owned(),
        why: why.code().to_owned(),
        chains,
        events,
        heads: heads.iter().filter(|h| moved(h)).cloned().collect(),
        previous: last.map_or_else(String::new, |s| s.hash.clone()),
        hash: String::new(),
    };
    seal.hash = seal.digest();
    seal
}

impl Seal {
    fn digest(&self) -> String {
        let numbers = [self.n, self.chains, self.events].map(|n| n.to_string());
        let mut columns = vec![self.file.as_str(), &self.at, &self.why];
        columns.extend(numbers.iter().map(String::as_str));
        let seqs: Vec<String> = self.heads.iter().map(|h| h.1.to_string()).collect();
        for (head, seq) in self.heads.iter().zip(&seqs) {
            columns.extend([head.0.as_str(), seq, &head.2]);
        }
        link(&self.previous, &columns)
    }

    /// As people read it aloud and compare it on paper: sixteen groups of four.
    pub fn groups(&self) -> Vec<String> {
        let chars: Vec<char> = self.hash.chars().collect();
        chars.chunks(4).map(|c| c.iter().collect()).collect()
    }
}

/// 封印の控え: the file as it was read.
#[derive(Clone, Debug, Default)]
pub struct Sealed {
    pub seals: Vec<Seal>,
    /// Lines of which a power cut left only a part.
    pub torn: usize,
    /// One line a break of the file's own chain.
    pub breaks: Vec<String>,
}

impl Sealed {
    pub fn open(path: &Path) -> std::io::Result<Self> {
        Ok(Self::read(&std::fs::read_to_string(path)?))
    }

    pub fn read(text: &str) -> Self {
        let mut out = Self::default();
        for line in text.lines().filter(|l| !l.trim().is_empty()) {
            match serde_json::from_str::<Seal>(line) {
                Ok(seal) => out.take(seal),
                Err(_) => out.torn += 1,
            }
        }
        out
    }

    fn take(&mut self, seal: Seal) {
        let (n, previous) = self.seals.last().map_or((0, ""), |s| (s.n, s.hash.as_str()));
        if seal.n != n + 1 || seal.previous != previous {
            self.breaks.push(format!("封印 {}番: 前の封印につながりません", seal.n));
        }
        if seal.hash != seal.digest() {
            self.breaks.push(format!("封印 {}番: 中身が書きかえられています", seal.n));
        }
        self.seals.push(seal);
    }

    /// Where each chain was when it was last sealed.
    fn newest(&self) -> std::collections::BTreeMap<&str, (i64, &str)> {
        let heads = self.seals.iter().flat_map(|s| &s.heads);
        heads.map(|(writer, seq, hash)| (writer.as_str(), (*seq, hash.as_str()))).collect()
    }

    /// The seal printed on a sheet: from any eight digits on, spaces and case do not matter.
    pub fn printed(&self, groups: &str) -> Option<&Seal> {
        let hex: String =
            groups.chars().filter(char::is_ascii_hexdigit).collect::<String>().to_lowercase();
        self.seals.iter().find(|s| hex.len() >= 8 && s.hash.starts_with(&hex))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heads(seq: i64) -> Vec<Head> {
        vec![("main".into(), seq, format!("{seq:064x}")), ("still".into(), 5, "h".into())]
    }

    fn write(folder: &Path, seqs: &[i64]) -> Vec<Seal> {
        let at = |n: i64| format!("2026-11-20T{n:02}:00:00.000Z");
        seqs.iter().map(|n| append(folder, &at(*n), Why::Hour, heads(*n)).unwrap()).collect()
    }

    #[test]
    fn a_line_holds_what_moved_and_the_lines_are_a_chain() {
        let dir = tempfile::tempdir().unwrap();
        let written = write(&dir.path().join("new"), &[1, 2, 3]);
        let file = Sealed::open(&dir.path().join("new").join(FILE)).unwrap();
        assert_eq!(file.seals, written);
        assert_eq!(file.breaks, Vec::<String>::new());
        assert_eq!((written[0].heads.len(), written[1].heads.len()), (2, 1));
        assert_eq!((written[2].n, written[2].chains, written[2].events), (3, 2, 8));
        assert_eq!(written[2].groups().len(), 16);
        let said = written[2].groups()[..3].join(" ").to_uppercase();
        assert_eq!(file.printed(&said), Some(&written[2]));
        assert_eq!(file.printed("12"), None, "too short to mean one");
    }

    #[test]
    fn a_line_changed_left_out_or_added_is_found() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), &[1, 2, 3]);
        let text = std::fs::read_to_string(dir.path().join(FILE)).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        for bad in [
            text.replace("T02:00", "T02:01"),
            [lines[0], lines[2]].join("\n"),
            [lines[1], lines[2]].join("\n"),
            [lines[0], lines[0], lines[1]].join("\n"),
        ] {
            assert!(!Sealed::read(&bad).breaks.is_empty(), "{bad}");
        }
    }

    #[test]
    fn a_line_the_power_cut_off_harms_nothing() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), &[1]);
        let path = dir.path().join(FILE);
        OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"file\":\"x").unwrap();
        write(dir.path(), &[2]);
        let file = Sealed::open(&path).unwrap();
        assert_eq!((file.seals.len(), file.torn, file.breaks.len()), (2, 1, 0));
    }
}
