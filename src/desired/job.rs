//! The job of each copy: its name, its host, and what starts it.

use std::collections::BTreeSet;

use super::freshness::{Ages, Freshness};
use super::timing::Triggers;
use super::{HostId, Hosts, Trigger, first_instance};
use crate::model::{ComponentId, CopyId, DatasetId, Id, InstanceId, Keep, Model, StoreId, Table, Timing};
use crate::tech::{MethodKind, RunsOn};
use crate::units::Seconds;

/// Number of a [`Job`]: that of its copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(u32);

impl Id for JobId {
    fn from_index(index: usize) -> Self {
        Self(u32::try_from(index).unwrap_or(u32::MAX))
    }

    fn index(self) -> usize {
        self.0 as usize
    }
}

/// What makes one copy.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its name, unique in the plan: `COMPONENT-DATASET-COPY`.
    pub name: String,
    /// The copy's address in the spec.
    pub address: String,
    /// The copy that it makes.
    pub copy: CopyId,
    /// Whose data it is.
    pub component: ComponentId,
    /// What is copied.
    pub dataset: DatasetId,
    /// The instance that is read, where the live data is.
    pub reads: Option<InstanceId>,
    /// Where it runs; none where no host of ours does it.
    pub runs_on: Option<HostId>,
    /// The method of the component's technology, where it is one of them.
    pub method: Option<String>,
    /// What that method gives.
    pub kind: MethodKind,
    /// The copy that is read instead of the live data.
    pub from: Option<CopyId>,
    /// What starts it.
    pub trigger: Trigger,
    /// The jobs that it starts when it succeeds.
    pub starts: Vec<CopyId>,
    /// The waiting time between capture and transfer.
    pub hold: Seconds,
    /// Where it writes.
    pub store: StoreId,
    /// What is kept; none for everything.
    pub keep: Option<Keep>,
    /// How often a restore is proven.
    pub verify_every: Option<Seconds>,
    /// How old its newest point may be.
    pub freshness: Freshness,
    /// The longest time between two of its runs, where it has a rhythm.
    pub gap: Option<Seconds>,
}

/// The jobs of all copies.
pub(super) fn jobs(model: &Model, hosts: &Hosts) -> Table<JobId, Job> {
    let mut ages = Ages::new(model);
    let mut triggers = Triggers::default();
    let mut names = BTreeSet::new();
    let mut jobs = Table::default();
    for id in model.copies.ids() {
        let mut job = job(model, hosts, id, &mut ages, &mut triggers);
        job.name = unique(&mut names, job.name);
        jobs.push(job);
    }
    for id in model.copies.ids() {
        if let Timing::After { copy, .. } = model.copies[id].timing {
            let started: &mut Job = &mut jobs[JobId::from_index(copy.index())];
            started.starts.push(id);
        }
    }
    jobs
}

fn job(model: &Model, hosts: &Hosts, id: CopyId, ages: &mut Ages, triggers: &mut Triggers) -> Job {
    let copy = &model.copies[id];
    let dataset = &model.datasets[copy.dataset];
    let component = &model.components[dataset.component];
    let reads = copy.reads.or_else(|| first_instance(model, &component.instances));
    let facts = copy.method.as_ref().and_then(|method| component.technology.methods.get(method));
    let from = source(model, id);
    let kind = match facts {
        Some(facts) => facts.kind,
        None if from.is_some() => MethodKind::Duplicate,
        None => MethodKind::PeriodicCopy,
    };
    Job {
        name: format!("{}-{}-{}", component.name, dataset.name, copy.name),
        address: model.copy_address(id),
        copy: id,
        component: dataset.component,
        dataset: copy.dataset,
        reads: reads.filter(|_| from.is_none()),
        runs_on: runs_on(model, hosts, id),
        method: copy.method.clone(),
        kind,
        from,
        trigger: triggers.of(&copy.timing),
        starts: Vec::new(),
        hold: copy.hold,
        store: copy.to,
        keep: copy.keep,
        verify_every: copy.verify.map(|verify| verify.every),
        freshness: ages.freshness(model, id),
        gap: ages.gap(model, id),
    }
}

/// The copy that is read instead of the live data; a copy that starts after another reads that one.
fn source(model: &Model, id: CopyId) -> Option<CopyId> {
    let copy = &model.copies[id];
    match copy.timing {
        Timing::After { copy, .. } => Some(copy),
        _ => copy.from,
    }
}

/// A copy of a copy runs where that copy is made, since both repositories are known there.
fn runs_on(model: &Model, hosts: &Hosts, id: CopyId) -> Option<HostId> {
    let mut first = id;
    // The resolver refuses circles; should one come through, the walk ends all the same.
    for _ in 0..model.copies.len() {
        match source(model, first) {
            Some(copy) => first = copy,
            None => break,
        }
    }
    let copy = &model.copies[first];
    let component = &model.components[model.datasets[copy.dataset].component];
    let method = copy.method.as_ref().and_then(|method| component.technology.methods.get(method));
    match method.map(|method| method.runs_on).unwrap_or_default() {
        RunsOn::Store => hosts.of_store(copy.to),
        RunsOn::Instance => {
            let reads = copy.reads.or_else(|| first_instance(model, &component.instances))?;
            hosts.of_instance(reads).or_else(|| hosts.of_commands(model.datasets[copy.dataset].component))
        }
    }
}

/// Names can meet (`a-b` + `c` and `a` + `b-c`); the later one in the spec gets a number.
fn unique(names: &mut BTreeSet<String>, name: String) -> String {
    let mut candidate = name.clone();
    let mut number = 2;
    while !names.insert(candidate.clone()) {
        candidate = format!("{name}-{number}");
        number += 1;
    }
    candidate
}
