//! What ought to exist as addressed things in the words of the observed state: the two can be held side by side, field by
//! field.
//!
//! Only what a spec asks for is here, in fields that ought to be equal; bounds that measurements are held against are not.

use super::{Desired, HostId, Job, Trigger};
use crate::diag::Span;
use crate::model::{CopyId, DatasetId, InstanceId, Keep, Model, StoreId};
use crate::observed::{Address, Field, Value};
use crate::terms::Role;

/// Something that ought to exist, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A place for copies.
    Store(StoreId),
    /// A machine that Puppet manages.
    Host(HostId),
    /// An instance of a component.
    Instance(InstanceId),
    /// Data of a component.
    Dataset(DatasetId),
    /// A copy of data, with its job.
    Copy(CopyId),
}

/// Something that ought to exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// What it is.
    pub subject: Subject,
    /// Its address in the spec.
    pub address: Address,
    /// What is to be true of it, in a fixed order.
    pub attributes: Vec<(Field, Value)>,
    /// Where it is written.
    pub span: Option<Span>,
}

impl Desired {
    /// Everything that ought to exist: stores, hosts, then the parts of each component, in the order of the spec.
    pub fn subjects(&self, model: &Model) -> Vec<Subject> {
        let mut all: Vec<Subject> = model.stores.ids().map(Subject::Store).collect();
        all.extend(self.hosts.iter().map(|(id, _)| Subject::Host(id)));
        for component in model.components.values() {
            all.extend(component.instances.iter().copied().map(Subject::Instance));
            for dataset in &component.datasets {
                all.push(Subject::Dataset(*dataset));
                all.extend(model.datasets[*dataset].copies.iter().copied().map(Subject::Copy));
            }
        }
        all
    }

    /// What is to be true of one of them.
    pub fn resource(&self, model: &Model, subject: Subject) -> Resource {
        let (attributes, span) = match subject {
            Subject::Store(id) => (store(self, model, id), Some(model.stores[id].span)),
            Subject::Host(id) => (host(self, model, id), None),
            Subject::Instance(id) => (instance(self, model, id), Some(model.instances[id].span)),
            Subject::Dataset(id) => (dataset(model, id), Some(model.datasets[id].span)),
            Subject::Copy(id) => (copy(self, model, id), Some(model.copies[id].span)),
        };
        Resource { subject, address: self.address(model, subject), attributes, span }
    }

    /// The address of one of them.
    pub fn address(&self, model: &Model, subject: Subject) -> Address {
        let component = |id| model.components[id].name.clone();
        match subject {
            Subject::Store(id) => Address::Store(model.stores[id].name.clone()),
            Subject::Host(id) => Address::Host(self.hosts.get(id).name.clone()),
            Subject::Instance(id) => {
                let instance = &model.instances[id];
                Address::Instance(component(instance.component), instance.name.clone())
            }
            Subject::Dataset(id) => {
                let dataset = &model.datasets[id];
                Address::Dataset(component(dataset.component), dataset.name.clone())
            }
            Subject::Copy(id) => {
                let copy = &model.copies[id];
                let dataset = &model.datasets[copy.dataset];
                Address::Copy(component(dataset.component), dataset.name.clone(), copy.name.clone())
            }
        }
    }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn store(desired: &Desired, model: &Model, id: StoreId) -> Vec<(Field, Value)> {
    let store = &model.stores[id];
    let mut attributes = vec![(Field::Technology, text(&store.technology.name))];
    attributes.extend(desired.host_of_store(id).map(|host| (Field::Host, text(&host.name))));
    attributes.push((Field::At, text(&model.locations[store.at].name)));
    attributes.extend(store.path.as_deref().map(|path| (Field::Path, text(path))));
    attributes
}

fn host(desired: &Desired, model: &Model, id: HostId) -> Vec<(Field, Value)> {
    let host = desired.hosts.get(id);
    vec![
        (Field::At, text(&model.locations[host.at].name)),
        (Field::Alive, text("up")),
        (Field::Converged, Value::Flag(true)),
        (Field::OutOfSync, Value::List(Vec::new())),
    ]
}

fn instance(desired: &Desired, model: &Model, id: InstanceId) -> Vec<(Field, Value)> {
    let instance = &model.instances[id];
    let mut attributes = Vec::new();
    attributes.extend(desired.host_of(id).map(|host| (Field::Host, text(&host.name))));
    attributes.push((Field::At, text(&model.locations[instance.at].name)));
    attributes.extend(instance.role.map(|role| (Field::Role, text(role.as_str()))));
    attributes.push((Field::Alive, text("up")));
    // Whether a write waits for it is said of those that follow, not of the one that is written to.
    let replication = model.components[instance.component].replication.as_ref();
    let follows = instance.has_data() && instance.role != Some(Role::Primary);
    attributes.extend(replication.filter(|_| follows).map(|r| (Field::Replication, text(r.mode.as_str()))));
    attributes
}

fn dataset(model: &Model, id: DatasetId) -> Vec<(Field, Value)> {
    let dataset = &model.datasets[id];
    let mut attributes = Vec::new();
    attributes.extend(dataset.database.as_deref().map(|database| (Field::Database, text(database))));
    if !dataset.paths.is_empty() {
        attributes.push((Field::Paths, Value::List(dataset.paths.clone())));
    }
    attributes
}

fn copy(desired: &Desired, model: &Model, id: CopyId) -> Vec<(Field, Value)> {
    let job = desired.job(id);
    let mut attributes = Vec::new();
    if let Some(host) = job.runs_on {
        attributes.push((Field::Host, text(&desired.hosts.get(host).name)));
        attributes.push((Field::Job, text(&job.name)));
        if matches!(job.trigger, Trigger::Calendar(_) | Trigger::Interval(_)) {
            attributes.push((Field::Enabled, Value::Flag(true)));
        }
    }
    attributes.extend(job.method.as_deref().map(|method| (Field::Method, text(method))));
    attributes.push((Field::Store, text(&model.stores[job.store].name)));
    attributes.extend(job.from.map(|from| (Field::From, text(&model.copies[from].name))));
    attributes.extend(timing(job, model));
    attributes.push((Field::Keep, Value::List(job.keep.map(kept).unwrap_or_default())));
    attributes.extend(job.verify_every.map(|every| (Field::VerifyEvery, Value::Duration(every))));
    let max_age = job.freshness.critical.filter(|_| job.runs_on.is_some());
    attributes.extend(max_age.map(|age| (Field::MaxAge, Value::Duration(age))));
    attributes
}

fn timing(job: &Job, model: &Model) -> Option<(Field, Value)> {
    match &job.trigger {
        Trigger::Calendar(expressions) => Some((Field::OnCalendar, Value::List(expressions.clone()))),
        Trigger::Interval(interval) => Some((Field::Interval, Value::Duration(*interval))),
        Trigger::After { copy, .. } => Some((Field::After, text(&model.copies[*copy].name))),
        Trigger::Continuous { lag, .. } => Some((Field::Continuous, Value::Duration(*lag))),
        Trigger::Once(_) | Trigger::Impossible(_) => None,
    }
}

/// `keep` as the words of restic's `forget`: `daily 14`, `within 1y6m`.
pub(super) fn kept(keep: Keep) -> Vec<String> {
    let mut words: Vec<String> = keep.counts().map(|(rule, count)| format!("{rule} {count}")).collect();
    words.extend(keep.within.map(|within| format!("within {within}")));
    words
}
