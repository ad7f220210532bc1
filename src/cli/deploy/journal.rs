//! The journal: what a deployment is about to do, written down before it is done, so that whoever finds a half-written
//! folder can finish it, or take it back.
//!
//! Everything lies in one staging folder inside the target, on the same file system: new files and new folders with all
//! that is in them (`new-3`), the files they replace (`old-3`), the journal, the lock. A step moves names only. It can be
//! done and undone any number of times, from any point where the process may have died: a file that is neither what the
//! step found nor what it leaves was changed by somebody else, and is left alone.

use super::disk::{Disk, NewFile};
use super::error::{DeployError, failed};
use super::look::{Found, Stamp, look_at};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
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
    Remove { path: String, slot: usize, old: Stamp },
    /// Takes away a folder if it is empty by now. It is moved, not removed: going back must not need room.
    RemoveDir { path: String, slot: usize },
    /// Puts the staged folder in place, where nothing is: one move for all its files, however many they are.
    PlaceDir {
        path: String,
        slot: usize,
        /// All its files, by their paths in it.
        files: BTreeMap<String, Stamp>,
    },
    /// Puts the staged file in place, where nothing is or a file as in `old`.
    Place { path: String, slot: usize, old: Option<Stamp>, new: Stamp },
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

    /// Puts new files into the staging folder, each where its path says, writes the steps down, does them all and forgets
    /// them; or does none.
    pub(super) fn commit(&self, steps: Vec<Step>, staged: Vec<NewFile>) -> Result<(), DeployError> {
        let staging = self.staging();
        let (draft, journal) = (staging.join(DRAFT), staging.join(JOURNAL));
        let document = Document { format: FORMAT.to_owned(), steps };
        let text = serde_json::to_vec(&document).map_err(|error| self.unfinished(&error.to_string()))?;
        let mut new: Vec<NewFile> = staged;
        new.push(NewFile { path: draft.clone(), contents: &text, executable: false });
        let parents: BTreeSet<&Path> = new.iter().filter_map(|file| file.path.parent()).collect();
        let inside = |path: &Path| path.ancestors().take_while(|above| *above != staging).map(Path::to_owned).collect();
        let folders: BTreeSet<PathBuf> = parents.into_iter().flat_map::<Vec<PathBuf>, _>(inside).collect();
        for folder in &folders {
            self.disk.create_dir(folder).map_err(failed("create", folder))?;
        }
        self.disk.create_files(&new).map_err(failed("write", &staging))?;
        let files: Vec<PathBuf> = new.into_iter().map(|file| file.path).collect();
        self.disk.sync_files(&files).map_err(failed("write", &staging))?;
        for folder in folders.iter().chain([&staging]) {
            self.disk.sync_dir(folder).map_err(failed("write", folder))?;
        }
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
            if ours {
                self.remove(&entry.path());
            }
        }
    }

    /// Removes what lies in the staging folder, with all that is in it; a link is removed, not followed.
    fn remove(&self, path: &Path) {
        if !look_at(path).is_ok_and(|found| found == Found::Folder) {
            let _ = self.disk.remove_file(path);
            return;
        }
        for entry in fs::read_dir(path).into_iter().flatten().flatten() {
            self.remove(&entry.path());
        }
        let _ = self.disk.remove_dir(path);
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

    /// The staged file, or folder, of a step.
    pub(super) fn new_file(&self, slot: usize) -> PathBuf {
        self.staging().join(format!("new-{slot}"))
    }

    pub(super) fn old_file(&self, slot: usize) -> PathBuf {
        self.staging().join(format!("old-{slot}"))
    }

    pub(super) fn unfinished(&self, problem: &str) -> DeployError {
        DeployError::Unfinished { folder: self.folder.to_owned(), problem: problem.to_owned() }
    }
}

impl Step {
    pub(super) fn path(&self) -> &str {
        match self {
            Step::Remove { path, .. }
            | Step::RemoveDir { path, .. }
            | Step::PlaceDir { path, .. }
            | Step::Place { path, .. } => path,
        }
    }
}

fn ignoring(result: io::Result<()>, kind: io::ErrorKind) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == kind => Ok(()),
        other => other,
    }
}
