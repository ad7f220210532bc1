//! Which hosts there are, and what is on each.
//!
//! A host is named by the `certname` of what runs on it; without one by the location, where that is a host; without
//! that by the instance, if no other component has an instance of that name, else by `COMPONENT-INSTANCE`. A store
//! without either is named as itself. What runs on no host of ours can have commands that do: their host is one too.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{ComponentId, Id, InstanceId, LocationId, Model, StoreId};
use crate::tech::Platform;
use crate::terms::LocationKind;

/// Number of a [`Host`] among the [`Hosts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostId(u32);

/// A machine that Puppet manages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// Its name, by which Puppet knows it.
    pub name: String,
    /// Where it stands.
    pub at: LocationId,
    /// Which systems run on it.
    pub platform: Platform,
    /// The instances on it, in the order of the spec.
    pub instances: Vec<InstanceId>,
    /// The stores on it, in the order of the spec.
    pub stores: Vec<StoreId>,
}

/// Every host, by name.
#[derive(Clone, Debug, Default)]
pub struct Hosts {
    rows: Vec<Host>,
    of_instance: Vec<Option<HostId>>,
    of_store: Vec<Option<HostId>>,
    of_commands: Vec<Option<HostId>>,
}

impl Hosts {
    /// The hosts of a model. What runs on no host of ours has none.
    pub(super) fn of(model: &Model) -> Self {
        let shared = shared_names(model);
        let mut rows: BTreeMap<String, Host> = BTreeMap::new();
        let mut add = |name: String, at: LocationId, platform: Platform| {
            let host = Host { name: name.clone(), at, platform, instances: Vec::new(), stores: Vec::new() };
            rows.entry(name).or_insert(host);
        };
        let instances: Vec<Option<String>> =
            model.instances.ids().map(|id| instance_host(model, id, &shared)).collect();
        let stores: Vec<Option<String>> = model.stores.ids().map(|id| store_host(model, id)).collect();
        for ((_, instance), name) in model.instances.iter().zip(&instances) {
            let platform = model.components[instance.component].technology.platform;
            name.iter().for_each(|name| add(name.clone(), instance.at, platform));
        }
        for ((_, store), name) in model.stores.iter().zip(&stores) {
            name.iter().for_each(|name| add(name.clone(), store.at, store.technology.platform));
        }
        let commands: Vec<Option<String>> = model.components.ids().map(|id| command_host(model, id)).collect();
        for (component, name) in model.components.values().zip(&commands) {
            let at = component.instances.first().map(|id| model.instances[*id].at);
            name.iter().zip(at).for_each(|(name, at)| add(name.clone(), at, Platform::Linux));
        }
        let numbers: BTreeMap<String, HostId> =
            rows.keys().enumerate().map(|(number, name)| (name.clone(), HostId(number as u32))).collect();
        let mut rows: Vec<Host> = rows.into_values().collect();
        let number = |name: &Option<String>| name.as_ref().and_then(|name| numbers.get(name)).copied();
        let of_instance: Vec<Option<HostId>> = instances.iter().map(number).collect();
        let of_store: Vec<Option<HostId>> = stores.iter().map(number).collect();
        let of_commands: Vec<Option<HostId>> = commands.iter().map(number).collect();
        for (index, host) in of_instance.iter().enumerate() {
            host.iter().for_each(|host| rows[host.0 as usize].instances.push(InstanceId::from_index(index)));
        }
        for (index, host) in of_store.iter().enumerate() {
            host.iter().for_each(|host| rows[host.0 as usize].stores.push(StoreId::from_index(index)));
        }
        Self { rows, of_instance, of_store, of_commands }
    }

    /// A host by its number.
    pub fn get(&self, id: HostId) -> &Host {
        &self.rows[id.0 as usize]
    }

    /// The host of an instance.
    pub fn of_instance(&self, id: InstanceId) -> Option<HostId> {
        self.of_instance.get(id.index()).copied().flatten()
    }

    /// The host of a store.
    pub fn of_store(&self, id: StoreId) -> Option<HostId> {
        self.of_store.get(id.index()).copied().flatten()
    }

    /// The host on which the declared commands of a component run that itself runs on none of ours.
    pub fn of_commands(&self, id: ComponentId) -> Option<HostId> {
        self.of_commands.get(id.index()).copied().flatten()
    }

    /// Every host with its number, by name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (HostId, &Host)> {
        self.rows.iter().enumerate().map(|(number, host)| (HostId(number as u32), host))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// Names that instances of several components have.
fn shared_names(model: &Model) -> BTreeSet<&str> {
    let mut first = BTreeMap::new();
    let mut shared = BTreeSet::new();
    for instance in model.instances.values() {
        let seen = first.insert(instance.name.as_str(), instance.component);
        if seen.is_some_and(|component| component != instance.component) {
            shared.insert(instance.name.as_str());
        }
    }
    shared
}

fn instance_host(model: &Model, id: InstanceId, shared: &BTreeSet<&str>) -> Option<String> {
    let instance = &model.instances[id];
    let component = &model.components[instance.component];
    if component.technology.platform == Platform::None {
        return None;
    }
    let named = instance.certname.clone().or_else(|| location_host(model, instance.at));
    Some(named.unwrap_or_else(|| {
        if shared.contains(instance.name.as_str()) {
            format!("{}-{}", component.name, instance.name)
        } else {
            instance.name.clone()
        }
    }))
}

fn command_host(model: &Model, id: ComponentId) -> Option<String> {
    let component = &model.components[id];
    let parameter = component.technology.commands_on.as_ref().filter(|_| !component.instances.is_empty())?;
    component.parameters.iter().find(|(name, _)| name == parameter).map(|(_, host)| host.clone())
}

fn store_host(model: &Model, id: StoreId) -> Option<String> {
    let store = &model.stores[id];
    if store.technology.platform == Platform::None {
        return None;
    }
    Some(store.certname.clone().or_else(|| location_host(model, store.at)).unwrap_or_else(|| store.name.clone()))
}

fn location_host(model: &Model, at: LocationId) -> Option<String> {
    let location = &model.locations[at];
    (location.kind == LocationKind::Host).then(|| location.name.clone())
}
