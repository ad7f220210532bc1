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
use disk::{Disk, NewFile, Real};
use error::failed;
use journal::{Journal, Step};
use lock::Lock;
use look::{Found, Stamp, look_at, stamp};
use manifest::Manifest;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};
use survey::{State, Wanted, WantedFile, conflicts, survey};

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
    let text = after.text();
    let mut plan = Plan { journal, steps: Vec::new(), new: Vec::new() };
    plan.removals(&states, &after);
    plan.files(&states, wanted)?;
    plan.manifest(&after, &text)?;
    if !plan.steps.is_empty() {
        journal.commit(plan.steps, plan.new)?;
    }
    Ok(outcome(states, recovered))
}

/// The steps of a deployment, in an order in which each finds its place free.
struct Plan<'a> {
    journal: &'a Journal<'a>,
    steps: Vec<Step>,
    /// What the steps put in place, where it is staged.
    new: Vec<NewFile<'a>>,
}

impl<'a> Plan<'a> {
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

    /// Files in folders that are there take their places one by one; a folder that is not comes with all its files.
    fn files(&mut self, states: &BTreeMap<RelPath, State>, wanted: &Wanted<'a>) -> Result<(), DeployError> {
        let missing = states.iter().filter(|(_, state)| matches!(state, State::Missing));
        let mut folders = Folders { of: self.journal.folder, known: BTreeMap::new() };
        let mut new_folders: BTreeMap<String, BTreeMap<String, &WantedFile<'a>>> = BTreeMap::new();
        let mut single: Vec<(&RelPath, Option<Stamp>)> = Vec::new();
        for (path, _) in missing {
            match folders.first_missing(path)? {
                Some(folder) => {
                    let inner = path.as_str()[folder.len() + 1..].to_owned();
                    new_folders.entry(folder).or_default().extend(wanted.files.get(path).map(|file| (inner, file)));
                }
                None => single.push((path, None)),
            }
        }
        single.extend(states.iter().filter_map(|(path, state)| match state {
            State::OutOfDate(old) => Some((path, Some(old.clone()))),
            _ => None,
        }));
        for (path, files) in new_folders {
            self.place_folder(path, files);
        }
        for (path, old) in single {
            if let Some(wanted) = wanted.files.get(path) {
                self.place(path.as_str(), old, &wanted.file.contents, wanted.stamp.clone());
            }
        }
        Ok(())
    }

    fn manifest(&mut self, after: &Manifest, text: &'a str) -> Result<(), DeployError> {
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
        let new = Stamp::of_contents(text.as_bytes(), false);
        if old.as_ref() != Some(&new) {
            self.place(MANIFEST, old, text.as_bytes(), new);
        }
        Ok(())
    }

    fn place(&mut self, path: &str, old: Option<Stamp>, contents: &'a [u8], new: Stamp) {
        let slot = self.steps.len();
        self.new.push(NewFile { path: self.journal.new_file(slot), contents, executable: new.executable });
        self.steps.push(Step::Place { path: path.to_owned(), slot, old, new });
    }

    fn place_folder(&mut self, path: String, files: BTreeMap<String, &WantedFile<'a>>) {
        let slot = self.steps.len();
        let staged = self.journal.new_file(slot);
        self.new.extend(files.iter().map(|(inner, wanted)| NewFile {
            path: staged.join(inner),
            contents: &wanted.file.contents,
            executable: wanted.stamp.executable,
        }));
        let files = files.into_iter().map(|(inner, wanted)| (inner, wanted.stamp.clone())).collect();
        self.steps.push(Step::PlaceDir { path, slot, files });
    }
}

/// Which folders are there, each looked at once.
struct Folders<'a> {
    of: &'a Path,
    known: BTreeMap<String, bool>,
}

impl Folders<'_> {
    /// The outermost of the folders above a path that is not there.
    fn first_missing(&mut self, path: &RelPath) -> Result<Option<String>, DeployError> {
        for (end, _) in path.as_str().match_indices('/') {
            let folder = &path.as_str()[..end];
            let is_there = match self.known.get(folder) {
                Some(known) => *known,
                None => {
                    let on_disk = self.of.join(folder);
                    let found = look_at(&on_disk).map_err(failed("look at", &on_disk))? == Found::Folder;
                    self.known.insert(folder.to_owned(), found);
                    found
                }
            };
            if !is_there {
                return Ok(Some(folder.to_owned()));
            }
        }
        Ok(None)
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
