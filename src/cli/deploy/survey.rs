//! Compares what is to be in a folder with what is there and with what we remember of it. Changes nothing.

use super::error::{Conflict, ConflictKind, DeployError, failed};
use super::journal::STAGING;
use super::look::{Found, Stamp, digest, look};
use super::manifest::{Entry, MANIFEST, Manifest};
use crate::emit::fileset::{File, FileSet, RelPath};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// What is to be there.
pub(super) struct Wanted<'a> {
    pub(super) files: BTreeMap<&'a RelPath, WantedFile<'a>>,
    /// The sections that are generated now; files of others are left as they are.
    pub(super) sections: BTreeSet<&'a str>,
}

/// One file that is to be there.
pub(super) struct WantedFile<'a> {
    /// The section that it belongs to.
    pub(super) section: &'a str,
    pub(super) file: &'a File,
    /// Worked out once: the survey, the journal and the manifest need it.
    pub(super) stamp: Stamp,
}

/// The state of one path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum State {
    UpToDate,
    Missing,
    /// Ours and as we left it, but the text has changed.
    OutOfDate(Stamp),
    /// Ours and as we left it, no longer generated.
    Stray(Stamp),
    Conflict(ConflictKind),
}

impl<'a> Wanted<'a> {
    /// Joins sections. A path in two of them, or one that we need ourselves, is an error.
    pub(super) fn new(sections: &'a [(&'a str, FileSet)]) -> Result<Wanted<'a>, DeployError> {
        let mut files: BTreeMap<&RelPath, WantedFile> = BTreeMap::new();
        for (section, set) in sections {
            for (path, file) in set.iter() {
                let top = path.as_str().split('/').next();
                if top == Some(MANIFEST) || top == Some(STAGING) {
                    return Err(DeployError::Reserved(path.clone()));
                }
                let stamp = Stamp::of_contents(&file.contents, file.executable);
                if let Some(first) = files.insert(path, WantedFile { section, file, stamp }) {
                    let (first, second) = (first.section.to_owned(), (*section).to_owned());
                    return Err(DeployError::TwoSections { path: path.clone(), first, second });
                }
            }
        }
        Ok(Wanted { files, sections: sections.iter().map(|(section, _)| *section).collect() })
    }

    /// The manifest after this deployment.
    pub(super) fn manifest(&self, before: &Manifest) -> Manifest {
        let others = before.files.iter().filter(|(_, entry)| !self.is_ours_now(entry));
        let mut files: BTreeMap<RelPath, Entry> = others.map(|(path, entry)| (path.clone(), entry.clone())).collect();
        for (path, wanted) in &self.files {
            let entry = Entry { section: wanted.section.to_owned(), stamp: wanted.stamp.clone() };
            files.insert((*path).clone(), entry);
        }
        Manifest { files }
    }

    fn is_ours_now(&self, entry: &Entry) -> bool {
        self.sections.contains(entry.section.as_str())
    }
}

/// The state of every path that is to be there, or that we once wrote in the same sections and still exists.
pub(super) fn survey(
    folder: &Path,
    manifest: &Manifest,
    wanted: &Wanted,
) -> Result<BTreeMap<RelPath, State>, DeployError> {
    let mut states = BTreeMap::new();
    for (path, entry) in &manifest.files {
        if wanted.is_ours_now(entry)
            && !wanted.files.contains_key(path)
            && let Some(state) = stray(folder, path, entry)?
        {
            states.insert(path.clone(), state);
        }
    }
    let leaving: BTreeSet<RelPath> =
        states.iter().filter(|(_, state)| matches!(state, State::Stray(_))).map(|(path, _)| path.clone()).collect();
    for (path, file) in &wanted.files {
        let known = manifest.files.get(*path);
        let state = match known.filter(|entry| !wanted.is_ours_now(entry)) {
            Some(entry) => State::Conflict(ConflictKind::OtherSection(entry.section.clone())),
            None => state(folder, path, file, known, &leaving)?,
        };
        states.insert((*path).clone(), state);
    }
    Ok(states)
}

/// All conflicts of a survey, in the order of their paths.
pub(super) fn conflicts(states: &BTreeMap<RelPath, State>) -> Vec<Conflict> {
    states
        .iter()
        .filter_map(|(path, state)| match state {
            State::Conflict(kind) => Some(Conflict { path: path.clone(), kind: kind.clone() }),
            _ => None,
        })
        .collect()
}

fn stray(folder: &Path, path: &RelPath, entry: &Entry) -> Result<Option<State>, DeployError> {
    let on_disk = folder.join(path.as_str());
    Ok(match look(folder, path).map_err(failed("look at", &on_disk))? {
        Found::Nothing | Found::Blocked(_) => None,
        Found::File { executable, .. } => {
            let sha256 = digest(&on_disk).map_err(failed("read", &on_disk))?;
            Some(if sha256 == entry.stamp.sha256 {
                State::Stray(Stamp { sha256, executable })
            } else {
                State::Conflict(ConflictKind::EditedStray)
            })
        }
        Found::Link(link) => Some(State::Conflict(ConflictKind::Link(link))),
        Found::Folder | Found::Special => Some(State::Conflict(ConflictKind::EditedStray)),
    })
}

fn state(
    folder: &Path,
    path: &RelPath,
    wanted: &WantedFile,
    known: Option<&Entry>,
    leaving: &BTreeSet<RelPath>,
) -> Result<State, DeployError> {
    let on_disk = folder.join(path.as_str());
    Ok(match look(folder, path).map_err(failed("look at", &on_disk))? {
        Found::Nothing => State::Missing,
        Found::File { executable, len } => {
            let same_len = len == wanted.file.contents.len() as u64;
            if known.is_none() && !same_len {
                return Ok(State::Conflict(ConflictKind::Foreign));
            }
            let found = Stamp { sha256: digest(&on_disk).map_err(failed("read", &on_disk))?, executable };
            compare(found, &wanted.stamp, known)
        }
        Found::Folder if leaves_nothing(&on_disk, path, leaving)? => State::Missing,
        Found::Blocked(above) if leaving.contains(&above) => State::Missing,
        Found::Folder => State::Conflict(ConflictKind::Folder),
        Found::Blocked(above) => State::Conflict(ConflictKind::FileAbove(above)),
        Found::Link(link) => State::Conflict(ConflictKind::Link(link)),
        Found::Special => State::Conflict(ConflictKind::Special),
    })
}

/// Contents decide whose a file is: mode bits also change when a folder is checked out elsewhere. A file that already
/// holds what we would write is taken as ours.
fn compare(found: Stamp, new: &Stamp, known: Option<&Entry>) -> State {
    if found == *new {
        State::UpToDate
    } else if found.sha256 == new.sha256 {
        State::OutOfDate(found)
    } else {
        match known {
            Some(entry) if entry.stamp.sha256 == found.sha256 => State::OutOfDate(found),
            Some(_) => State::Conflict(ConflictKind::Edited),
            None => State::Conflict(ConflictKind::Foreign),
        }
    }
}

/// Whether a folder holds only files that are about to be removed, and so gives way to a file of its name. An empty one
/// was made by somebody else: we remove ours when their last file goes.
fn leaves_nothing(on_disk: &Path, path: &RelPath, leaving: &BTreeSet<RelPath>) -> Result<bool, DeployError> {
    let mut leaves = false;
    for entry in fs::read_dir(on_disk).map_err(failed("read", on_disk))? {
        let entry = entry.map_err(failed("read", on_disk))?;
        let name = entry.file_name();
        let inner = name.to_str().and_then(|name| RelPath::new(&format!("{path}/{name}")).ok());
        let Some(inner) = inner else { return Ok(false) };
        let folder = entry.file_type().map_err(failed("look at", on_disk))?.is_dir();
        leaves = if folder { leaves_nothing(&entry.path(), &inner, leaving)? } else { leaving.contains(&inner) };
        if !leaves {
            return Ok(false);
        }
    }
    Ok(leaves)
}
