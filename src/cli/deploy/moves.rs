//! The moves behind the steps of a journal: done, undone, and found done before.
//!
//! Whatever a step finds tells how far it had come. Something else than it can have left there is somebody else's work.

use super::error::{Conflict, ConflictKind, DeployError, failed};
use super::journal::{Journal, Step};
use super::look::{Found, Stamp, look, look_at, stamp};
use crate::emit::fileset::RelPath;
use std::fs;
use std::path::{Path, PathBuf};

impl Journal<'_> {
    /// Does a step, or what is left of it.
    pub(super) fn apply(&self, step: &Step) -> Result<(), DeployError> {
        let (path, target) = self.target(step)?;
        match step {
            // Once done, a later step may have put a folder there.
            Step::Remove { slot, .. } if exists(&self.old_file(*slot))? => Ok(()),
            Step::Remove { slot, old, .. } => match self.found(&path)? {
                None => Ok(()),
                Some(found) if found == *old => self.rename(&target, &self.old_file(*slot)),
                Some(_) => Err(edited(path)),
            },
            Step::RemoveDir { slot, .. } if is_empty_folder(&target)? => self.rename(&target, &self.old_file(*slot)),
            Step::RemoveDir { .. } => Ok(()),
            Step::CreateDir { .. } => self.create_dir(&path, &target),
            Step::Place { slot, old, new, .. } => self.place(&path, &target, *slot, old.as_ref(), new),
        }
    }

    /// Takes a step back, as far as it was done.
    pub(super) fn undo(&self, step: &Step) -> Result<(), DeployError> {
        let (path, target) = self.target(step)?;
        match step {
            Step::Remove { slot, .. } if !exists(&self.old_file(*slot))? => Ok(()),
            Step::Remove { slot, .. } => match self.found(&path)? {
                None => self.rename(&self.old_file(*slot), &target),
                Some(_) => Err(edited(path)),
            },
            Step::RemoveDir { slot, .. } if !is_empty_folder(&self.old_file(*slot))? => Ok(()),
            Step::RemoveDir { slot, .. } => self.rename(&self.old_file(*slot), &target),
            Step::CreateDir { .. } if !is_empty_folder(&target)? => Ok(()),
            Step::CreateDir { .. } => self.disk.remove_dir(&target).map_err(failed("remove", &target)),
            Step::Place { slot, old: None, .. } if exists(&self.new_file(*slot))? => Ok(()),
            Step::Place { slot, old: None, new, .. } => match self.found(&path)? {
                None => Ok(()),
                Some(found) if found == *new => self.rename(&target, &self.new_file(*slot)),
                Some(_) => Err(edited(path)),
            },
            Step::Place { slot, old: Some(old), new, .. } => self.put_back(&path, &target, *slot, old, new),
        }
    }

    fn place(
        &self,
        path: &RelPath,
        target: &Path,
        slot: usize,
        old: Option<&Stamp>,
        new: &Stamp,
    ) -> Result<(), DeployError> {
        let staged = self.new_file(slot);
        if !exists(&staged)? {
            return Ok(());
        }
        match self.found(path)? {
            None => {}
            Some(found) if found == *new => return Ok(()),
            Some(found) if Some(&found) == old => self.keep(target, &self.old_file(slot))?,
            Some(_) => return Err(edited(path.clone())),
        }
        self.rename(&staged, target)
    }

    fn put_back(
        &self,
        path: &RelPath,
        target: &Path,
        slot: usize,
        old: &Stamp,
        new: &Stamp,
    ) -> Result<(), DeployError> {
        let (staged, kept) = (self.new_file(slot), self.old_file(slot));
        if !exists(&kept)? {
            return Ok(());
        }
        match self.found(path)? {
            None => {}
            Some(found) if found == *old => return Ok(()),
            Some(found) if found == *new => self.keep(target, &staged)?,
            Some(_) => return Err(edited(path.clone())),
        }
        self.rename(&kept, target)
    }

    /// Gives a file a name in the staging folder before another takes its place; where the file system knows no second
    /// names, by moving it.
    fn keep(&self, target: &Path, kept: &Path) -> Result<(), DeployError> {
        if exists(kept)? || self.disk.link(target, kept).is_ok() {
            return Ok(());
        }
        self.rename(target, kept)
    }

    fn create_dir(&self, path: &RelPath, target: &Path) -> Result<(), DeployError> {
        match look(self.folder, path).map_err(failed("look at", target))? {
            Found::Folder => Ok(()),
            Found::Nothing => self.disk.create_dir(target).map_err(failed("create", target)),
            _ => Err(edited(path.clone())),
        }
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<(), DeployError> {
        self.disk.rename(from, to).map_err(failed("write", to))
    }

    /// The stamp of the file at a path; something else than a file there is somebody else's doing.
    fn found(&self, path: &RelPath) -> Result<Option<Stamp>, DeployError> {
        let on_disk = self.folder.join(path.as_str());
        match look(self.folder, path).map_err(failed("look at", &on_disk))? {
            Found::Nothing => Ok(None),
            Found::File { .. } => stamp(self.folder, path).map_err(failed("read", &on_disk)),
            _ => Err(edited(path.clone())),
        }
    }

    /// The journal lies where others can write, so its paths are checked again.
    fn target(&self, step: &Step) -> Result<(RelPath, PathBuf), DeployError> {
        let path = RelPath::new(step.path()).map_err(|error| self.unfinished(&error.to_string()))?;
        let target = self.folder.join(path.as_str());
        match look(self.folder, &path).map_err(failed("look at", &target))? {
            Found::Link(link) => Err(refused(path, ConflictKind::Link(link))),
            _ => Ok((path, target)),
        }
    }
}

fn exists(path: &Path) -> Result<bool, DeployError> {
    Ok(matches!(look_at(path).map_err(failed("look at", path))?, Found::File { .. }))
}

/// Whether there is a folder with nothing in it.
pub(super) fn is_empty_folder(path: &Path) -> Result<bool, DeployError> {
    let folder = look_at(path).map_err(failed("look at", path))? == Found::Folder;
    Ok(folder && fs::read_dir(path).map_err(failed("read", path))?.next().is_none())
}

fn edited(path: RelPath) -> DeployError {
    refused(path, ConflictKind::Edited)
}

fn refused(path: RelPath, kind: ConflictKind) -> DeployError {
    DeployError::Refused(vec![Conflict { path, kind }])
}
