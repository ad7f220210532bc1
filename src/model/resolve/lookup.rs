//! Names to ids, and what to say of a name that nobody has.

use std::collections::HashMap;

use super::{Resolver, code};
use crate::diag::{Diagnostic, Diagnostics, nearest};
use crate::model::{
    ComponentId, DatasetId, DomainId, Id, InstanceId, LocationId, ObjectiveId, StoreId, Target, TeamId,
};
use crate::spec::{Section, Spec, Text, is_name, to_name};

/// Ids by name. Hashed with a random key, since names come from strangers; never iterated for output.
pub(super) struct Names<'s> {
    pub locations: HashMap<&'s str, LocationId>,
    pub domains: HashMap<String, DomainId>,
    pub stores: HashMap<&'s str, StoreId>,
    pub teams: HashMap<&'s str, TeamId>,
    pub objectives: HashMap<&'s str, ObjectiveId>,
    pub components: HashMap<&'s str, ComponentId>,
    /// Instances of all components; a name may be in use more than once.
    pub instances: HashMap<String, Vec<InstanceId>>,
}

impl<'s> Names<'s> {
    pub(super) fn of(spec: &'s Spec<'s>) -> Self {
        Self {
            locations: index(spec, Section::Locations),
            domains: HashMap::new(),
            stores: index(spec, Section::Stores),
            teams: index(spec, Section::Teams),
            objectives: index(spec, Section::Objectives),
            components: index(spec, Section::Components),
            instances: HashMap::new(),
        }
    }
}

/// The first item of a name keeps it; that there are two is told when the spec is read.
fn index<'s, I: Id>(spec: &'s Spec<'s>, section: Section) -> HashMap<&'s str, I> {
    let mut ids = HashMap::with_capacity(spec.items(section).len());
    for (number, item) in spec.items(section).enumerate() {
        ids.entry(item.name).or_insert_with(|| I::from_index(number));
    }
    ids
}

/// Nobody has this name.
pub(super) fn unknown<'n>(
    what: &str,
    name: Text<'_>,
    known: impl IntoIterator<Item = &'n str>,
    address: &str,
) -> Diagnostic {
    let mut known: Vec<&str> = known.into_iter().collect();
    known.sort_unstable();
    let message = format!("there is no {what} `{}`", name.value);
    let diagnostic = Diagnostic::error(code::UNKNOWN_REFERENCE, message).at(name.span).about(address);
    match nearest(name.value, known.iter().copied()) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(name.span, near),
        None if known.is_empty() => diagnostic.help(format!("declare a {what} of that name")),
        None if known.len() <= 12 => diagnostic.help(format!("there are {}", known.join(", "))),
        None => diagnostic.help(format!("declare a {what} of that name; {} others exist", known.len())),
    }
}

/// The id of a name; one that nobody has is told.
fn find<I: Copy>(
    ids: &HashMap<&str, I>,
    what: &str,
    name: Text<'_>,
    address: impl FnOnce() -> String,
    diagnostics: &mut Diagnostics,
) -> Option<I> {
    let found = ids.get(name.value).copied().or_else(|| misnamed(ids, name.value));
    if found.is_none() {
        diagnostics.push(unknown(what, name, ids.keys().copied().filter(|known| is_name(known)), &address()));
    }
    found
}

/// What would have this name, had it been written as names are: that it is not has been told.
fn misnamed<I: Copy>(ids: &HashMap<&str, I>, name: &str) -> Option<I> {
    let mut meant: Vec<&&str> =
        ids.keys().filter(|known| !is_name(known) && to_name(known).as_deref() == Some(name)).collect();
    meant.sort_unstable();
    ids.get(*meant.first()?).copied()
}

impl Resolver<'_> {
    pub(super) fn location(&mut self, name: Text<'_>, address: impl FnOnce() -> String) -> Option<LocationId> {
        find(&self.names.locations, "location", name, address, &mut self.diagnostics)
    }

    pub(super) fn store(&mut self, name: Text<'_>, address: impl FnOnce() -> String) -> Option<StoreId> {
        find(&self.names.stores, "store", name, address, &mut self.diagnostics)
    }

    pub(super) fn team(&mut self, name: Text<'_>, address: impl FnOnce() -> String) -> Option<TeamId> {
        find(&self.names.teams, "team", name, address, &mut self.diagnostics)
    }

    pub(super) fn objective_named(&mut self, name: Text<'_>, address: impl FnOnce() -> String) -> Option<ObjectiveId> {
        find(&self.names.objectives, "objective", name, address, &mut self.diagnostics)
    }

    pub(super) fn component(&mut self, name: Text<'_>, address: impl FnOnce() -> String) -> Option<ComponentId> {
        find(&self.names.components, "component", name, address, &mut self.diagnostics)
    }

    /// An instance by its name, or by `component.instance` where several have that name.
    pub(super) fn instance(&mut self, name: Text<'_>, address: &str) -> Option<InstanceId> {
        match self.find_instance(name.value).as_slice() {
            [one] => Some(*one),
            [] => {
                let diagnostic = unknown("instance", name, self.names.instances.keys().map(String::as_str), address);
                self.push(diagnostic);
                None
            }
            several => {
                let diagnostic = self.ambiguous(name, several, address);
                self.push(diagnostic);
                None
            }
        }
    }

    /// All that a scenario can take away, by name. Where several things share one, the largest is meant: location, shared
    /// domain, store, instance, component.
    pub(super) fn target(&mut self, name: Text<'_>, address: &str) -> Option<Target> {
        let names = &self.names;
        let found = None
            .or_else(|| names.locations.get(name.value).map(|id| Target::Location(*id)))
            .or_else(|| names.domains.get(name.value).map(|id| Target::Domain(*id)))
            .or_else(|| names.stores.get(name.value).map(|id| Target::Store(*id)));
        if found.is_some() {
            return found;
        }
        let component = names.components.get(name.value).map(|id| Target::Component(*id));
        match self.find_instance(name.value).as_slice() {
            [one] => Some(Target::Instance(*one)),
            [] if component.is_some() => component,
            [] => {
                let names = &self.names;
                let known = (names.locations.keys().copied())
                    .chain(names.domains.keys().map(String::as_str))
                    .chain(names.stores.keys().copied())
                    .chain(names.instances.keys().map(String::as_str))
                    .chain(names.components.keys().copied());
                let what = "location, shared domain, store, instance or component";
                let diagnostic = unknown(what, name, known, address);
                self.push(diagnostic);
                None
            }
            several => {
                let diagnostic = self.ambiguous(name, several, address);
                self.push(diagnostic);
                None
            }
        }
    }

    /// The datasets that `component` or `component.dataset` names.
    pub(super) fn datasets_named(&mut self, name: Text<'_>, address: &str) -> Vec<DatasetId> {
        if let Some(&id) = self.names.components.get(name.value) {
            return self.model.components[id].datasets.clone();
        }
        for (component, dataset) in splits(name.value) {
            let Some(&id) = self.names.components.get(component) else { continue };
            let datasets = &self.model.components[id].datasets;
            if let Some(found) = datasets.iter().find(|d| self.model.datasets[**d].name == dataset) {
                return vec![*found];
            }
            let known: Vec<String> =
                datasets.iter().map(|d| format!("{component}.{}", self.model.datasets[*d].name)).collect();
            let diagnostic = unknown("dataset", name, known.iter().map(String::as_str), address);
            self.push(diagnostic);
            return Vec::new();
        }
        let diagnostic = unknown("component or dataset", name, self.names.components.keys().copied(), address);
        self.push(diagnostic);
        Vec::new()
    }

    fn find_instance(&self, name: &str) -> Vec<InstanceId> {
        if let Some(found) = self.names.instances.get(name) {
            return found.clone();
        }
        let qualified = splits(name).find_map(|(component, instance)| {
            let component = self.names.components.get(component)?;
            let instances = &self.model.components[*component].instances;
            instances.iter().copied().find(|id| self.model.instances[*id].name == instance)
        });
        qualified.into_iter().collect()
    }

    fn ambiguous(&self, name: Text<'_>, several: &[InstanceId], address: &str) -> Diagnostic {
        let full = |id: &InstanceId| {
            let instance = &self.model.instances[*id];
            format!("`{}.{}`", self.model.components[instance.component].name, instance.name)
        };
        let some: Vec<String> = several.iter().take(6).map(full).collect();
        let message = format!("{} components have an instance `{}`", several.len(), name.value);
        Diagnostic::error(code::UNKNOWN_REFERENCE, message)
            .at(name.span)
            .about(address)
            .help(format!("say which: {}", some.join(", ")))
    }
}

/// Both halves of a dotted name, for every dot in it: names may have dots themselves.
fn splits(name: &str) -> impl Iterator<Item = (&str, &str)> {
    name.char_indices().filter(|(_, c)| *c == '.').map(|(at, _)| (&name[..at], &name[at + 1..]))
}
