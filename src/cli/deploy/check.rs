//! What `generate --check` says: how a folder differs from what would be generated.

use super::error::{Conflict, ConflictKind};
use super::look::{Found, look};
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
    /// Where it is.
    pub path: RelPath,
    /// How it differs.
    pub kind: DifferenceKind,
    /// What is there, unless it is nothing, no file, or very long.
    pub old: Option<Vec<u8>>,
    /// What would be generated.
    pub new: Option<Vec<u8>>,
}

/// How a path differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DifferenceKind {
    /// It is not there.
    Missing,
    /// Ours and as we left it, and it would be generated anew.
    OutOfDate,
    /// Ours and as we left it, and no longer generated.
    Stray,
    /// `generate` would refuse to touch it.
    Conflict(ConflictKind),
}

impl Difference {
    /// One line for a list.
    pub fn summary(&self) -> String {
        let path = visible(self.path.as_str());
        match &self.kind {
            DifferenceKind::Missing => format!("{path} is missing"),
            DifferenceKind::OutOfDate if self.old == self.new => format!("{path} has the wrong executable bit"),
            DifferenceKind::OutOfDate => format!("{path} is out of date"),
            DifferenceKind::Stray => format!("{path} is no longer generated"),
            DifferenceKind::Conflict(kind) => Conflict { path: self.path.clone(), kind: kind.clone() }.to_string(),
        }
    }

    /// A unified diff from what is there to what would be; empty where there is nothing to compare. What a terminal
    /// would act on is made visible.
    pub fn unified(&self) -> String {
        if self.old.is_none() && self.kind != DifferenceKind::Missing {
            return String::new();
        }
        let (before, after) = (text(self.old.as_deref()), text(self.new.as_deref()));
        let name = |side: &str, bytes: &Option<Vec<u8>>| match bytes {
            Some(_) => format!("{side}/{}", visible(self.path.as_str())),
            None => "/dev/null".to_owned(),
        };
        let diff = TextDiff::from_lines(before.as_str(), after.as_str());
        diff.unified_diff().context_radius(3).header(&name("a", &self.old), &name("b", &self.new)).to_string()
    }
}

/// Turns a survey into differences, sorted by path.
pub(super) fn differences(folder: &Path, wanted: &Wanted, states: &BTreeMap<RelPath, State>) -> Vec<Difference> {
    let difference = |(path, state): (&RelPath, &State)| {
        let kind = match state {
            State::UpToDate => return None,
            State::Missing => DifferenceKind::Missing,
            State::OutOfDate(_) => DifferenceKind::OutOfDate,
            State::Stray(_) => DifferenceKind::Stray,
            State::Conflict(kind) => DifferenceKind::Conflict(kind.clone()),
        };
        let new = wanted.files.get(path).map(|wanted| wanted.file.contents.clone());
        Some(Difference { path: path.clone(), kind, old: contents(folder, path), new })
    };
    states.iter().filter_map(difference).collect()
}

fn contents(folder: &Path, path: &RelPath) -> Option<Vec<u8>> {
    match look(folder, path) {
        Ok(Found::File { len, .. }) if len <= MAX_DIFF => fs::read(folder.join(path.as_str())).ok(),
        _ => None,
    }
}

fn text(bytes: Option<&[u8]>) -> String {
    visible_lines(&String::from_utf8_lossy(bytes.unwrap_or_default())).into_owned()
}
