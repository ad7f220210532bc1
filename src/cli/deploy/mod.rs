//! Writes generated files below a folder: all of them or none, nothing that is not ours, nothing outside.
//!
//! * **All or none**, also when the disk fills or the process is killed: new files are staged inside the folder, the
//!   moves are written down, then made; the next run finishes what one has left (`journal`).
//! * **Only ours**: a manifest in the folder holds a digest of every file that we wrote (`manifest`). A file that is not
//!   in it, or is not as it was, is an error that names it. Files that are no longer generated go, with the folders that
//!   they leave empty.
//! * **No way out**: paths are checked when a set is made and again when they are read back; no link is followed, at
//!   any level. This guards against what lies in the folder, such as a link in a pull request; it cannot guard against
//!   somebody who changes the folder at the same moment.
//! * **No noise**: a file that is as it should be is not touched.
//!
//! Several generators share a folder; each owns its section of the manifest.

mod check;
mod disk;
mod error;
mod journal;
mod lock;
mod look;
mod manifest;
mod moves;
mod survey;
#[cfg(test)]
mod tests;

pub use check::{Difference, DifferenceKind};
pub use error::{Conflict, ConflictKind, DeployError};
pub use manifest::MANIFEST;

use crate::emit::fileset::{FileSet, RelPath};
use disk::{Disk, Real};
use error::failed;
use journal::{Journal, Step};
use lock::Lock;
use look::{Found, Stamp, look_at, stamp};
use manifest::Manifest;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};
use survey::{State, Wanted, conflicts, survey};

/// What a deployment did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Files that were not there.
    pub created: Vec<RelPath>,
    /// Files that had another text or mode.
    pub updated: Vec<RelPath>,
    /// Files that are no longer generated.
    pub removed: Vec<RelPath>,
    /// How many files were as they should be.
    pub unchanged: usize,
    /// An interrupted run was finished first.
    pub recovered: bool,
}

/// Writes the files of these sections (generator name and its files) below `folder`, which is made if need be.
pub fn deploy(folder: &Path, sections: &[(&str, FileSet)]) -> Result<Outcome, DeployError> {
    deploy_on(&Real, folder, sections)
}

/// How the folder differs from these sections; writes nothing. Empty if it is up to date.
pub fn check(folder: &Path, sections: &[(&str, FileSet)]) -> Result<Vec<Difference>, DeployError> {
    refuse_links(folder)?;
    let journal = Journal { folder, disk: &Real };
    if Lock::is_taken(folder) {
        return Err(DeployError::Busy(folder.to_owned()));
    }
    if journal.is_pending()? {
        return Err(DeployError::Interrupted(folder.to_owned()));
    }
    let wanted = Wanted::new(sections)?;
    let manifest = Manifest::read(folder)?;
    let states = survey(folder, &manifest, &wanted)?;
    Ok(check::differences(folder, &wanted, &states))
}

/// The sections of what we wrote into a folder, by the names of their generators.
pub fn sections(folder: &Path) -> Result<BTreeSet<String>, DeployError> {
    refuse_links(folder)?;
    Ok(Manifest::read(folder)?.files.into_values().map(|entry| entry.section).collect())
}

fn deploy_on(disk: &dyn Disk, folder: &Path, sections: &[(&str, FileSet)]) -> Result<Outcome, DeployError> {
    let wanted = Wanted::new(sections)?;
    refuse_links(folder)?;
    let made = create_folder(disk, folder)?;
    let done = with_lock(disk, folder, &wanted);
    if done.is_err() {
        for folder in made.iter().rev() {
            let _ = disk.remove_dir(folder);
        }
    }
    done
}

fn with_lock(disk: &dyn Disk, folder: &Path, wanted: &Wanted) -> Result<Outcome, DeployError> {
    let lock = Lock::take(folder, disk)?;
    let journal = Journal { folder, disk };
    let done = locked(&journal, wanted);
    if !matches!(journal.is_pending(), Ok(true)) {
        journal.clear();
        lock.release();
    }
    done
}

fn locked(journal: &Journal, wanted: &Wanted) -> Result<Outcome, DeployError> {
    let recovered = journal.recover()?;
    journal.clear();
    let before = Manifest::read(journal.folder)?;
    let states = survey(journal.folder, &before, wanted)?;
    let in_the_way = conflicts(&states);
    if !in_the_way.is_empty() {
        return Err(DeployError::Refused(in_the_way));
    }
    let after = wanted.manifest(&before);
    let mut plan = Plan { journal, steps: Vec::new() };
    plan.removals(&states, &after);
    plan.folders(&states)?;
    plan.files(&states, wanted)?;
    plan.manifest(&after)?;
    if !plan.steps.is_empty() {
        journal.commit(plan.steps)?;
    }
    Ok(outcome(states, recovered))
}

/// The steps of a deployment, in an order in which each finds its place free.
struct Plan<'a> {
    journal: &'a Journal<'a>,
    steps: Vec<Step>,
}

impl Plan<'_> {
    fn removals(&mut self, states: &BTreeMap<RelPath, State>, after: &Manifest) {
        let mut left = BTreeSet::new();
        for (path, state) in states {
            if let State::Stray(old) = state {
                let slot = self.steps.len();
                self.steps.push(Step::Remove { path: path.to_string(), slot, old: old.clone() });
                left.extend(path.parents());
            }
        }
        let used: BTreeSet<RelPath> = after.files.keys().flat_map(RelPath::parents).collect();
        for folder in left.iter().rev().filter(|folder| !used.contains(folder)) {
            let slot = self.steps.len();
            self.steps.push(Step::RemoveDir { path: folder.to_string(), slot });
        }
    }

    fn folders(&mut self, states: &BTreeMap<RelPath, State>) -> Result<(), DeployError> {
        let missing = states.iter().filter(|(_, state)| matches!(state, State::Missing));
        let parents: BTreeSet<RelPath> = missing.flat_map(|(path, _)| path.parents()).collect();
        for parent in parents {
            let on_disk = self.journal.folder.join(parent.as_str());
            let found = look::look(self.journal.folder, &parent).map_err(failed("look at", &on_disk))?;
            if found != Found::Folder {
                self.steps.push(Step::CreateDir { path: parent.to_string() });
            }
        }
        Ok(())
    }

    fn files(&mut self, states: &BTreeMap<RelPath, State>, wanted: &Wanted) -> Result<(), DeployError> {
        for (path, (_, file)) in &wanted.files {
            let old = match states.get(*path) {
                Some(State::Missing) => None,
                Some(State::OutOfDate(old)) => Some(old.clone()),
                _ => continue,
            };
            self.place(path.as_str(), old, &file.contents, file.executable)?;
        }
        Ok(())
    }

    fn manifest(&mut self, after: &Manifest) -> Result<(), DeployError> {
        let path = RelPath::new(MANIFEST).map_err(|_| DeployError::NotAFolder(PathBuf::from(MANIFEST)))?;
        let on_disk = self.journal.folder.join(MANIFEST);
        let old = stamp(self.journal.folder, &path).map_err(failed("read", &on_disk))?;
        if after.files.is_empty() {
            if let Some(old) = old {
                let slot = self.steps.len();
                self.steps.push(Step::Remove { path: path.to_string(), slot, old });
            }
            return Ok(());
        }
        let text = after.text();
        if old.as_ref() == Some(&Stamp::of_contents(text.as_bytes(), false)) {
            return Ok(());
        }
        self.place(MANIFEST, old, text.as_bytes(), false)
    }

    fn place(&mut self, path: &str, old: Option<Stamp>, contents: &[u8], executable: bool) -> Result<(), DeployError> {
        let slot = self.steps.len();
        self.journal.stage(slot, contents, executable)?;
        let new = Stamp::of_contents(contents, executable);
        self.steps.push(Step::Place { path: path.to_owned(), slot, old, new });
        Ok(())
    }
}

fn outcome(states: BTreeMap<RelPath, State>, recovered: bool) -> Outcome {
    let mut outcome = Outcome { recovered, ..Outcome::default() };
    for (path, state) in states {
        match state {
            State::Missing => outcome.created.push(path),
            State::OutOfDate(_) => outcome.updated.push(path),
            State::Stray(_) => outcome.removed.push(path),
            State::UpToDate => outcome.unchanged += 1,
            State::Conflict(_) => {}
        }
    }
    outcome
}

/// A link at the folder itself leads out of it. So does one above, where the folder is given relative to a tree that may
/// be somebody else's; above an absolute path they belong to the machine.
fn refuse_links(folder: &Path) -> Result<(), DeployError> {
    let mut checked = PathBuf::new();
    let parts: Vec<Component> = folder.components().collect();
    for (i, part) in parts.iter().enumerate() {
        checked.push(part);
        let last = i + 1 == parts.len();
        if !last && folder.is_absolute() || !matches!(part, Component::Normal(_)) {
            continue;
        }
        match look_at(&checked).map_err(failed("look at", &checked))? {
            Found::Folder => {}
            Found::Nothing => return Ok(()),
            Found::Link(link) => return Err(DeployError::LinkedFolder(link)),
            _ => return Err(DeployError::NotAFolder(checked)),
        }
    }
    Ok(())
}

/// Makes the folder and those above it; returns those it made, outermost first.
fn create_folder(disk: &dyn Disk, folder: &Path) -> Result<Vec<PathBuf>, DeployError> {
    let missing: Vec<&Path> =
        folder.ancestors().take_while(|path| !path.as_os_str().is_empty() && !path.exists()).collect();
    let mut made = Vec::new();
    for path in missing.into_iter().rev() {
        disk.create_dir(path).map_err(failed("create", path))?;
        made.push(path.to_owned());
    }
    Ok(made)
}
