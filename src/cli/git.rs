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

/// What to do where an object is not there.
const INCOMPLETE: &str = "a partial clone lacks files, and no repository has those of its submodules: fetch them, or name the submodule's own";

/// A state of the repository.
pub(super) struct Revision {
    objects: gix::Repository,
    name: String,
    id: gix::ObjectId,
}

/// The repository that a path lies in. A bare one counts only where no other is around: a folder of a pull request may look
/// like one, and would stand in for the true history.
pub(super) fn repository(path: &Path) -> Result<Repository, Failure> {
    let start = true_path(path)?;
    let is_bare = |folder: &&Path| {
        folder.join("HEAD").is_file() && folder.join("objects").is_dir() && folder.join("refs").is_dir()
    };
    let root = match around(&plain(&here(path)?.join(path))) {
        Some(root) => fs::canonicalize(&root).map_err(|error| io::cannot("read", &root, &error))?,
        None => start.ancestors().find(is_bare).map(Path::to_path_buf).ok_or_else(|| {
            let failure = Failure::new(format!("{} is in no git repository", io::shown(path)));
            failure.help("name two folders or files, or run it inside of the repository")
        })?,
    };
    let opened = gix::open_opts(&root, gix::open::Options::isolated());
    let objects = opened
        .map_err(|error| Failure::new(format!("cannot open the git repository {}: {error}", io::shown(&root))))?;
    Ok(Repository { objects, root })
}

/// The top of the innermost repository with a working tree around a path. A link leads to a repository, and out of none: what
/// stands at its end has another history.
fn around(whole: &Path) -> Option<PathBuf> {
    let mut folders: Vec<&Path> = whole.ancestors().collect();
    folders.reverse();
    let mut root = None;
    for folder in folders {
        if root.is_some() && folder.is_symlink() {
            break;
        }
        if folder.join(".git").exists() {
            root = Some(folder.to_path_buf());
        }
    }
    root
}

/// A path from the root of the file system on, with no link in the part of it that is there.
fn true_path(path: &Path) -> Result<PathBuf, Failure> {
    let cannot = |error: &std::io::Error| io::cannot("read", path, error);
    let here = here(path)?;
    let whole = here.join(path);
    let there = whole.ancestors().find(|ancestor| ancestor.exists()).unwrap_or(&here);
    let rest = whole.strip_prefix(there).unwrap_or(Path::new(""));
    Ok(plain(&fs::canonicalize(there).map_err(|error| cannot(&error))?.join(rest)))
}

fn here(path: &Path) -> Result<PathBuf, Failure> {
    fs::canonicalize(".").map_err(|error| io::cannot("read", path, &error))
}

impl Repository {
    /// A path as it is called inside of the repository. Links lead to the repository, and none further: one that a change puts in
    /// the place of a spec would have another one compared.
    pub(super) fn inside(&self, path: &Path) -> Result<PathBuf, Failure> {
        let whole = plain(&here(path)?.join(path));
        let is_root = |folder: &&Path| fs::canonicalize(folder).is_ok_and(|folder| folder == self.root);
        let inside = whole.ancestors().find(is_root).and_then(|root| whole.strip_prefix(root).ok());
        inside.map(Path::to_path_buf).ok_or_else(|| {
            Failure::new(format!("{} is not in the git repository {}", io::shown(path), io::shown(&self.root)))
        })
    }

    /// A state by its name: a branch, a tag, a commit.
    pub(super) fn revision(&self, name: &str) -> Result<Revision, Failure> {
        let whole = || self.unabbreviated(name).and_then(|name| self.objects.rev_parse_single(&*name).ok());
        let found = self.objects.rev_parse_single(name).or_else(|error| whole().ok_or(error)).map_err(|error| {
            let failure = Failure::new(format!("there is no revision `{name}` in the git repository: {error}"));
            failure.help(match self.objects.common_dir().join("reftable").is_dir() {
                true => "the repository keeps its names in the format `reftable`, which is not read here: write a commit's whole id, as `git rev-parse main` prints it",
                false => "a shallow clone lacks it: fetch it first, as with `git fetch --depth=1 origin main`",
            })
        })?;
        Ok(Revision { objects: self.objects.clone(), name: name.to_owned(), id: found.detach() })
    }

    /// A name that begins with an abbreviated id, with the whole id: the library takes every id of up to 40 digits for one of
    /// SHA-1, also where objects are named by SHA-256.
    fn unabbreviated(&self, name: &str) -> Option<String> {
        let (digits, rest) = name.split_at(name.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(name.len()));
        let kind = self.objects.object_hash();
        let id = gix::ObjectId::from_hex(format!("{digits:0<length$}", length = kind.len_in_hex()).as_bytes()).ok()?;
        let prefix = gix::hash::Prefix::new(&id, digits.len()).ok()?;
        let found = self.objects.objects.lookup_prefix(prefix, None).ok()??.ok()?;
        Some(format!("{found}{rest}"))
    }

    /// The state in which two parted.
    pub(super) fn fork(&self, a: &Revision, b: &Revision) -> Result<Revision, Failure> {
        // A tag is an object of its own, and has no ancestors.
        let commit = |of: &Revision| Some(self.objects.find_object(of.id).ok()?.peel_to_commit().ok()?.id);
        let forked = |a, b| self.objects.merge_base(a, b).ok().flatten();
        let found = commit(a).zip(commit(b)).and_then(|(a, b)| forked(a, b)).ok_or_else(|| {
            let failure = Failure::new(format!("`{}` and `{}` have no common ancestor here", a.name, b.name));
            failure.help("a shallow clone lacks it: fetch the whole history, or compare with `..` in place of `...`")
        })?;
        Ok(Revision { objects: self.objects.clone(), name: a.name.clone(), id: found.detach() })
    }
}

impl Revision {
    /// The files of a spec in this state, as `read_spec` finds them in a folder; none where there is no spec.
    pub(super) fn read_spec(&self, path: &Path, limits: Limits) -> Result<Option<(SourceMap, Diagnostics)>, Failure> {
        let path = plain(path);
        let broken = |error: &dyn std::error::Error| {
            Failure::new(format!("cannot read `{}`: {error}", self.name)).help(INCOMPLETE)
        };
        let object = self.objects.find_object(self.id).map_err(|error| broken(&error))?;
        let tree = object.peel_to_tree().map_err(|error| broken(&error))?;
        let mut sources = SourceMap::default();
        let mut diagnostics = Diagnostics::default();
        let folder = if path.as_os_str().is_empty() {
            tree
        } else {
            let found = tree.lookup_entry_by_path(&path).map_err(|error| broken(&error))?;
            let Some(entry) = found.filter(|entry| entry.mode().is_blob() || entry.mode().is_tree()) else {
                return Ok(None);
            };
            if entry.mode().is_blob() {
                let bytes = self.bytes(entry.object_id(), &path, limits)?;
                io::add_source(self.file_name(&path), &bytes, &mut sources, &mut diagnostics);
                return Ok(Some((sources, diagnostics)));
            }
            entry.object().map_err(|error| broken(&error))?.peel_to_tree().map_err(|error| broken(&error))?
        };
        let mut names = Vec::new();
        for entry in folder.iter() {
            let entry = entry.map_err(|error| broken(&error))?;
            let name = entry.filename().to_string();
            if entry.mode().is_blob() && io::is_spec_file(&name) {
                names.push((name, entry.object_id()));
            }
        }
        if names.len() > io::MOST_FILES {
            return Err(io::too_many(&path, names.len()));
        }
        names.sort();
        for (name, id) in names {
            let path = path.join(name);
            let bytes = self.bytes(id, &path, limits)?;
            io::add_source(self.file_name(&path), &bytes, &mut sources, &mut diagnostics);
        }
        let is_there = sources.files().next().is_some();
        Ok(is_there.then_some((sources, diagnostics)))
    }

    /// What there is to say where no spec is at a path.
    pub(super) fn missing(&self, path: &Path) -> Failure {
        let failure = Failure::new(format!("there is no spec at {} in `{}`", io::shown(&plain(path)), self.name));
        failure.help(
            "in revisions a path begins at the top of the repository; a spec that stood elsewhere is named by both places, \
             `main:OLD NEW`, and one that is new has nothing to be compared with",
        )
    }

    fn file_name(&self, path: &Path) -> String {
        format!("{}:{}", self.name, path.display())
    }

    /// The contents of a file; its size is asked for before it is read.
    fn bytes(&self, id: gix::ObjectId, path: &Path, limits: Limits) -> Result<Vec<u8>, Failure> {
        let broken = |error: &dyn std::error::Error| {
            let failure = Failure::new(format!("cannot read {} in `{}`: {error}", io::shown(path), self.name));
            failure.help(INCOMPLETE)
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
