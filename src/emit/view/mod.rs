//! What templates see of the plan: plain structs, made once for each component.

mod job;
mod params;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

pub(in crate::emit) use self::job::{JobView, side, store_hosts};
use self::params::params;
use crate::desired::{Desired, first_instance};
use crate::emit::names::{Words, account, word};
use crate::model::{ComponentId, DatasetId, Instance, InstanceId, LocationId, Model, StoreId};
use crate::tech::Platform;
use crate::terms::{DependencyKind, LocationKind, ReplicationMode, Role};

/// A component with everything that its templates may ask for.
#[derive(Clone, Debug, Serialize)]
pub(in crate::emit) struct ComponentView {
    pub name: String,
    pub description: Option<String>,
    pub technology: String,
    /// What its hosts run: `linux`, `windows`, or `none` where it has none of ours.
    pub platform: &'static str,
    /// The host on which its declared commands run, where nothing of it runs on one of ours; null where there is none.
    pub commands_on: Option<String>,
    /// Its address in the spec.
    pub subject: String,
    /// Name of the plan.
    pub plan: String,
    /// Values of the technology's parameters, null where there is none.
    pub params: BTreeMap<String, Value>,
    /// Whether a write waits for the others; null where nothing is replicated.
    pub synchronous: Option<bool>,
    /// Method of the replication; null where there is none, or the spec does not say.
    pub replication: Option<String>,
    pub instances: Vec<InstanceView>,
    pub datasets: Vec<DatasetView>,
    pub jobs: Vec<JobView>,
    /// What it needs to serve.
    pub requires: Vec<NeighbourView>,
}

/// One instance.
#[derive(Clone, Debug, Serialize)]
pub(in crate::emit) struct InstanceView {
    pub name: String,
    /// Its number in the component, from 1.
    pub number: usize,
    /// Host; null where it runs on none of ours.
    pub host: Option<String>,
    /// Where clients and peers reach it.
    pub address: String,
    /// `primary`, `standby`, `witness`, or null where the spec does not say.
    pub role: Option<&'static str>,
    /// `primary` for the one that takes writes first, `standby` for the others.
    pub bootstrap: &'static str,
    /// `active` where it serves from the start, else `standby`.
    pub mode: &'static str,
    pub has_data: bool,
}

/// A dataset.
#[derive(Clone, Debug, Serialize)]
pub(in crate::emit) struct DatasetView {
    pub name: String,
    pub database: Option<String>,
    pub paths: Vec<String>,
}

/// A component that this one requires.
#[derive(Clone, Debug, Serialize)]
pub(in crate::emit) struct NeighbourView {
    pub name: String,
    /// Prefix of parameters about it, unique among the neighbours.
    pub word: String,
    pub technology: String,
    pub params: BTreeMap<String, Value>,
    pub instances: Vec<InstanceView>,
}

/// A place for copies.
#[derive(Clone, Debug, Serialize)]
pub(in crate::emit) struct StoreView {
    pub name: String,
    pub description: Option<String>,
    pub technology: String,
    pub path: Option<String>,
    /// Host; null where it is on none of ours.
    pub host: Option<String>,
    /// Where clients reach it; null without a host.
    pub address: Option<String>,
    /// Account under which the component's hosts reach it.
    pub account: String,
    /// Whether no host reaches it unless a person connects it.
    pub offline: bool,
    /// Whether nothing in it can be changed or deleted before its time.
    pub immutable: bool,
    pub params: BTreeMap<String, Value>,
}

/// The whole of a component.
pub(in crate::emit) fn component(model: &Model, desired: &Desired, id: ComponentId) -> ComponentView {
    let component = &model.components[id];
    let datasets: Vec<DatasetView> = component.datasets.iter().map(|id| dataset(model, *id)).collect();
    let mut words = Words::default();
    let copies = component.datasets.iter().flat_map(|dataset| &model.datasets[*dataset].copies);
    let jobs = copies.map(|copy| job::job(model, desired, desired.job(*copy), &mut words)).collect();
    let mut neighbours = Words::default();
    let requires = component.depends_on.iter().filter(|needed| needed.kind == DependencyKind::Requires);
    ComponentView {
        name: component.name.clone(),
        description: component.description.clone(),
        technology: component.technology.name.clone(),
        platform: match component.technology.platform {
            Platform::Linux => "linux",
            Platform::Windows => "windows",
            Platform::None => "none",
        },
        commands_on: desired.hosts.of_commands(id).map(|host| desired.hosts.get(host).name.clone()),
        subject: model.component_address(id),
        plan: model.system.name.clone(),
        params: params(&component.technology, &component.parameters),
        synchronous: component.replication.as_ref().map(|replication| replication.mode == ReplicationMode::Sync),
        replication: component.replication.as_ref().and_then(|replication| replication.method.clone()),
        instances: instances(model, desired, id),
        datasets,
        jobs,
        requires: requires.map(|needed| neighbour(model, desired, needed.on, &mut neighbours)).collect(),
    }
}

/// A store as the hosts of a component reach it.
pub(in crate::emit) fn store(model: &Model, desired: &Desired, id: StoreId, component: &str) -> StoreView {
    let store = &model.stores[id];
    let params = params(&store.technology, &store.parameters);
    let host = desired.host_of_store(id).map(|host| host.name.clone());
    let given = params.get("address").and_then(Value::as_str).map(str::to_owned);
    StoreView {
        name: store.name.clone(),
        description: store.description.clone(),
        technology: store.technology.name.clone(),
        path: store.path.clone(),
        address: given.or_else(|| host.clone()),
        host,
        account: account(component),
        offline: store.offline,
        immutable: store.immutable,
        params,
    }
}

/// The site of a location: itself or what it lies within; where there is none, the location.
pub(in crate::emit) fn site(model: &Model, at: LocationId) -> &str {
    let site = model.enclosing(at).find(|id| model.locations[*id].kind == LocationKind::Site);
    &model.locations[site.unwrap_or(at)].name
}

fn neighbour(model: &Model, desired: &Desired, id: ComponentId, words: &mut Words) -> NeighbourView {
    let component = &model.components[id];
    NeighbourView {
        name: component.name.clone(),
        word: words.unique(word(&component.name)),
        technology: component.technology.name.clone(),
        params: params(&component.technology, &component.parameters),
        instances: instances(model, desired, id),
    }
}

fn instances(model: &Model, desired: &Desired, id: ComponentId) -> Vec<InstanceView> {
    let component = &model.components[id];
    let first = first_instance(model, &component.instances);
    let all = component.instances.iter().enumerate();
    all.map(|(number, id)| InstanceView { number: number + 1, ..instance(&model.instances[*id], *id, desired, first) })
        .collect()
}

fn instance(instance: &Instance, id: InstanceId, desired: &Desired, first: Option<InstanceId>) -> InstanceView {
    let host = desired.host_of(id).map(|host| host.name.clone());
    InstanceView {
        name: instance.name.clone(),
        number: 0,
        address: host.clone().unwrap_or_else(|| instance.name.clone()),
        host,
        role: instance.role.map(Role::as_str),
        bootstrap: if Some(id) == first { "primary" } else { "standby" },
        mode: if instance.role == Some(Role::Standby) { "standby" } else { "active" },
        has_data: instance.has_data(),
    }
}

fn dataset(model: &Model, id: DatasetId) -> DatasetView {
    let dataset = &model.datasets[id];
    DatasetView { name: dataset.name.clone(), database: dataset.database.clone(), paths: dataset.paths.clone() }
}

impl ComponentView {
    /// The jobs of one side as one host sees them.
    pub(in crate::emit) fn jobs_on(&self, side: &str, host: Option<&str>) -> Vec<JobView> {
        let of_side = self.jobs.iter().filter(|job| job.side == side);
        of_side.map(|job| JobView { active: host.is_some() && job.host.as_deref() == host, ..job.clone() }).collect()
    }
}
