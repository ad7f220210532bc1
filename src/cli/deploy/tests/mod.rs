//! Tests of the writer on real folders: `behaviour` without failures, `crashes` with a failure at every step.

mod behaviour;
mod crashes;
mod faulty;
mod random;

use super::*;
use std::collections::BTreeMap;
use std::fs;
use tempfile::TempDir;

/// A folder's contents: text and executable bit of a file, `None` for a folder. The staging folder is left out.
type Snapshot = BTreeMap<String, Option<(String, bool)>>;

fn snapshot(root: &Path) -> Snapshot {
    let mut out = Snapshot::new();
    walk(root, "", &mut out);
    out
}

fn walk(folder: &Path, prefix: &str, out: &mut Snapshot) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        if name == journal::STAGING {
            continue;
        }
        match look_at(&entry.path()).unwrap() {
            Found::Folder => {
                out.insert(name.clone(), None);
                walk(&entry.path(), &format!("{name}/"), out);
            }
            Found::File { executable, .. } => {
                out.insert(name, Some((fs::read_to_string(entry.path()).unwrap(), executable)));
            }
            other => panic!("{name}: {other:?}"),
        }
    }
}

/// A set from path and text; a path that ends in `*` is executable.
fn set(files: &[(&str, &str)]) -> FileSet {
    let mut set = FileSet::new();
    for (path, text) in files {
        match path.strip_suffix('*') {
            Some(path) => set.add_executable(path, *text).unwrap(),
            None => set.add(path, *text).unwrap(),
        }
    }
    set
}

fn puppet(files: &[(&str, &str)]) -> Vec<(&'static str, FileSet)> {
    vec![("puppet", set(files))]
}

/// A place for a folder; in memory where there is such a place, since the tests make thousands of them.
fn folder() -> (TempDir, PathBuf) {
    let memory = Path::new("/dev/shm");
    let dir = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap();
    let folder = dir.path().join("out");
    (dir, folder)
}

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn read(folder: &Path, path: &str) -> String {
    fs::read_to_string(folder.join(path)).unwrap()
}
