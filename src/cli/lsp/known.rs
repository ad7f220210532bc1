//! What the worker has found out, for the main thread to answer from: names with their places, and fixes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use crate::diag::{SourceMap, Span};
use crate::model::Model;

use super::buffers::{position, uri_of};

/// A place in a file, in the words of the protocol.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) uri: String,
    pub(super) range: Value,
}

/// Something that can be referred to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Location,
    Store,
    Team,
    Objective,
    Component,
    Copy,
    /// A copy as `COMPONENT.DATASET.COPY`: copies of several datasets may have one name.
    CopyOf,
    Dataset,
    Instance,
}

/// Names of a spec by their kind, each with its place.
pub(super) type Names = BTreeMap<Kind, BTreeMap<String, Place>>;

/// A fix with the range that it is about.
#[derive(Clone, Debug)]
pub(super) struct Fix {
    pub(super) range: Value,
    pub(super) action: Value,
}

/// What is known of every folder and file.
#[derive(Clone, Default)]
pub(super) struct Shared {
    names: Arc<Mutex<BTreeMap<PathBuf, Arc<Names>>>>,
    fixes: Arc<Mutex<BTreeMap<String, Vec<Fix>>>>,
}

impl Shared {
    pub(super) fn names(&self, folder: &Path) -> Arc<Names> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner).get(folder).cloned().unwrap_or_default()
    }

    pub(super) fn set_names(&self, folder: &Path, names: Names) {
        let mut all = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(folder.to_path_buf(), Arc::new(names));
    }

    pub(super) fn set_fixes(&self, uri: &str, fixes: Vec<Fix>) {
        self.fixes.lock().unwrap_or_else(PoisonError::into_inner).insert(uri.to_owned(), fixes);
    }

    /// The actions of the fixes that touch a range, by our way to write the URI of a file.
    pub(super) fn fixes(&self, uri: &str, range: &Value) -> Vec<Value> {
        let fixes = self.fixes.lock().unwrap_or_else(PoisonError::into_inner);
        let line = |range: &Value, end: &str| range[end]["line"].as_u64().unwrap_or(0);
        let touches = |fix: &&Fix| {
            line(&fix.range, "start") <= line(range, "end") && line(range, "start") <= line(&fix.range, "end")
        };
        fixes.get(uri).into_iter().flatten().filter(touches).map(|fix| fix.action.clone()).collect()
    }
}

/// Where a span is, in the words of the protocol.
pub(super) fn place(sources: &SourceMap, span: Span) -> Option<Place> {
    let file = sources.file(span.file)?;
    // The file knows where its lines begin; counting them anew for every name would take the square of its length.
    let at = |byte: u32| {
        let line = file.location(byte).line;
        let (start, text) = file.lines(line, line);
        let mut at = position(text, byte.saturating_sub(start) as usize);
        at["line"] = (line - 1).into();
        at
    };
    Some(Place { uri: uri_of(&file.name), range: serde_json::json!({"start": at(span.start), "end": at(span.end)}) })
}

/// Every name of a model.
pub(super) fn names(model: &Model, sources: &SourceMap) -> Names {
    let mut names = Names::new();
    let mut add = |kind: Kind, name: &str, span: Span| {
        if let Some(place) = place(sources, span) {
            names.entry(kind).or_default().insert(name.to_owned(), place);
        }
    };
    model.locations.values().for_each(|location| add(Kind::Location, &location.name, location.span));
    model.stores.values().for_each(|store| add(Kind::Store, &store.name, store.span));
    model.teams.values().for_each(|team| add(Kind::Team, &team.name, team.span));
    for objective in model.objectives.values() {
        if let Some(name) = &objective.name {
            add(Kind::Objective, name, objective.span);
        }
    }
    model.components.values().for_each(|component| add(Kind::Component, &component.name, component.span));
    model.instances.values().for_each(|instance| add(Kind::Instance, &instance.name, instance.span));
    for (id, dataset) in model.datasets.iter() {
        add(Kind::Dataset, &model.dataset_name(id), dataset.span);
        for copy in dataset.copies.iter().map(|copy| &model.copies[*copy]) {
            add(Kind::Copy, &copy.name, copy.span);
            add(Kind::CopyOf, &format!("{}.{}", model.dataset_name(id), copy.name), copy.span);
        }
    }
    names
}
