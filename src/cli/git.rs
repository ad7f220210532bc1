//! Specs in revisions of a git repository, read from its objects: nothing is checked out, no program is run, no
//! configuration outside of the repository is read, and no link is followed.

use std::fs;
use std::path::{Component, Path, PathBuf};

use super::exit::Failure;
use super::io;
use crate::diag::{Diagnostics, SourceMap};
use crate::text::Limits;

/// A repository on this machine.
pub(super) struct Repository {
    objects: gix::Repository,
    root: PathBuf,
}

/// A state of the repository.
pub(super) struct Revision {
    objects: gix::Repository,
    name: String,
    id: gix::ObjectId,
}

/// The repository that a path lies in.
pub(super) fn repository(path: &Path) -> Result<Repository, Failure> {
    let nearest = path.ancestors().find(|ancestor| ancestor.exists()).filter(|found| !found.as_os_str().is_empty());
    let start =
        fs::canonicalize(nearest.unwrap_or(Path::new("."))).map_err(|error| io::cannot("read", path, &error))?;
    let Some(root) = start.ancestors().find(|folder| folder.join(".git").exists()) else {
        let failure = Failure::new(format!("{} is in no git repository", io::shown(path)));
        return Err(failure.help("name two folders or files, or run it inside of the repository"));
    };
    let opened = gix::open_opts(root, gix::open::Options::isolated());
    let objects =
        opened.map_err(|error| Failure::new(format!("cannot open the git repository {}: {error}", io::shown(root))))?;
    Ok(Repository { objects, root: root.to_path_buf() })
}

impl Repository {
    /// A path as it is called inside of the repository.
    pub(super) fn inside(&self, path: &Path) -> Result<PathBuf, Failure> {
        let here = fs::canonicalize(".").map_err(|error| io::cannot("read", Path::new("."), &error))?;
        let outside =
            || Failure::new(format!("{} is not in the git repository {}", io::shown(path), io::shown(&self.root)));
        plain(&here.join(path)).strip_prefix(&self.root).map(Path::to_path_buf).map_err(|_| outside())
    }

    /// A state by its name: a branch, a tag, a commit.
    pub(super) fn revision(&self, name: &str) -> Result<Revision, Failure> {
        let found = self.objects.rev_parse_single(name).map_err(|error| {
            let failure = Failure::new(format!("there is no revision `{name}` in the git repository: {error}"));
            failure.help("a shallow clone lacks it: fetch it first, as with `git fetch --depth=1 origin main`")
        })?;
        Ok(Revision { objects: self.objects.clone(), name: name.to_owned(), id: found.detach() })
    }

    /// The state in which two parted.
    pub(super) fn fork(&self, a: &Revision, b: &Revision) -> Result<Revision, Failure> {
        let found = self.objects.merge_base(a.id, b.id).ok().flatten().ok_or_else(|| {
            let failure = Failure::new(format!("`{}` and `{}` have no common ancestor here", a.name, b.name));
            failure.help("a shallow clone lacks it: fetch the whole history, or compare with `..` in place of `...`")
        })?;
        Ok(Revision { objects: self.objects.clone(), name: a.name.clone(), id: found.detach() })
    }
}

impl Revision {
    /// The files of a spec in this state, as `read_spec` finds them in a folder.
    pub(super) fn read_spec(&self, path: &Path, limits: Limits) -> Result<(SourceMap, Diagnostics), Failure> {
        let path = plain(path);
        let broken = |error: &dyn std::error::Error| Failure::new(format!("cannot read `{}`: {error}", self.name));
        let object = self.objects.find_object(self.id).map_err(|error| broken(&error))?;
        let tree = object.peel_to_tree().map_err(|error| broken(&error))?;
        let mut sources = SourceMap::default();
        let mut diagnostics = Diagnostics::default();
        let missing = || {
            let failure = Failure::new(format!("there is no spec at {} in `{}`", io::shown(&path), self.name));
            failure.help("name the file or folder of the spec; in revisions a path begins at the top of the repository")
        };
        let folder = if path.as_os_str().is_empty() {
            tree
        } else {
            let entry = tree.lookup_entry_by_path(&path).map_err(|error| broken(&error))?.ok_or_else(missing)?;
            if entry.mode().is_blob() {
                let bytes = self.bytes(entry.object_id(), &path, limits)?;
                io::add_source(self.file_name(&path), &bytes, &mut sources, &mut diagnostics);
                return Ok((sources, diagnostics));
            }
            let object = entry.object().map_err(|error| broken(&error))?;
            object.try_into_tree().map_err(|_| missing())?
        };
        let mut names = Vec::new();
        for entry in folder.iter() {
            let entry = entry.map_err(|error| broken(&error))?;
            let name = entry.filename().to_string();
            if entry.mode().is_blob() && io::is_spec_file(&name) {
                names.push((name, entry.object_id()));
            }
        }
        names.sort();
        for (name, id) in names {
            let path = path.join(name);
            let bytes = self.bytes(id, &path, limits)?;
            io::add_source(self.file_name(&path), &bytes, &mut sources, &mut diagnostics);
        }
        if sources.files().next().is_none() { Err(missing()) } else { Ok((sources, diagnostics)) }
    }

    fn file_name(&self, path: &Path) -> String {
        format!("{}:{}", self.name, path.display())
    }

    /// The contents of a file; its size is asked for before it is read.
    fn bytes(&self, id: gix::ObjectId, path: &Path, limits: Limits) -> Result<Vec<u8>, Failure> {
        let broken = |error: &dyn std::error::Error| {
            Failure::new(format!("cannot read {} in `{}`: {error}", io::shown(path), self.name))
        };
        let header = self.objects.find_header(id).map_err(|error| broken(&error))?;
        if header.size() > limits.max_bytes as u64 {
            return Err(Failure::new(format!(
                "{} in `{}` is larger than {} MiB",
                io::shown(path),
                self.name,
                limits.max_bytes >> 20
            )));
        }
        let object = self.objects.find_object(id).map_err(|error| broken(&error))?;
        Ok(object.detach().data)
    }
}

/// A path without `.` and `..`, by its words alone.
fn plain(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}
