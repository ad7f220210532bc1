//! What is promised, compared by itself: a promise that gets weaker is worth a look even where every number stays.

use std::collections::BTreeMap;

use super::Names;
use crate::model::{ChangeRate, ComponentId, DatasetId, Model, Promise, Threshold};
use crate::terms::ScenarioKind;
use crate::units::Seconds;

/// Which promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PromiseKind {
    /// Recovery time objective.
    Rto,
    /// Recovery point objective.
    Rpo,
}

impl PromiseKind {
    /// The key in the spec.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rto => "rto",
            Self::Rpo => "rpo",
        }
    }
}

/// The scenarios of a promise that is not the general one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum During {
    /// All of a kind.
    Kind(ScenarioKind),
    /// The one of this name, which the spec declares.
    Declared(String),
}

impl During {
    /// The key under `scenarios:` of an objective.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Kind(kind) => kind.as_str(),
            Self::Declared(name) => name,
        }
    }
}

/// A promise that changed, with everybody for whom it did so alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PromiseChange {
    /// Which.
    pub kind: PromiseKind,
    /// In which scenarios; none where that makes no difference.
    pub during: Option<During>,
    /// What was promised; none for nothing.
    pub base: Option<Seconds>,
    /// What is promised; none for nothing.
    pub head: Option<Seconds>,
    /// The components by name; where a dataset is gone, the dataset as `component.dataset`.
    pub components: Vec<String>,
    /// Whether they are gone, and the promise with them.
    pub is_gone: bool,
}

impl PromiseChange {
    /// Whether less is promised than was.
    pub fn is_weaker(&self) -> bool {
        match (self.base, self.head) {
            (Some(base), Some(head)) => head > base,
            (Some(_), None) => true,
            (None, _) => false,
        }
    }
}

type Group = (PromiseKind, Option<During>, Option<Seconds>, Option<Seconds>, bool);
type Groups = BTreeMap<Group, Vec<String>>;

/// The promises that are no longer the same. What is gone had a promise that nobody keeps any more: taking a component out of
/// the spec is no way to mend it.
pub(super) fn changes(base: &Model, head: &Model, names: &Names) -> Vec<PromiseChange> {
    let by_name: BTreeMap<&str, ComponentId> = head.components.iter().map(|(id, c)| (c.name.as_str(), id)).collect();
    let mut groups = Groups::new();
    for (old, component) in base.components.iter() {
        let name = names.component(&component.name);
        let Some(&new) = by_name.get(name.as_str()) else {
            gone(base, old, &name, &mut groups);
            continue;
        };
        let rpo = promised(base, old, None, PromiseKind::Rpo);
        for dataset in lost_datasets(base, old, head, new).into_iter().filter(|_| rpo.is_some()) {
            let group = (PromiseKind::Rpo, None, rpo, None, true);
            groups.entry(group).or_default().push(format!("{name}.{dataset}"));
        }
        kept((base, old), (head, new), &name, &mut groups);
    }
    let change = |((kind, during, base, head, is_gone), mut components): (Group, Vec<String>)| {
        components.sort();
        PromiseChange { kind, during, base, head, components, is_gone }
    };
    let mut changes: Vec<PromiseChange> = groups.into_iter().map(change).collect();
    changes.sort_by(|a, b| (!a.is_weaker(), a.kind, &a.during).cmp(&(!b.is_weaker(), b.kind, &b.during)));
    changes
}

/// The promises of a component that both specs have. One that changes as the more general one does is told with that.
fn kept((base, old): (&Model, ComponentId), (head, new): (&Model, ComponentId), name: &str, groups: &mut Groups) {
    for kind in [PromiseKind::Rto, PromiseKind::Rpo] {
        let both = |during: Option<&During>| (promised(base, old, during, kind), promised(head, new, during, kind));
        let mut add = |during: Option<During>, (from, to): (Option<Seconds>, Option<Seconds>)| {
            if from != to {
                groups.entry((kind, during, from, to, false)).or_default().push(name.to_owned());
            }
        };
        let general = both(None);
        add(None, general);
        for during in ScenarioKind::ALL.iter().map(|kind| During::Kind(*kind)) {
            let own = both(Some(&during));
            if own != general {
                add(Some(during), own);
            }
        }
        let of_declared = both(Some(&During::Kind(ScenarioKind::Declared)));
        let in_both = |name: &&String| head.scenarios.values().any(|newer| newer.name == **name);
        for scenario in base.scenarios.values().map(|declared| &declared.name).filter(in_both) {
            let during = During::Declared(scenario.clone());
            let own = both(Some(&during));
            if own != of_declared {
                add(Some(during), own);
            }
        }
    }
}

/// What was promised of a component that is gone; what it promised in one kind of scenario is told only if there was no
/// general promise.
fn gone(base: &Model, old: ComponentId, name: &str, groups: &mut Groups) {
    for kind in [PromiseKind::Rto, PromiseKind::Rpo] {
        let kinds = ScenarioKind::ALL.iter().map(|kind| Some(During::Kind(*kind)));
        let mut promises: Vec<(Option<During>, Seconds)> = std::iter::once(None)
            .chain(kinds)
            .filter_map(|during| promised(base, old, during.as_ref(), kind).map(|promise| (during, promise)))
            .collect();
        if promises.first().is_some_and(|(during, _)| during.is_none()) {
            promises.truncate(1);
        }
        for (during, promise) in promises {
            groups.entry((kind, during, Some(promise), None, true)).or_default().push(name.to_owned());
        }
    }
}

/// The datasets that a component had and has no longer, and that are not merely called otherwise: what is renamed is held to
/// the promise under its new name.
fn lost_datasets<'a>(base: &'a Model, old: ComponentId, head: &Model, new: ComponentId) -> Vec<&'a str> {
    let has = |name: &str| head.components[new].datasets.iter().any(|id| head.datasets[*id].name == name);
    let had = base.components[old].datasets.iter().copied().filter(|id| !has(&base.datasets[*id].name));
    let lost = had.filter(|&id| renamed_dataset(base, id, head, new).is_none());
    lost.map(|id| base.datasets[id].name.as_str()).collect()
}

/// A new dataset of a component that is the one that is gone: it has the same database and paths, or else the same size and rate of change.
/// Something small that never changes is not what there was. Where several could be meant, none is.
pub(super) fn renamed_dataset(base: &Model, old: DatasetId, head: &Model, new: ComponentId) -> Option<DatasetId> {
    let gone = &base.datasets[old];
    let had = |name: &str| base.components[gone.component].datasets.iter().any(|id| base.datasets[*id].name == name);
    let fresh = head.components[new].datasets.iter().copied().filter(|id| !had(&head.datasets[*id].name));
    let alike = fresh.filter(|&id| {
        let other = &head.datasets[id];
        let named = gone.database.is_some() || !gone.paths.is_empty();
        let same_name = named && other.database == gone.database && other.paths == gone.paths;
        let keeps_changing = (other.change == ChangeRate::Never) == (gone.change == ChangeRate::Never);
        keeps_changing && (same_name || (other.size.value == gone.size.value && other.change == gone.change))
    });
    let alike: Vec<DatasetId> = alike.collect();
    if let [only] = alike.as_slice() { Some(*only) } else { None }
}

fn promised(model: &Model, id: ComponentId, during: Option<&During>, kind: PromiseKind) -> Option<Seconds> {
    let objective = &model.objectives[model.components[id].objective?];
    let declared = |name: &str| model.scenarios.iter().find(|(_, declared)| declared.name == name).map(|(id, _)| id);
    let promise: Promise = match during {
        Some(During::Kind(kind)) => objective.promise(*kind, None),
        Some(During::Declared(name)) => objective.promise(ScenarioKind::Declared, declared(name)),
        None => objective.default,
    };
    let threshold: Option<Threshold> = match kind {
        PromiseKind::Rto => promise.rto,
        PromiseKind::Rpo => promise.rpo,
    };
    threshold.map(|threshold| threshold.at_most)
}
