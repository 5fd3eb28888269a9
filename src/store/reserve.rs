//! 予備: room that is kept for the day the disk is full. It is then given up for what must not wait:
//! that somebody looked, that somebody signed in. Everything else is refused until there is room
//! again, and nothing that was kept is lost.

use std::fs::{File, OpenOptions};
use std::io::{Result, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, OnceLock};

/// Some hundred thousand events.
const BYTES: u64 = 64 << 20;

/// The file beside the database.
pub const FILE: &str = "reserve";

#[derive(Clone, Default)]
pub struct Reserve(Arc<State>);

#[derive(Default)]
struct State {
    file: OnceLock<PathBuf>,
    full: AtomicBool,
}

impl Reserve {
    /// Takes the room in a folder. Without it (a disk that is full already, PostgreSQL, a test)
    /// a full disk stops the views as well.
    pub fn keep_in(&self, folder: &Path) -> Result<()> {
        self.take(self.0.file.get_or_init(|| folder.join(FILE)))
    }

    /// The disk was full a moment ago.
    pub fn is_given_up(&self) -> bool {
        self.0.full.load(SeqCst)
    }

    /// The disk is full: frees the room, once.
    pub fn give_up(&self) {
        if !self.0.full.swap(true, SeqCst) {
            eprintln!("記憶装置の空きがありません。予備を空けました。登録は断り、閲覧を続けます。");
            if let Some(file) = self.0.file.get() {
                let _ = std::fs::remove_file(file);
            }
        }
    }

    /// Takes the room again as soon as there is some: then everything goes on.
    pub fn take_back(&self) -> Result<()> {
        if let Some(file) = self.0.file.get() {
            self.take(file)?;
        }
        if self.0.full.swap(false, SeqCst) {
            eprintln!("記憶装置に空きができました。登録を再開します。");
        }
        Ok(())
    }

    fn take(&self, path: &Path) -> Result<()> {
        if path.metadata().is_ok_and(|m| m.len() >= BYTES) {
            return Ok(());
        }
        let taken = fill(path);
        if taken.is_err() {
            let _ = std::fs::remove_file(path);
        }
        taken
    }
}

/// Written, not only stretched: a file with holes takes no room.
fn fill(path: &Path) -> Result<()> {
    let mut file: File = OpenOptions::new().create(true).append(true).open(path)?;
    let block = vec![0_u8; 1 << 20];
    let mut size = file.metadata()?.len();
    while size < BYTES {
        file.write_all(&block)?;
        size += block.len() as u64;
    }
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_room_is_taken_given_up_and_taken_back() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(FILE);
        let reserve = Reserve::default();
        reserve.keep_in(folder.path()).unwrap();
        assert!(file.metadata().unwrap().len() >= BYTES && !reserve.is_given_up());
        reserve.give_up();
        assert!(!file.exists() && reserve.is_given_up());
        reserve.take_back().unwrap();
        assert!(file.metadata().unwrap().len() >= BYTES && !reserve.is_given_up());
    }

    #[test]
    fn where_no_room_can_be_taken_nothing_half_taken_stays() {
        let reserve = Reserve::default();
        assert!(reserve.keep_in(Path::new("/nowhere/at/all")).is_err());
        reserve.give_up();
        assert!(reserve.take_back().is_err() && reserve.is_given_up());
    }
}
