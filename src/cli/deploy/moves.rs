//! The moves behind the steps of a journal: done, undone, and found done before.
//!
//! Whatever a step finds tells how far it had come. Something else than it can have left there is somebody else's work.

use super::error::{Conflict, ConflictKind, DeployError, failed};
use super::journal::{Journal, Step};
use super::look::{Found, Stamp, digest, look, look_at};
use crate::emit::fileset::RelPath;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

impl Journal<'_> {
    /// Does a step, or what is left of it.
    pub(super) fn apply(&self, step: &Step) -> Result<(), DeployError> {
        let (path, target, seen) = self.target(step)?;
        match step {
            // Once done, a later step may have put a folder there.
            Step::Remove { slot, .. } if exists(&self.old_file(*slot))? => Ok(()),
            Step::Remove { slot, old, .. } => match found(&path, &target, &seen)? {
                None => Ok(()),
                Some(found) if found == *old => self.rename(&target, &self.old_file(*slot)),
                Some(_) => Err(edited(path)),
            },
            Step::RemoveDir { slot, .. } if is_empty_folder(&target)? => self.rename(&target, &self.old_file(*slot)),
            Step::RemoveDir { .. } => Ok(()),
            Step::PlaceDir { slot, .. } if !is_folder(&self.new_file(*slot))? => Ok(()),
            Step::PlaceDir { .. } if seen != Found::Nothing => Err(edited(path)),
            Step::PlaceDir { slot, .. } => self.rename(&self.new_file(*slot), &target),
            Step::Place { slot, old, new, .. } => {
                if exists(&self.new_file(*slot))? {
                    let found = found(&path, &target, &seen)?;
                    self.place(path, &target, *slot, found, (old.as_ref(), new))?;
                }
                Ok(())
            }
        }
    }

    /// Takes a step back, as far as it was done.
    pub(super) fn undo(&self, step: &Step) -> Result<(), DeployError> {
        let (path, target, seen) = self.target(step)?;
        match step {
            Step::Remove { slot, .. } if !exists(&self.old_file(*slot))? => Ok(()),
            Step::Remove { slot, .. } => match found(&path, &target, &seen)? {
                None => self.rename(&self.old_file(*slot), &target),
                Some(_) => Err(edited(path)),
            },
            Step::RemoveDir { slot, .. } if !is_empty_folder(&self.old_file(*slot))? => Ok(()),
            Step::RemoveDir { slot, .. } => self.rename(&self.old_file(*slot), &target),
            Step::PlaceDir { slot, .. } if seen == Found::Nothing || is_folder(&self.new_file(*slot))? => Ok(()),
            Step::PlaceDir { slot, files, .. } => {
                if !holds_exactly(&target, &seen, files)? {
                    return Err(edited(path));
                }
                self.rename(&target, &self.new_file(*slot))
            }
            Step::Place { slot, old: None, .. } if exists(&self.new_file(*slot))? => Ok(()),
            Step::Place { slot, old: None, new, .. } => match found(&path, &target, &seen)? {
                None => Ok(()),
                Some(found) if found == *new => self.rename(&target, &self.new_file(*slot)),
                Some(_) => Err(edited(path)),
            },
            Step::Place { slot, old: Some(old), new, .. } => {
                if exists(&self.old_file(*slot))? {
                    let found = found(&path, &target, &seen)?;
                    self.put_back(path, &target, *slot, found, (old, new))?;
                }
                Ok(())
            }
        }
    }

    fn place(
        &self,
        path: RelPath,
        target: &Path,
        slot: usize,
        found: Option<Stamp>,
        (old, new): (Option<&Stamp>, &Stamp),
    ) -> Result<(), DeployError> {
        match found {
            None => {}
            Some(found) if found == *new => return Ok(()),
            Some(found) if Some(&found) == old => self.keep(target, &self.old_file(slot))?,
            Some(_) => return Err(edited(path)),
        }
        self.rename(&self.new_file(slot), target)
    }

    fn put_back(
        &self,
        path: RelPath,
        target: &Path,
        slot: usize,
        found: Option<Stamp>,
        (old, new): (&Stamp, &Stamp),
    ) -> Result<(), DeployError> {
        match found {
            None => {}
            Some(found) if found == *old => return Ok(()),
            Some(found) if found == *new => self.keep(target, &self.new_file(slot))?,
            Some(_) => return Err(edited(path)),
        }
        self.rename(&self.old_file(slot), target)
    }

    /// Gives a file a name in the staging folder before another takes its place; where the file system knows no second
    /// names, by moving it.
    fn keep(&self, target: &Path, kept: &Path) -> Result<(), DeployError> {
        if exists(kept)? || self.disk.link(target, kept).is_ok() {
            return Ok(());
        }
        self.rename(target, kept)
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<(), DeployError> {
        self.disk.rename(from, to).map_err(failed("write", to))
    }

    /// The path of a step and what is there, looked at once for each step. The journal lies where others can write, so its
    /// paths are checked again.
    fn target(&self, step: &Step) -> Result<(RelPath, PathBuf, Found), DeployError> {
        let path = RelPath::new(step.path()).map_err(|error| self.unfinished(&error.to_string()))?;
        let target = self.folder.join(path.as_str());
        match look(self.folder, &path).map_err(failed("look at", &target))? {
            Found::Link(link) => Err(refused(path, ConflictKind::Link(link))),
            seen => Ok((path, target, seen)),
        }
    }
}

/// The stamp of the file at a path; something else than a file there is somebody else's doing.
fn found(path: &RelPath, target: &Path, seen: &Found) -> Result<Option<Stamp>, DeployError> {
    match seen {
        Found::Nothing => Ok(None),
        Found::File { executable, .. } => {
            let sha256 = digest(target).map_err(failed("read", target))?;
            Ok(Some(Stamp { sha256, executable: *executable }))
        }
        _ => Err(edited(path.clone())),
    }
}

fn exists(path: &Path) -> Result<bool, DeployError> {
    Ok(matches!(look_at(path).map_err(failed("look at", path))?, Found::File { .. }))
}

fn is_folder(path: &Path) -> Result<bool, DeployError> {
    Ok(look_at(path).map_err(failed("look at", path))? == Found::Folder)
}

/// Whether there is a folder with nothing in it.
fn is_empty_folder(path: &Path) -> Result<bool, DeployError> {
    Ok(is_folder(path)? && fs::read_dir(path).map_err(failed("read", path))?.next().is_none())
}

/// Whether a folder is as it was put in place: with these files, as they were, and nothing else.
fn holds_exactly(folder: &Path, seen: &Found, files: &BTreeMap<String, Stamp>) -> Result<bool, DeployError> {
    if *seen != Found::Folder {
        return Ok(false);
    }
    let mut left = files.clone();
    Ok(takes_out(folder, "", &mut left)? && left.is_empty())
}

/// Takes the files in a folder out of those that are looked for; false at the first thing that is not one of them.
fn takes_out(folder: &Path, prefix: &str, left: &mut BTreeMap<String, Stamp>) -> Result<bool, DeployError> {
    let before = left.len();
    for entry in fs::read_dir(folder).map_err(failed("read", folder))? {
        let entry = entry.map_err(failed("read", folder))?;
        let on_disk = entry.path();
        let Some(name) = entry.file_name().to_str().map(|name| format!("{prefix}{name}")) else { return Ok(false) };
        let same = match look_at(&on_disk).map_err(failed("look at", &on_disk))? {
            Found::Folder => takes_out(&on_disk, &format!("{name}/"), left)?,
            Found::File { executable, .. } => {
                let sha256 = digest(&on_disk).map_err(failed("read", &on_disk))?;
                left.remove(&name) == Some(Stamp { sha256, executable })
            }
            _ => false,
        };
        if !same {
            return Ok(false);
        }
    }
    // An empty folder is not ours.
    Ok(left.len() < before)
}

fn edited(path: RelPath) -> DeployError {
    refused(path, ConflictKind::Edited)
}

fn refused(path: RelPath, kind: ConflictKind) -> DeployError {
    DeployError::Refused(vec![Conflict { path, kind }])
}
