//! What is promised, compared by itself: a promise that gets weaker is worth a look even where every number stays.

use std::collections::BTreeMap;

use super::Names;
use crate::model::{ComponentId, Model, Promise, Threshold};
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

/// A promise that changed, with everybody for whom it did so alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PromiseChange {
    /// Which.
    pub kind: PromiseKind,
    /// In which kind of scenario; none where that makes no difference.
    pub during: Option<ScenarioKind>,
    /// What was promised; none for nothing.
    pub base: Option<Seconds>,
    /// What is promised; none for nothing.
    pub head: Option<Seconds>,
    /// The components, by name.
    pub components: Vec<String>,
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

type Group = (PromiseKind, Option<ScenarioKind>, Option<Seconds>, Option<Seconds>);

/// The promises of components that both specs have and that are no longer the same.
pub(super) fn changes(base: &Model, head: &Model, names: &Names) -> Vec<PromiseChange> {
    let by_name: BTreeMap<&str, ComponentId> = head.components.iter().map(|(id, c)| (c.name.as_str(), id)).collect();
    let mut groups: BTreeMap<Group, Vec<String>> = BTreeMap::new();
    for (old, component) in base.components.iter() {
        let name = names.component(&component.name);
        let Some(&new) = by_name.get(name.as_str()) else { continue };
        for kind in [PromiseKind::Rto, PromiseKind::Rpo] {
            let general = (promised(base, old, None, kind), promised(head, new, None, kind));
            let mut add = |during, (from, to): (Option<Seconds>, Option<Seconds>)| {
                if from != to {
                    groups.entry((kind, during, from, to)).or_default().push(name.clone());
                }
            };
            add(None, general);
            for &during in ScenarioKind::ALL {
                let own = (promised(base, old, Some(during), kind), promised(head, new, Some(during), kind));
                if own != general {
                    add(Some(during), own);
                }
            }
        }
    }
    let change = |((kind, during, base, head), mut components): (Group, Vec<String>)| {
        components.sort();
        PromiseChange { kind, during, base, head, components }
    };
    let mut changes: Vec<PromiseChange> = groups.into_iter().map(change).collect();
    changes.sort_by_key(|change| (!change.is_weaker(), change.kind, change.during));
    changes
}

fn promised(model: &Model, id: ComponentId, during: Option<ScenarioKind>, kind: PromiseKind) -> Option<Seconds> {
    let objective = &model.objectives[model.components[id].objective?];
    let promise: Promise = match during {
        Some(during) => objective.promise(during, None),
        None => objective.default,
    };
    let threshold: Option<Threshold> = match kind {
        PromiseKind::Rto => promise.rto,
        PromiseKind::Rpo => promise.rpo,
    };
    threshold.map(|threshold| threshold.at_most)
}
