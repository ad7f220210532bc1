//! A disk on which things go wrong at a chosen moment.

use super::super::disk::{Disk, NewFile};
use std::cell::Cell;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What happens from the chosen change on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// The process is dead: nothing changes any more. A file that it was writing is half there.
    Killed,
    /// No room for anything new; moving and removing works.
    Full,
    /// This one change fails, the next ones work.
    Once,
    /// This change and the ones after it fail, but the process lives: nothing can be taken back.
    Broken,
}

/// Counts changes and fails at `at`. Does not wait for the real disk.
pub(super) struct Faulty {
    pub(super) fault: Fault,
    pub(super) at: usize,
    pub(super) links: bool,
    pub(super) changes: Cell<usize>,
}

impl Faulty {
    pub(super) fn new(fault: Fault, at: usize) -> Faulty {
        Faulty { fault, at, links: true, changes: Cell::new(0) }
    }

    /// A disk that works.
    pub(super) fn sound() -> Faulty {
        Faulty::new(Fault::Killed, usize::MAX)
    }

    fn change(&self, needs_room: bool) -> io::Result<()> {
        let now = self.changes.get();
        self.changes.set(now + 1);
        let fails = match self.fault {
            Fault::Killed | Fault::Broken => now >= self.at,
            Fault::Full => now >= self.at && needs_room,
            Fault::Once => now == self.at,
        };
        let kind = if self.fault == Fault::Full { io::ErrorKind::StorageFull } else { io::ErrorKind::Other };
        if fails { Err(io::Error::new(kind, "injected")) } else { Ok(()) }
    }
}

impl Disk for Faulty {
    fn create_dir(&self, path: &Path) -> io::Result<()> {
        self.change(true)?;
        fs::create_dir(path)
    }

    fn create_files(&self, files: &[NewFile]) -> io::Result<()> {
        files.iter().try_for_each(|file| self.create_file(file))
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.change(true)?;
        if self.links { fs::hard_link(from, to) } else { Err(io::ErrorKind::Unsupported.into()) }
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.change(false)?;
        fs::rename(from, to)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.change(false)?;
        fs::remove_file(path)
    }

    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        self.change(false)?;
        fs::remove_dir(path)
    }

    fn sync_files(&self, _paths: &[PathBuf]) -> io::Result<()> {
        self.change(true)
    }

    fn sync_dir(&self, _path: &Path) -> io::Result<()> {
        self.change(false)
    }
}

impl Faulty {
    fn create_file(&self, file: &NewFile) -> io::Result<()> {
        use std::os::unix::fs::PermissionsExt;
        let first = self.changes.get() == self.at;
        if let Err(error) = self.change(true) {
            if first {
                fs::write(&file.path, &file.contents[..file.contents.len() / 2])?;
            }
            return Err(error);
        }
        fs::write(&file.path, file.contents)?;
        fs::set_permissions(&file.path, fs::Permissions::from_mode(if file.executable { 0o755 } else { 0o644 }))
    }
}
