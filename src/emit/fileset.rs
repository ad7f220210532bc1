//! The files that a generator makes, before anything is on disk: paths below one folder, contents, and whether a file
//! can be executed.
//!
//! A path here is safe by construction, so that nothing that writes a set can be led out of its folder.

use crate::diag::visible::{is_hidden, visible};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

/// Files by path, sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileSet {
    files: BTreeMap<RelPath, File>,
}

/// One generated file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// The bytes to write.
    pub contents: Vec<u8>,
    /// Mode 0755 instead of 0644.
    pub executable: bool,
}

/// A path below the folder that is written: `/` between its parts; never absolute, never upwards.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RelPath(String);

/// Why a path or a set of files is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileSetError {
    /// A path that could lead elsewhere, or that no file system takes.
    #[error("{} cannot be the path of a generated file: {problem}", visible(.path))]
    BadPath {
        /// The path as given.
        path: String,
        /// The rule that it breaks.
        problem: &'static str,
    },
    /// A path given twice.
    #[error("two files are generated as {0}")]
    Duplicate(RelPath),
    /// A path above that of another file.
    #[error("{0} is generated both as a file and as a folder")]
    FileIsFolder(RelPath),
}

impl FileSet {
    /// An empty set.
    pub fn new() -> FileSet {
        FileSet::default()
    }

    /// Adds a file. A path that is taken, also as a folder, or that is not one below the folder is an error.
    pub fn add(&mut self, path: &str, contents: impl Into<Vec<u8>>) -> Result<(), FileSetError> {
        self.insert(path, File { contents: contents.into(), executable: false })
    }

    /// Adds a file that can be executed.
    pub fn add_executable(&mut self, path: &str, contents: impl Into<Vec<u8>>) -> Result<(), FileSetError> {
        self.insert(path, File { contents: contents.into(), executable: true })
    }

    /// Adds all files of another set, for instance those of a module below its folder `prefix` (may be empty).
    pub fn extend(&mut self, prefix: &str, other: FileSet) -> Result<(), FileSetError> {
        for (path, file) in other.files {
            let path = if prefix.is_empty() { path.0 } else { format!("{prefix}/{path}") };
            self.insert(&path, file)?;
        }
        Ok(())
    }

    /// The file at a path.
    pub fn get(&self, path: &str) -> Option<&File> {
        self.files.get(&RelPath(path.to_owned()))
    }

    /// All files, sorted by path.
    pub fn iter(&self) -> impl Iterator<Item = (&RelPath, &File)> {
        self.files.iter()
    }

    /// How many files.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there is no file.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    fn insert(&mut self, path: &str, file: File) -> Result<(), FileSetError> {
        let path = RelPath::new(path)?;
        let above = path.parents().find(|parent| self.files.contains_key(parent));
        if let Some(parent) = above {
            return Err(FileSetError::FileIsFolder(parent));
        }
        let below = RelPath(format!("{path}/"));
        if self.files.range(below.clone()..).next().is_some_and(|(next, _)| next.0.starts_with(&below.0)) {
            return Err(FileSetError::FileIsFolder(path));
        }
        match self.files.entry(path) {
            Entry::Occupied(taken) => Err(FileSetError::Duplicate(taken.key().clone())),
            Entry::Vacant(free) => {
                free.insert(file);
                Ok(())
            }
        }
    }
}

impl RelPath {
    /// Checks a path: parts between single slashes, none of them empty, `.` or `..`, no backslash or colon-drive, no
    /// hidden characters, and not longer than file systems take.
    pub fn new(path: &str) -> Result<RelPath, FileSetError> {
        match problem(path) {
            None => Ok(RelPath(path.to_owned())),
            Some(problem) => Err(FileSetError::BadPath { path: path.to_owned(), problem }),
        }
    }

    /// The path as text, with `/` between its parts.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The folders above, from the nearest upwards, without the root.
    pub fn parents(&self) -> impl Iterator<Item = RelPath> {
        self.0.rmatch_indices('/').map(|(end, _)| RelPath(self.0[..end].to_owned()))
    }
}

impl fmt::Display for RelPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn problem(path: &str) -> Option<&'static str> {
    if path.starts_with('/') {
        return Some("it is absolute");
    }
    if path.contains('\\') {
        return Some("it holds a backslash");
    }
    if path.contains(is_hidden) {
        return Some("it holds characters that cannot be seen");
    }
    if path.len() > 1024 {
        return Some("it is longer than 1024 bytes");
    }
    path.split('/').find_map(|part| match part {
        "" => Some("it has an empty part"),
        "." | ".." => Some("it has a part that is no name"),
        part if part.len() > 255 => Some("a part of it is longer than 255 bytes"),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_below_the_folder() {
        for path in ["", "/etc/passwd", "a//b", "a/", "./a", "a/../b", "..", "a\\b", "a\nb", "a\0", "a\u{202e}b", "a/."]
        {
            assert!(FileSet::new().add(path, "x").is_err(), "{path:?}");
        }
        for path in ["a", ".fixtures.yml", "a/b.c", "data/nodes/db1.example.com.yaml", "..a", "a b", "é"] {
            assert!(FileSet::new().add(path, "x").is_ok(), "{path:?}");
        }
        assert!(FileSet::new().add(&"a".repeat(256), "").is_err());
        assert!(FileSet::new().add(&"a/".repeat(600), "").is_err());
    }

    #[test]
    fn each_path_has_one_meaning() {
        let mut files = FileSet::new();
        files.add("a/b/c", "1").unwrap();
        files.add("a/b-c", "1").unwrap();
        let clashes = |path: &str| files.clone().add(path, "2").unwrap_err().to_string();
        assert_eq!(clashes("a/b/c"), "two files are generated as a/b/c");
        assert_eq!(clashes("a"), "a is generated both as a file and as a folder");
        assert_eq!(clashes("a/b"), "a/b is generated both as a file and as a folder");
        assert_eq!(clashes("a/b/c/d"), "a/b/c is generated both as a file and as a folder");
    }

    #[test]
    fn sets_join_under_a_prefix() {
        let mut inner = FileSet::new();
        inner.add_executable("files/run", "#!/bin/sh\n").unwrap();
        let mut files = FileSet::new();
        files.extend("modules/dr", inner.clone()).unwrap();
        files.extend("", inner).unwrap();
        let paths: Vec<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(paths, ["files/run", "modules/dr/files/run"]);
        assert!(files.get("files/run").unwrap().executable);
        assert_eq!(files.len(), 2);
    }
}
