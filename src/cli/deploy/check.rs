//! What `generate --check` says: how a folder differs from what would be generated.

use super::error::{Conflict, ConflictKind};
use super::survey::{State, Wanted};
use crate::diag::visible::{visible, visible_lines};
use crate::emit::fileset::RelPath;
use similar::TextDiff;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// A longer file is named, and not compared line by line.
const MAX_DIFF: u64 = 4 << 20;

/// One path that is not as it would be generated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub path: RelPath,
    pub kind: DifferenceKind,
}

/// How it differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DifferenceKind {
    Missing {
        new: Vec<u8>,
    },
    /// Ours, and generated anew it would be another. Both are the same if only the executable bit differs.
    Changed {
        old: Vec<u8>,
        new: Vec<u8>,
    },
    /// Ours, and no longer generated.
    Stray {
        old: Vec<u8>,
    },
    /// `generate` would refuse: edited, foreign, a link. The texts are there where both are text files.
    Conflict {
        kind: ConflictKind,
        old: Option<Vec<u8>>,
        new: Option<Vec<u8>>,
    },
}

impl Difference {
    /// One line for a list.
    pub fn summary(&self) -> String {
        let path = visible(self.path.as_str());
        match &self.kind {
            DifferenceKind::Missing { .. } => format!("{path} is missing"),
            DifferenceKind::Changed { old, new } if old == new => format!("{path} has the wrong executable bit"),
            DifferenceKind::Changed { .. } => format!("{path} is out of date"),
            DifferenceKind::Stray { .. } => format!("{path} is no longer generated"),
            DifferenceKind::Conflict { kind, .. } => {
                Conflict { path: self.path.clone(), kind: kind.clone() }.to_string()
            }
        }
    }

    /// A unified diff from what is there to what would be; empty where there is nothing to compare. What a terminal
    /// would act on is made visible.
    pub fn unified(&self) -> String {
        let (old, new) = match &self.kind {
            DifferenceKind::Missing { new } => (None, Some(new)),
            DifferenceKind::Changed { old, new } => (Some(old), Some(new)),
            DifferenceKind::Stray { old } => (Some(old), None),
            DifferenceKind::Conflict { old: None, .. } => return String::new(),
            DifferenceKind::Conflict { old, new, .. } => (old.as_ref(), new.as_ref()),
        };
        let text = |bytes: Option<&Vec<u8>>| {
            let text = bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default();
            visible_lines(&text).into_owned()
        };
        let name = |side: &str, bytes: Option<&Vec<u8>>| match bytes {
            Some(_) => format!("{side}/{}", visible(self.path.as_str())),
            None => "/dev/null".to_owned(),
        };
        let (before, after) = (text(old), text(new));
        let diff = TextDiff::from_lines(before.as_str(), after.as_str());
        diff.unified_diff().context_radius(3).header(&name("a", old), &name("b", new)).to_string()
    }
}

/// Turns a survey into differences, sorted by path.
pub(super) fn differences(folder: &Path, wanted: &Wanted, states: &BTreeMap<RelPath, State>) -> Vec<Difference> {
    let old = |path: &RelPath| {
        let path = folder.join(path.as_str());
        let short = fs::symlink_metadata(&path).is_ok_and(|found| found.is_file() && found.len() <= MAX_DIFF);
        if short { fs::read(&path).ok() } else { None }
    };
    let new = |path: &RelPath| wanted.files.get(path).map(|(_, file)| file.contents.clone());
    let mut out = Vec::new();
    for (path, state) in states {
        let kind = match state {
            State::UpToDate => continue,
            State::Missing => DifferenceKind::Missing { new: new(path).unwrap_or_default() },
            State::OutOfDate(_) => {
                DifferenceKind::Changed { old: old(path).unwrap_or_default(), new: new(path).unwrap_or_default() }
            }
            State::Stray(_) => DifferenceKind::Stray { old: old(path).unwrap_or_default() },
            State::Conflict(kind) => {
                let readable = matches!(kind, ConflictKind::Edited | ConflictKind::Foreign | ConflictKind::EditedStray);
                let old = if readable { old(path) } else { None };
                DifferenceKind::Conflict { kind: kind.clone(), old, new: new(path) }
            }
        };
        out.push(Difference { path: path.clone(), kind });
    }
    out
}
