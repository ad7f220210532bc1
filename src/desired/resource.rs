//! What ought to exist as a flat list: each thing under its address in the spec, with plain attributes.

use super::{Desired, Job, Trigger};
use crate::model::{CopyId, InstanceId, Keep, Model, StoreId};
use crate::terms::Role;

/// Something that ought to exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Its address in the spec: `components.shop-db.data.main.copies.nightly`.
    pub address: String,
    /// What it is.
    pub kind: ResourceKind,
    /// What is to be true of it, in a fixed order.
    pub attributes: Vec<(&'static str, Attribute)>,
}

/// What a resource is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ResourceKind {
    /// A place for copies.
    Store,
    /// An instance of a component.
    Instance,
    /// The job of a copy.
    Job,
}

/// A value to compare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attribute {
    /// Text.
    Text(String),
    /// A number; times in seconds.
    Number(u64),
    /// Texts in their order.
    List(Vec<String>),
}

pub(super) fn resources(desired: &Desired, model: &Model) -> Vec<Resource> {
    let stores = model.stores.ids().map(|id| store(desired, model, id));
    let mut all: Vec<Resource> = stores.collect();
    for component in model.components.values() {
        all.extend(component.instances.iter().map(|id| instance(desired, model, *id)));
        let copies = component.datasets.iter().flat_map(|dataset| &model.datasets[*dataset].copies);
        all.extend(copies.map(|copy| job(desired, model, *copy)));
    }
    all
}

fn store(desired: &Desired, model: &Model, id: StoreId) -> Resource {
    let store = &model.stores[id];
    let mut attributes = vec![("technology", Attribute::Text(store.technology.name.clone()))];
    attributes.extend(desired.host_of_store(id).map(|host| ("host", Attribute::Text(host.name.clone()))));
    attributes.extend(store.path.clone().map(|path| ("path", Attribute::Text(path))));
    Resource { address: format!("stores.{}", store.name), kind: ResourceKind::Store, attributes }
}

fn instance(desired: &Desired, model: &Model, id: InstanceId) -> Resource {
    let instance = &model.instances[id];
    let mut attributes = Vec::new();
    attributes.extend(desired.host_of(id).map(|host| ("host", Attribute::Text(host.name.clone()))));
    attributes.extend(instance.role.map(|role| ("role", Attribute::Text(role.as_str().to_owned()))));
    let replication = model.components[instance.component].replication.as_ref();
    if let Some(replication) = replication.filter(|_| instance.has_data()) {
        attributes.push(("replication", Attribute::Text(replication.mode.as_str().to_owned())));
        if instance.role == Some(Role::Standby) {
            let lag = instance.lag.unwrap_or(replication.lag.value);
            attributes.push(("lag_s", Attribute::Number(lag.0)));
        }
    }
    Resource { address: model.instance_address(id), kind: ResourceKind::Instance, attributes }
}

fn job(desired: &Desired, model: &Model, id: CopyId) -> Resource {
    let job = desired.job(id);
    let mut attributes = vec![("job", Attribute::Text(job.name.clone()))];
    attributes.extend(job.runs_on.map(|host| ("host", Attribute::Text(desired.hosts.get(host).name.clone()))));
    attributes.extend(job.method.clone().map(|method| ("method", Attribute::Text(method))));
    attributes.push(("store", Attribute::Text(model.stores[job.store].name.clone())));
    attributes.extend(job.from.map(|from| ("from", Attribute::Text(model.copies[from].name.clone()))));
    attributes.extend(timing(job, model));
    attributes.extend(job.keep.map(|keep| ("keep", Attribute::List(kept(keep)))));
    attributes.extend(job.verify_every.map(|every| ("verify_every_s", Attribute::Number(every.0))));
    attributes.extend(job.freshness.critical.map(|age| ("max_age_s", Attribute::Number(age.0))));
    Resource { address: job.address.clone(), kind: ResourceKind::Job, attributes }
}

fn timing(job: &Job, model: &Model) -> Option<(&'static str, Attribute)> {
    match &job.trigger {
        Trigger::Calendar(expressions) => Some(("on_calendar", Attribute::List(expressions.clone()))),
        Trigger::Interval(interval) => Some(("interval_s", Attribute::Number(interval.0))),
        Trigger::After { copy, .. } => Some(("after", Attribute::Text(model.copies[*copy].name.clone()))),
        Trigger::Continuous { lag, .. } => Some(("continuous_s", Attribute::Number(lag.0))),
        Trigger::Once(instant) => Some(("once", Attribute::Number(instant.0.unsigned_abs()))),
        Trigger::Impossible(_) => None,
    }
}

/// `keep` as the words of restic's `forget`: `daily 14`, `within 1y6m`.
pub(super) fn kept(keep: Keep) -> Vec<String> {
    let counts = [
        ("last", keep.last),
        ("hourly", keep.hourly),
        ("daily", keep.daily),
        ("weekly", keep.weekly),
        ("monthly", keep.monthly),
        ("yearly", keep.yearly),
    ];
    let mut words: Vec<String> =
        counts.iter().filter(|(_, count)| *count > 0).map(|(rule, count)| format!("{rule} {count}")).collect();
    words.extend(keep.within.map(|within| format!("within {within}")));
    words
}
