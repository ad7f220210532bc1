//! What is called otherwise in the newer spec: a renamed component stays itself, with its scenarios and its promises.

use std::collections::BTreeMap;

use crate::model::{ComponentId, Model};

/// From names of the older spec to names of the newer.
#[derive(Clone, Debug, Default)]
pub struct Names {
    components: BTreeMap<String, String>,
}

/// What a component is recognised by when its name is gone.
type Signature<'a> = (&'a str, Vec<(&'a str, &'a str)>, Vec<&'a str>);

impl Names {
    /// Finds components that are gone by name and there again under another: same technology, same instances at the same
    /// places, same data. Where several could be meant, none is.
    pub fn new(base: &Model, head: &Model) -> Self {
        let name = |model: &Model, id: ComponentId| model.components[id].name.clone();
        let has = |model: &Model, name: &str| model.components.values().any(|component| component.name == name);
        let gone: Vec<ComponentId> =
            base.components.ids().filter(|id| !has(head, &base.components[*id].name)).collect();
        let fresh: Vec<ComponentId> =
            head.components.ids().filter(|id| !has(base, &head.components[*id].name)).collect();
        let mut components = BTreeMap::new();
        for &old in &gone {
            let own = signature(base, old);
            let alike = |model, ids: &[ComponentId]| -> Vec<ComponentId> {
                ids.iter().copied().filter(|id| signature(model, *id) == own).collect()
            };
            if let ([_], [new]) = (alike(base, &gone).as_slice(), alike(head, &fresh).as_slice()) {
                components.insert(name(base, old), name(head, *new));
            }
        }
        Self { components }
    }

    /// Old and new names, by the old.
    pub fn renamed(&self) -> Vec<(String, String)> {
        self.components.iter().map(|(old, new)| (old.clone(), new.clone())).collect()
    }

    /// The name of a component in the newer spec.
    pub fn component(&self, name: &str) -> String {
        self.components.get(name).cloned().unwrap_or_else(|| name.to_owned())
    }

    /// The id of a scenario in the newer spec: `lose-all:OLD` and `corrupt:OLD.DATA` go with their component.
    pub fn scenario(&self, id: &str) -> String {
        if self.components.is_empty() {
            return id.to_owned();
        }
        let part = |part: &str| match part.split_once(':') {
            Some((verb, rest)) => format!("{verb}:{}", self.qualified(rest)),
            None => part.to_owned(),
        };
        id.split('+').map(part).collect::<Vec<_>>().join("+")
    }

    /// A name, or a name with something of it after a dot.
    pub(super) fn qualified(&self, text: &str) -> String {
        if let Some(new) = self.components.get(text) {
            return new.clone();
        }
        let of = |(old, new): (&String, &String)| {
            let rest = text.strip_prefix(old.as_str())?.strip_prefix('.')?;
            Some(format!("{new}.{rest}"))
        };
        self.components.iter().find_map(of).unwrap_or_else(|| text.to_owned())
    }
}

fn signature(model: &Model, id: ComponentId) -> Signature<'_> {
    let component = &model.components[id];
    let mut instances: Vec<(&str, &str)> = component
        .instances
        .iter()
        .map(|id| (model.instances[*id].name.as_str(), model.locations[model.instances[*id].at].name.as_str()))
        .collect();
    instances.sort_unstable();
    let mut data: Vec<&str> = component.datasets.iter().map(|id| model.datasets[*id].name.as_str()).collect();
    data.sort_unstable();
    (&component.technology.name, instances, data)
}
