//! What is on the disk, looked at without following any link.

use crate::emit::fileset::RelPath;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fs::{self, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// What a path below the folder is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    Nothing,
    File {
        executable: bool,
        len: u64,
    },
    Folder,
    /// A symbolic link, here or at a folder above.
    Link(PathBuf),
    /// A file where a folder would have to be.
    Blocked(RelPath),
    /// A pipe, a device, a socket.
    Special,
}

/// What makes two files the same for us: contents and whether they can be executed. Other mode bits and the owner
/// depend on who checked the folder out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stamp {
    /// SHA-256, in lower-case hexadecimal.
    pub(super) sha256: String,
    pub(super) executable: bool,
}

impl Stamp {
    pub(super) fn of_contents(contents: &[u8], executable: bool) -> Stamp {
        Stamp { sha256: hex(&Sha256::digest(contents)), executable }
    }
}

/// Looks at `path` below `root`, every folder on the way included.
pub(super) fn look(root: &Path, path: &RelPath) -> io::Result<Found> {
    let mut parents: Vec<RelPath> = path.parents().collect();
    parents.reverse();
    for parent in parents {
        match look_at(&root.join(parent.as_str()))? {
            Found::Folder => {}
            Found::Nothing => return Ok(Found::Nothing),
            Found::Link(link) => return Ok(Found::Link(link)),
            Found::File { .. } | Found::Special | Found::Blocked(_) => return Ok(Found::Blocked(parent)),
        }
    }
    look_at(&root.join(path.as_str()))
}

/// Looks at one path, whose parents are taken as they are.
pub(super) fn look_at(path: &Path) -> io::Result<Found> {
    let found = match fs::symlink_metadata(path) {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(Found::Nothing);
        }
        other => other?,
    };
    let kind = found.file_type();
    Ok(if kind.is_symlink() {
        Found::Link(path.to_owned())
    } else if kind.is_dir() {
        Found::Folder
    } else if kind.is_file() {
        Found::File { executable: is_executable(&found), len: found.len() }
    } else {
        Found::Special
    })
}

/// The stamp of a file; `None` if there is no regular file under this name.
pub(super) fn stamp(root: &Path, path: &RelPath) -> io::Result<Option<Stamp>> {
    match look(root, path)? {
        Found::File { executable, .. } => Ok(Some(Stamp { sha256: digest(&root.join(path.as_str()))?, executable })),
        _ => Ok(None),
    }
}

/// SHA-256 of a file, read piece by piece: a foreign file may be of any size.
pub(super) fn digest(path: &Path) -> io::Result<String> {
    let mut file = fs::File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hex(&hasher.finalize())),
            n => hasher.update(&buffer[..n]),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(unix)]
fn is_executable(found: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    found.permissions().mode() & 0o100 != 0
}

#[cfg(not(unix))]
fn is_executable(_found: &Metadata) -> bool {
    false
}
