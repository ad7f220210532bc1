//! The journal: what a deployment is about to do, written down before it is done, so that whoever finds a half-written
//! folder can finish it, or take it back.
//!
//! Everything lies in one staging folder inside the target, on the same file system: new files (`new-3`), the files they
//! replace (`old-3`), the journal, the lock. A step moves names only. It can be done and undone any number of times, from
//! any point where the process may have died: a file that is neither what the step found nor what it leaves was changed
//! by somebody else, and is left alone.

use super::disk::Disk;
use super::error::{Conflict, ConflictKind, DeployError, failed};
use super::look::{Found, Stamp, look, look_at, stamp};
use crate::emit::fileset::RelPath;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The staging folder's name in the target.
pub(super) const STAGING: &str = ".drplan-staging";
const JOURNAL: &str = "journal";
const DRAFT: &str = "journal.tmp";
const FORMAT: &str = "drplan.journal/1";

/// One step; `slot` numbers its files in the staging folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) enum Step {
    /// Takes away a file that is as in `old`.
    Remove {
        path: String,
        slot: usize,
        old: Stamp,
    },
    /// Takes away a folder if it is empty by now. It is moved, not removed: going back must not need room.
    RemoveDir {
        path: String,
        slot: usize,
    },
    CreateDir {
        path: String,
    },
    /// Puts the staged file in place, where nothing is or a file as in `old`.
    Place {
        path: String,
        slot: usize,
        old: Option<Stamp>,
        new: Stamp,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    format: String,
    steps: Vec<Step>,
}

/// A target folder with its staging folder.
pub(super) struct Journal<'a> {
    pub(super) folder: &'a Path,
    pub(super) disk: &'a dyn Disk,
}

impl Journal<'_> {
    pub(super) fn staging(&self) -> PathBuf {
        self.folder.join(STAGING)
    }

    /// Puts a new file into the staging folder.
    pub(super) fn stage(&self, slot: usize, contents: &[u8], executable: bool) -> Result<(), DeployError> {
        let path = self.new_file(slot);
        self.disk.create_file(&path, contents, executable).map_err(failed("write", &path))
    }

    /// Writes the steps down, does them all and forgets them; or does none.
    pub(super) fn commit(&self, steps: Vec<Step>) -> Result<(), DeployError> {
        let (draft, journal) = (self.staging().join(DRAFT), self.staging().join(JOURNAL));
        let document = Document { format: FORMAT.to_owned(), steps };
        let text = serde_json::to_vec(&document).map_err(|error| self.unfinished(&error.to_string()))?;
        self.disk.create_file(&draft, &text, false).map_err(failed("write", &draft))?;
        let staged = document.steps.iter().filter_map(|step| match step {
            Step::Place { slot, .. } => Some(self.new_file(*slot)),
            _ => None,
        });
        let files: Vec<PathBuf> = staged.chain([draft.clone()]).collect();
        self.disk.sync_files(&files).map_err(failed("write", &self.staging()))?;
        self.disk.sync_dir(&self.staging()).map_err(failed("write", &self.staging()))?;
        self.disk.rename(&draft, &journal).map_err(failed("write", &journal))?;
        self.run(&document.steps)
    }

    /// Finishes what an interrupted run has left, or clears it away. True if there was something to finish.
    pub(super) fn recover(&self) -> Result<bool, DeployError> {
        let journal = self.staging().join(JOURNAL);
        match look_at(&journal).map_err(failed("look at", &journal))? {
            Found::Nothing => return Ok(false),
            Found::File { .. } => {}
            _ => return Err(self.unfinished("its journal is not a regular file")),
        }
        let text = fs::read(&journal).map_err(failed("read", &journal))?;
        let document: Document = serde_json::from_slice(&text)
            .map_err(|error| self.unfinished(&format!("its journal cannot be read: {error}")))?;
        if document.format != FORMAT {
            return Err(self.unfinished("its journal was written by another version"));
        }
        self.run(&document.steps).map(|()| true)
    }

    /// Whether an interrupted run has left something to finish.
    pub(super) fn is_pending(&self) -> Result<bool, DeployError> {
        let journal = self.staging().join(JOURNAL);
        Ok(look_at(&journal).map_err(failed("look at", &journal))? != Found::Nothing)
    }

    /// Removes our files from the staging folder; what cannot be removed stays for the next run.
    pub(super) fn clear(&self) {
        let Ok(entries) = fs::read_dir(self.staging()) else { return };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let ours = name
                .to_str()
                .is_some_and(|name| name == DRAFT || ["new-", "old-"].iter().any(|prefix| name.starts_with(prefix)));
            if ours && is_empty_folder(&entry.path()).is_ok_and(|yes| yes) {
                let _ = self.disk.remove_dir(&entry.path());
            } else if ours {
                let _ = self.disk.remove_file(&entry.path());
            }
        }
    }

    fn run(&self, steps: &[Step]) -> Result<(), DeployError> {
        match self.forward(steps) {
            Ok(()) => Ok(()),
            Err(error) => match self.back(steps) {
                Ok(()) => Err(error),
                Err(second) => Err(self.unfinished(&format!("{error}; and, going back, {second}"))),
            },
        }
    }

    fn forward(&self, steps: &[Step]) -> Result<(), DeployError> {
        for step in steps {
            self.apply(step)?;
        }
        self.settle(steps)
    }

    fn back(&self, steps: &[Step]) -> Result<(), DeployError> {
        for step in steps.iter().rev() {
            self.undo(step)?;
        }
        self.settle(steps)
    }

    /// Makes all moves durable, then forgets the journal.
    fn settle(&self, steps: &[Step]) -> Result<(), DeployError> {
        let touched: BTreeSet<PathBuf> =
            steps.iter().filter_map(|step| self.folder.join(step.path()).parent().map(Path::to_owned)).collect();
        for folder in touched.iter().filter(|folder| folder.is_dir()) {
            self.disk.sync_dir(folder).map_err(failed("write", folder))?;
        }
        let journal = self.staging().join(JOURNAL);
        ignoring(self.disk.remove_file(&journal), io::ErrorKind::NotFound).map_err(failed("remove", &journal))
    }

    fn apply(&self, step: &Step) -> Result<(), DeployError> {
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

    fn undo(&self, step: &Step) -> Result<(), DeployError> {
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

    fn new_file(&self, slot: usize) -> PathBuf {
        self.staging().join(format!("new-{slot}"))
    }

    fn old_file(&self, slot: usize) -> PathBuf {
        self.staging().join(format!("old-{slot}"))
    }

    fn unfinished(&self, problem: &str) -> DeployError {
        DeployError::Unfinished { folder: self.folder.to_owned(), problem: problem.to_owned() }
    }
}

impl Step {
    pub(super) fn path(&self) -> &str {
        match self {
            Step::Remove { path, .. }
            | Step::RemoveDir { path, .. }
            | Step::CreateDir { path }
            | Step::Place { path, .. } => path,
        }
    }
}

fn exists(path: &Path) -> Result<bool, DeployError> {
    Ok(matches!(look_at(path).map_err(failed("look at", path))?, Found::File { .. }))
}

fn is_empty_folder(path: &Path) -> Result<bool, DeployError> {
    let folder = look_at(path).map_err(failed("look at", path))? == Found::Folder;
    Ok(folder && fs::read_dir(path).map_err(failed("read", path))?.next().is_none())
}

fn ignoring(result: io::Result<()>, kind: io::ErrorKind) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == kind => Ok(()),
        other => other,
    }
}

fn edited(path: RelPath) -> DeployError {
    refused(path, ConflictKind::Edited)
}

fn refused(path: RelPath, kind: ConflictKind) -> DeployError {
    DeployError::Refused(vec![Conflict { path, kind }])
}
