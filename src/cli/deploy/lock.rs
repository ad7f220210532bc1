//! One writer at a time for each folder.
//!
//! The lock is the kernel's and ends with the process; the file it is on lies in the staging folder and goes with it.

use super::disk::Disk;
use super::error::{DeployError, failed};
use super::journal::STAGING;
use super::look::{Found, look_at};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

const ATTEMPTS: usize = 100;

/// The right to write to a folder, and a staging folder in it.
pub(super) struct Lock<'a> {
    staging: PathBuf,
    disk: &'a dyn Disk,
    _file: File,
}

impl<'a> Lock<'a> {
    /// Takes the lock, or says that somebody else has it.
    pub(super) fn take(folder: &Path, disk: &'a dyn Disk) -> Result<Lock<'a>, DeployError> {
        let staging = folder.join(STAGING);
        let path = lock_file(&staging);
        for _ in 0..ATTEMPTS {
            match look_at(&staging).map_err(failed("look at", &staging))? {
                Found::Folder => {}
                Found::Nothing => match disk.create_dir(&staging) {
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                    other => other.map_err(failed("create", &staging))?,
                },
                Found::Link(link) => return Err(DeployError::LinkedFolder(link)),
                _ => return Err(DeployError::NotAFolder(staging)),
            }
            match try_take(&path) {
                Ok(Attempt::Mine(file)) => return Ok(Lock { staging, disk, _file: file }),
                Ok(Attempt::Busy) => return Err(DeployError::Busy(folder.to_owned())),
                Ok(Attempt::Gone) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(failed("lock", &path)(error)),
            }
        }
        Err(DeployError::Busy(folder.to_owned()))
    }

    /// Whether somebody has the lock now.
    pub(super) fn is_taken(folder: &Path) -> bool {
        let file = File::open(lock_file(&folder.join(STAGING)));
        file.is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }

    /// Gives the lock back; the staging folder goes if it is empty.
    pub(super) fn release(self) {
        let _ = self.disk.remove_file(&lock_file(&self.staging));
        let _ = self.disk.remove_dir(&self.staging);
    }
}

fn lock_file(staging: &Path) -> PathBuf {
    staging.join("lock")
}

enum Attempt {
    Mine(File),
    Busy,
    /// The one who had it took the file away in between.
    Gone,
}

fn try_take(path: &Path) -> io::Result<Attempt> {
    if !matches!(look_at(path)?, Found::Nothing | Found::File { .. }) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
    }
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(Attempt::Busy),
        Err(TryLockError::Error(error)) => return Err(error),
    }
    let named = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Attempt::Gone),
        other => other?,
    };
    Ok(if is_same(&file.metadata()?, &named) { Attempt::Mine(file) } else { Attempt::Gone })
}

#[cfg(unix)]
fn is_same(a: &fs::Metadata, b: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

#[cfg(not(unix))]
fn is_same(_a: &fs::Metadata, _b: &fs::Metadata) -> bool {
    true
}
