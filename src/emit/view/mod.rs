//! What templates see of the plan: plain structs, made once for each component.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use crate::desired::{Desired, HostId, Job, Trigger, calendar_at_least, first_instance};
use crate::emit::names::{Words, account, word};
use crate::model::{ComponentId, Instance, InstanceId, Keep, LocationId, Model, StoreId};
use crate::tech::{MethodKind, Parameter, ParameterType, Platform, RunsOn, Technology};
use crate::terms::{DependencyKind, LocationKind, ReplicationMode, Role};

/// A component with everything that its templates may ask for.
#[derive(Clone, Debug, Serialize)]
pub(in crate::emit) struct ComponentView {
    pub name: String,
    pub description: Option<String>,
    pub technology: String,
    /// What its hosts run: `linux`, `windows`, or `none` where it has none of ours.
    pub platform: &'static str,
    /// Its address in the spec.
    pub subject: String,
    /// Name of the plan.
    pub plan: String,
    /// Values of the technology's parameters, null where there is none.
    pub params: BTreeMap<String, Value>,
    /// Whether a write waits for the others; null where nothing is replicated.
    pub synchronous: Option<bool>,
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
    pub params: BTreeMap<String, Value>,
}

/// The job of a copy.
#[derive(Clone, Debug, Serialize)]
pub(in crate::emit) struct JobView {
    pub name: String,
    /// Prefix of its parameters, unique in the component.
    pub word: String,
    pub subject: String,
    pub dataset: DatasetView,
    pub copy: String,
    /// Method of the technology; null for a copy of a copy that names none.
    pub method: Option<String>,
    /// `periodic-copy`, `base-and-log` or `duplicate`.
    pub kind: &'static str,
    /// `instance` or `store`: on whose host the job is.
    pub side: &'static str,
    /// Host where it runs; null where none of ours does it.
    pub host: Option<String>,
    /// Whether it runs on the host that is rendered, and not merely could be restored there.
    pub active: bool,
    /// `calendar`, `interval`, `after`, `continuous`, `once` or `impossible`.
    pub timing: &'static str,
    pub on_calendar: Vec<String>,
    /// An OnCalendar expression for an interval that runs at least as often; null for the other timings.
    pub calendar_at_least: Option<String>,
    pub interval_sec: Option<u64>,
    pub min_interval_sec: u64,
    pub hold_sec: u64,
    pub lag_sec: Option<u64>,
    pub once_after: Option<String>,
    /// Why no timer can run it.
    pub impossible: Option<String>,
    /// Jobs that it starts.
    pub triggers: Vec<String>,
    pub store: StoreView,
    /// The job whose copies are read, with its store; null for live data.
    pub from: Option<Box<SourceView>>,
    /// The rules that are kept by, in restic's words; null for everything.
    pub retention: Option<Value>,
    /// For how many days the rules reach back; null without rules, or with `last` alone.
    pub retention_days: Option<u64>,
    pub retention_last: Option<u32>,
    pub drill_interval_sec: Option<u64>,
    pub drill_calendar: Option<String>,
    pub max_age_sec: Option<u64>,
    pub warn_age_sec: Option<u64>,
    /// The longest time between two runs.
    pub gap_sec: Option<u64>,
}

/// What a copy of a copy reads.
#[derive(Clone, Debug, Serialize)]
pub(in crate::emit) struct SourceView {
    pub name: String,
    /// The job whose snapshots they were at first.
    pub origin: String,
    pub method: Option<String>,
    pub kind: &'static str,
    pub store: StoreView,
}

/// The whole of a component.
pub(in crate::emit) fn component(model: &Model, desired: &Desired, id: ComponentId) -> ComponentView {
    let component = &model.components[id];
    let datasets: Vec<DatasetView> = component.datasets.iter().map(|id| dataset(model, *id)).collect();
    let mut words = Words::default();
    let copies = component.datasets.iter().flat_map(|dataset| &model.datasets[*dataset].copies);
    let jobs = copies.map(|copy| job(model, desired, desired.job(*copy), &mut words)).collect();
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
        subject: model.component_address(id),
        plan: model.system.name.clone(),
        params: params(&component.technology, &component.parameters),
        synchronous: component.replication.as_ref().map(|replication| replication.mode == ReplicationMode::Sync),
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
        params,
    }
}

/// The site of a location: itself or what it lies within; where there is none, the location.
pub(in crate::emit) fn site(model: &Model, at: LocationId) -> &str {
    let site = model.enclosing(at).find(|id| model.locations[*id].kind == LocationKind::Site);
    &model.locations[site.unwrap_or(at)].name
}

/// The sides of its component on which a job is.
pub(in crate::emit) fn side(model: &Model, desired: &Desired, job: &Job) -> RunsOn {
    let first = origin(desired, job);
    let facts = first.method.as_ref().and_then(|name| model.components[job.component].technology.methods.get(name));
    facts.map(|facts| facts.runs_on).unwrap_or_default()
}

/// The job that reads the live data in the end; itself for most.
fn origin<'d>(desired: &'d Desired, job: &'d Job) -> &'d Job {
    let chain = std::iter::successors(Some(job), |job| job.from.map(|from| desired.job(from)));
    chain.take(desired.jobs.len() + 1).last().unwrap_or(job)
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

fn dataset(model: &Model, id: crate::model::DatasetId) -> DatasetView {
    let dataset = &model.datasets[id];
    DatasetView { name: dataset.name.clone(), database: dataset.database.clone(), paths: dataset.paths.clone() }
}

fn job(model: &Model, desired: &Desired, job: &Job, words: &mut Words) -> JobView {
    let component = model.components[job.component].name.as_str();
    let dataset = dataset(model, job.dataset);
    let copy = model.copies[job.copy].name.clone();
    let warn = job.freshness.expected.filter(|expected| job.freshness.critical.is_none_or(|age| *expected < age));
    let from = job.from.map(|from| desired.job(from)).map(|from| {
        Box::new(SourceView {
            name: from.name.clone(),
            origin: origin(desired, from).name.clone(),
            method: from.method.clone(),
            kind: kind(from.kind),
            store: store(model, desired, from.store, component),
        })
    });
    let view = JobView {
        name: job.name.clone(),
        word: words.unique(word(&format!("{}-{copy}", dataset.name))),
        subject: job.address.clone(),
        dataset,
        copy,
        method: job.method.clone(),
        kind: kind(job.kind),
        side: match side(model, desired, job) {
            RunsOn::Instance => "instance",
            RunsOn::Store => "store",
        },
        host: job.runs_on.map(|host| desired.hosts.get(host).name.clone()),
        active: false,
        timing: "impossible",
        on_calendar: Vec::new(),
        calendar_at_least: None,
        interval_sec: None,
        min_interval_sec: 0,
        hold_sec: job.hold.0,
        lag_sec: None,
        once_after: None,
        impossible: None,
        triggers: job.starts.iter().map(|copy| desired.job(*copy).name.clone()).collect(),
        store: store(model, desired, job.store, component),
        from,
        retention: job.keep.map(retention),
        retention_days: job.keep.and_then(reach),
        retention_last: job.keep.map(|keep| keep.last).filter(|last| *last > 0),
        drill_interval_sec: job.verify_every.map(|every| every.0),
        drill_calendar: job.verify_every.map(calendar_at_least),
        max_age_sec: job.freshness.critical.map(|age| age.0),
        warn_age_sec: warn.map(|age| age.0),
        gap_sec: job.gap.map(|gap| gap.0),
    };
    timed(view, &job.trigger)
}

fn timed(view: JobView, trigger: &Trigger) -> JobView {
    match trigger {
        Trigger::Calendar(on_calendar) => JobView { timing: "calendar", on_calendar: on_calendar.clone(), ..view },
        Trigger::Interval(interval) => JobView {
            timing: "interval",
            interval_sec: Some(interval.0),
            calendar_at_least: Some(calendar_at_least(*interval)),
            ..view
        },
        Trigger::After { every, .. } => {
            JobView { timing: "after", min_interval_sec: every.map_or(0, |every| every.0), ..view }
        }
        Trigger::Continuous { lag, .. } => JobView { timing: "continuous", lag_sec: Some(lag.0), ..view },
        Trigger::Once(anchor) => JobView { timing: "once", once_after: instant(anchor.0), ..view },
        Trigger::Impossible(why) => JobView { impossible: Some(why.clone()), ..view },
    }
}

fn instant(seconds: i64) -> Option<String> {
    jiff::Timestamp::from_second(seconds).ok().map(|instant| instant.to_string())
}

fn kind(kind: MethodKind) -> &'static str {
    match kind {
        MethodKind::PeriodicCopy => "periodic-copy",
        MethodKind::BaseAndLog => "base-and-log",
        MethodKind::Duplicate => "duplicate",
    }
}

fn retention(keep: Keep) -> Value {
    let mut rules = serde_json::Map::new();
    rules.extend(keep.counts().map(|(rule, count)| (rule.to_owned(), json!(count))));
    rules.extend(keep.within.map(|within| ("within".to_owned(), json!(within.to_string()))));
    Value::Object(rules)
}

/// For how many days a rule of `keep` reaches back, rounded up; none where only the newest so many are kept.
fn reach(keep: Keep) -> Option<u64> {
    let within = keep.within.unwrap_or_default();
    let counts = [
        u64::from(keep.hourly).div_ceil(24),
        u64::from(keep.daily),
        u64::from(keep.weekly) * 7,
        u64::from(keep.monthly) * 31,
        u64::from(keep.yearly) * 366,
        u64::from(within.years) * 366
            + u64::from(within.months) * 31
            + u64::from(within.days)
            + u64::from(within.hours).div_ceil(24),
    ];
    counts.into_iter().max().filter(|days| *days > 0)
}

/// The parameters of a technology as templates use them; every one that is declared is there.
fn params(technology: &Technology, values: &[(String, String)]) -> BTreeMap<String, Value> {
    let value = |name: &str| values.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let all = technology.parameters.iter();
    all.map(|(name, parameter)| (name.clone(), param(parameter, value(name)))).collect()
}

fn param(parameter: &Parameter, text: Option<&str>) -> Value {
    if parameter.list {
        let values = parameter.values(text.unwrap_or_default()).into_iter();
        return Value::Array(values.map(|value| scalar(parameter.kind, value)).collect());
    }
    text.map_or(Value::Null, |text| scalar(parameter.kind, text))
}

fn scalar(kind: ParameterType, text: &str) -> Value {
    match kind {
        ParameterType::Integer | ParameterType::Port => text.parse::<i64>().map_or(json!(text), Value::from),
        ParameterType::Boolean => json!(text == "true"),
        ParameterType::Command => json!(text.split_whitespace().collect::<Vec<_>>()),
        _ => json!(text),
    }
}

impl ComponentView {
    /// The jobs of one side as one host sees them.
    pub(in crate::emit) fn jobs_on(&self, side: &str, host: Option<&str>) -> Vec<JobView> {
        let of_side = self.jobs.iter().filter(|job| job.side == side);
        of_side.map(|job| JobView { active: host.is_some() && job.host.as_deref() == host, ..job.clone() }).collect()
    }
}

/// The hosts on which jobs of a component are that run on the side of the store.
pub(in crate::emit) fn store_hosts(model: &Model, desired: &Desired, id: ComponentId) -> Vec<HostId> {
    let datasets = model.components[id].datasets.iter();
    let jobs = datasets.flat_map(|dataset| &model.datasets[*dataset].copies).map(|copy| desired.job(*copy));
    let mut hosts: Vec<HostId> =
        jobs.filter(|job| side(model, desired, job) == RunsOn::Store).filter_map(|job| job.runs_on).collect();
    hosts.sort_unstable();
    hosts.dedup();
    hosts
}
