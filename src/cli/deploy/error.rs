//! Why a folder was not written, in words that say what to do about it.

use crate::diag::visible::{visible, visible_lines};
use crate::emit::fileset::RelPath;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// A deployment that did not happen. Except for [`DeployError::Unfinished`] the folder is as it was.
#[derive(Debug, thiserror::Error)]
pub enum DeployError {
    /// The disk says no.
    #[error("cannot {action} {}: {source}", show(.path))]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Files that are not ours, or not as we left them; all of them.
    #[error("{}", list(.0))]
    Refused(Vec<Conflict>),
    /// Somebody else holds the lock.
    #[error("another run is writing to {}", show(.0))]
    Busy(PathBuf),
    /// The folder, or one on the way to it, is a link.
    #[error("{} is a symbolic link", show(.0))]
    LinkedFolder(PathBuf),
    /// The folder is something else.
    #[error("{} is not a folder", show(.0))]
    NotAFolder(PathBuf),
    /// The manifest cannot be trusted, so nothing in the folder can.
    #[error("cannot use {}: {}", show(.path), visible(.problem))]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// Two generators want the same path.
    #[error("{} is both in {first} and in {second}", visible(.path.as_str()))]
    TwoSections {
        /// The path.
        path: RelPath,
        /// One of them.
        first: String,
        /// The other.
        second: String,
    },
    /// A generator wants a path of the writer itself.
    #[error("{} is a name that the tool needs for itself", visible(.0.as_str()))]
    Reserved(RelPath),
    /// A check finds a folder in which a run was interrupted.
    #[error("an earlier run was interrupted while it wrote to {}", show(.0))]
    Interrupted(PathBuf),
    /// Neither forwards nor back: the journal stays for the next run.
    #[error("{} is half written, and could not be set right: {}", show(.folder), visible_lines(.problem))]
    Unfinished {
        /// The folder.
        folder: PathBuf,
        /// What stopped it, both ways.
        problem: String,
    },
}

/// A file that stands in the way, and is left alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// Where it is.
    pub path: RelPath,
    /// Why it is left alone.
    pub kind: ConflictKind,
}

/// Why a path is left alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConflictKind {
    /// We did not write it.
    Foreign,
    /// We wrote it, and it was changed since.
    Edited,
    /// We wrote it, do not generate it any more, and it was changed since.
    EditedStray,
    /// A symbolic link, at the path itself or above.
    Link(PathBuf),
    /// A folder where a file belongs.
    Folder,
    /// A file where a folder belongs.
    FileAbove(RelPath),
    /// A pipe, a device or a socket.
    Special,
    /// Another generator wrote it.
    OtherSection(String),
}

impl DeployError {
    /// What to do about it, where there is something to say.
    pub fn help(&self) -> Option<String> {
        match self {
            DeployError::Refused(conflicts) if conflicts.iter().any(Conflict::is_edit) => Some(
                "nothing was written; move the edited files away (or undo the edits), generate again, and bring the \
                 changes into the spec or the templates"
                    .to_owned(),
            ),
            DeployError::Refused(_) => {
                Some("nothing was written; move these away, or give another folder with -o".to_owned())
            }
            DeployError::Busy(_) => Some("wait until it has ended, and try again".to_owned()),
            DeployError::LinkedFolder(_) => Some("give the folder that the link leads to".to_owned()),
            DeployError::NotAFolder(_) => Some("give a folder with -o".to_owned()),
            DeployError::Manifest { .. } => {
                Some("restore it from version control; without it no generated file can be replaced".to_owned())
            }
            DeployError::Interrupted(_) => Some("run generate without --check once, it finishes that run".to_owned()),
            DeployError::Unfinished { .. } => {
                Some("set right what is named above and run generate again, it goes on from there".to_owned())
            }
            DeployError::Io { source, .. } if source.kind() == io::ErrorKind::StorageFull => {
                Some("the folder is as it was; make room on the disk and try again".to_owned())
            }
            DeployError::Io { .. } | DeployError::TwoSections { .. } | DeployError::Reserved(_) => None,
        }
    }
}

impl Conflict {
    fn is_edit(&self) -> bool {
        matches!(self.kind, ConflictKind::Edited | ConflictKind::EditedStray)
    }
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = visible(self.path.as_str());
        match &self.kind {
            ConflictKind::Foreign => write!(f, "{path} was not written by this tool"),
            ConflictKind::Edited => write!(f, "{path} was edited since it was generated"),
            ConflictKind::EditedStray => write!(f, "{path} was edited since, and would be removed"),
            ConflictKind::Link(link) => write!(f, "{path}: {} is a symbolic link", show(link)),
            ConflictKind::Folder => write!(f, "{path} is a folder"),
            ConflictKind::FileAbove(above) => write!(f, "{path}: {} is not a folder", visible(above.as_str())),
            ConflictKind::Special => write!(f, "{path} is neither a file nor a folder"),
            ConflictKind::OtherSection(section) => write!(f, "{path} was generated by {}", visible(section)),
        }
    }
}

/// Wraps an IO error with what was tried.
pub(super) fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> DeployError {
    let path = path.to_owned();
    move |source| DeployError::Io { action, path, source }
}

fn show(path: &Path) -> String {
    visible(&path.display().to_string()).into_owned()
}

fn list(conflicts: &[Conflict]) -> String {
    let count = conflicts.len();
    let files = if count == 1 { "1 path stands".to_owned() } else { format!("{count} paths stand") };
    let lines: String = conflicts.iter().map(|conflict| format!("\n  {conflict}")).collect();
    format!("{files} in the way:{lines}")
}
