//! A disk of its own in a file, with a file system on it: it can be full, and it can be cut off
//! at any moment, without what the system had not yet written. Needs root and `mkfs.ext4`.

use std::path::{Path, PathBuf};
use std::process::Command;

pub struct Disk {
    image: PathBuf,
    pub mounted: PathBuf,
}

impl Disk {
    pub fn new(folder: &Path, name: &str, megabytes: u64) -> Result<Self, String> {
        let image = folder.join(format!("{name}.img"));
        let file = std::fs::File::create(&image).map_err(|e| e.to_string())?;
        file.set_len(megabytes << 20).map_err(|e| e.to_string())?;
        run(Command::new("mkfs.ext4").args(["-q", "-F"]).arg(&image))?;
        Self::mount(image, folder.join(name))
    }

    fn mount(image: PathBuf, mounted: PathBuf) -> Result<Self, String> {
        std::fs::create_dir_all(&mounted).map_err(|e| e.to_string())?;
        run(Command::new("mount").args(["-o", "loop"]).arg(&image).arg(&mounted))?;
        Ok(Self { image, mounted })
    }

    /// What the disk itself holds at this moment, as another disk: without what the system still
    /// keeps in memory. Whoever writes must stand still meanwhile.
    pub fn cut(&self, folder: &Path, name: &str) -> Result<Self, String> {
        let image = folder.join(format!("{name}.img"));
        run(Command::new("cp").arg("--sparse=always").arg(&self.image).arg(&image))?;
        Self::mount(image, folder.join(name))
    }

    pub fn free_bytes(&self) -> Result<u64, String> {
        let out = Command::new("df").args(["--output=avail", "-B1"]).arg(&self.mounted).output();
        let out = out.map_err(|e| e.to_string())?;
        let text = String::from_utf8_lossy(&out.stdout);
        let last = text.lines().last().unwrap_or_default().trim();
        last.parse().map_err(|_| format!("df says {last}"))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = run(Command::new("umount").arg("-l").arg(&self.mounted));
        let _ = std::fs::remove_file(&self.image);
    }
}

fn run(command: &mut Command) -> Result<(), String> {
    let done = command.output().map_err(|e| format!("{command:?}: {e}"))?;
    match done.status.success() {
        true => Ok(()),
        false => Err(format!("{command:?}: {}", String::from_utf8_lossy(&done.stderr))),
    }
}
