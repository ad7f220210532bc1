//! The files that a command writes beside what it prints. They are looked at before anything is worked out: none of them is a
//! file that the command reads, or another one's, or something that is no file.

use std::fs;
use std::path::{Path, PathBuf};

use super::exit::Failure;
use super::io;

/// Refuses what cannot be meant. A folder among what is read stands for the files of its spec.
pub(super) fn hold(written: &[&Path], read: &[&Path]) -> Result<(), Failure> {
    let mut inputs = Vec::new();
    for path in read {
        match path.is_dir() {
            true => inputs.extend(io::spec_files(path).unwrap_or_default().iter().map(|file| place(file))),
            false => inputs.push(place(path)),
        }
    }
    let mut outputs = Vec::new();
    for path in written {
        io::refuse_special(path)?;
        let folder = io::folder_of(path);
        if !folder.is_dir() {
            let failure =
                Failure::new(format!("cannot write {}: there is no folder {}", io::shown(path), io::shown(folder)));
            return Err(failure.help("make the folder first"));
        }
        let place = place(path);
        if inputs.contains(&place) {
            let failure = Failure::new(format!("{} would be written over what is read from it", io::shown(path)));
            return Err(failure.help("nothing was written; name another file"));
        }
        if outputs.contains(&place) {
            let failure = Failure::new(format!("{} would be written twice", io::shown(path)));
            return Err(failure.help("nothing was written; name a file for each"));
        }
        outputs.push(place);
    }
    Ok(())
}

/// Where a file is or will be, whatever links lead there.
fn place(path: &Path) -> PathBuf {
    let folder = io::folder_of(path);
    fs::canonicalize(path).unwrap_or_else(|_| match (fs::canonicalize(folder), path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => path.to_path_buf(),
    })
}
