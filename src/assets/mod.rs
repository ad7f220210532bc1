//! The files of `templates/` inside the binary. Their meaning is known to those who ask for them.

use include_dir::{Dir, DirEntry, include_dir};

static TEMPLATES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// One embedded file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Asset {
    /// Path below the folder that was asked for, with `/` between its parts.
    pub path: &'static str,
    /// Its contents.
    pub contents: &'static [u8],
}

impl Asset {
    /// The contents as text; empty where they are no text.
    pub fn text(&self) -> &'static str {
        std::str::from_utf8(self.contents).unwrap_or_default()
    }
}

/// All files below a folder of `templates/`, at any depth, sorted by path; none where there is no such folder.
pub fn below(folder: &str) -> Vec<Asset> {
    let mut assets = Vec::new();
    if let Some(dir) = TEMPLATES.get_dir(folder) {
        collect(dir, dir.path().as_os_str().len() + 1, &mut assets);
    }
    assets.sort_unstable();
    assets
}

fn collect(dir: &'static Dir<'static>, prefix: usize, assets: &mut Vec<Asset>) {
    for entry in dir.entries() {
        match entry {
            DirEntry::Dir(inner) => collect(inner, prefix, assets),
            DirEntry::File(file) => {
                let path = file.path().to_str().and_then(|path| path.get(prefix..)).unwrap_or_default();
                assets.push(Asset { path, contents: file.contents() });
            }
        }
    }
}
