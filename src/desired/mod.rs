//! What ought to exist for the plan to hold: which host runs which job when, what it keeps, how old its newest point may
//! be, and who follows whom.
//!
//! A pure reading of the model that knows no product: generators turn it into code, and the diff compares it with what was
//! observed, so that what we would install and what we compare against cannot differ.

mod freshness;
mod host;
mod job;
mod names;
mod resource;
mod task;
#[cfg(test)]
mod tests;
mod timing;

pub use freshness::Freshness;
pub use host::{Host, HostId, Hosts};
pub use job::{Job, JobId};
pub use resource::{Resource, Subject};
pub use task::{TaskStart, at_least, task_starts};
pub use timing::{Trigger, calendar_at_least};

use crate::model::{CopyId, Id, InstanceId, Model, StoreId, Table};
use crate::observed::Names;
use crate::terms::Role;

/// Everything that ought to exist.
#[derive(Clone, Debug)]
pub struct Desired {
    /// Every host that Puppet manages, by name.
    pub hosts: Hosts,
    /// The job of every copy, in the order of the model's copies.
    pub jobs: Table<JobId, Job>,
}

impl Desired {
    /// What the model asks for.
    pub fn of(model: &Model) -> Self {
        let hosts = Hosts::of(model);
        let jobs = job::jobs(model, &hosts);
        Self { hosts, jobs }
    }

    /// The job of a copy.
    pub fn job(&self, copy: CopyId) -> &Job {
        &self.jobs[JobId::from_index(copy.index())]
    }

    /// The host of an instance, where there is one.
    pub fn host_of(&self, instance: InstanceId) -> Option<&Host> {
        self.hosts.of_instance(instance).map(|id| self.hosts.get(id))
    }

    /// The host of a store, where Puppet manages one.
    pub fn host_of_store(&self, store: StoreId) -> Option<&Host> {
        self.hosts.of_store(store).map(|id| self.hosts.get(id))
    }

    /// What everything is called out there, for whoever reads the output of tools.
    pub fn names(&self, model: &Model) -> Names {
        names::names(self, model)
    }
}

/// The instance that takes writes at first: the primary, or the first that has data.
pub fn first_instance(model: &Model, instances: &[InstanceId]) -> Option<InstanceId> {
    let with_data = || instances.iter().copied().filter(|id| model.instances[*id].has_data());
    with_data().find(|id| model.instances[*id].role == Some(Role::Primary)).or_else(|| with_data().next())
}
