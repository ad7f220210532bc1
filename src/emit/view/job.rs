//! The job of a copy as templates see it, and on whose hosts it is.

use serde::Serialize;
use serde_json::{Value, json};

use super::{DatasetView, StoreView, dataset, store};
use crate::desired::{Desired, HostId, Job, TaskStart, Trigger, at_least, calendar_at_least, task_starts};
use crate::emit::names::{Words, word};
use crate::model::{ComponentId, Keep, Model};
use crate::tech::{MethodKind, RunsOn};

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
    /// Method of the job that reads the live data in the end; its own for most.
    pub origin_method: Option<String>,
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
    /// When a task of Windows runs it: exactly as it was analysed.
    pub starts: Vec<StartView>,
    /// Why no task of Windows can.
    pub no_starts: Option<String>,
    /// When a task of Windows proves a restore.
    pub drill_starts: Vec<StartView>,
    /// Job of the full backups that a log continues.
    pub base: Option<String>,
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
    /// The same for people, who see seconds in what the jobs print: `1800 s (30 m)`.
    pub max_age: Option<String>,
    pub warn_age_sec: Option<u64>,
    /// The longest time between two runs.
    pub gap_sec: Option<u64>,
}

/// An instant and the time after which it recurs.
#[derive(Clone, Debug, Serialize)]
pub(in crate::emit) struct StartView {
    pub first: Option<String>,
    pub every_sec: u64,
}

/// What a copy of a copy reads.
#[derive(Clone, Debug, Serialize)]
pub(in crate::emit) struct SourceView {
    pub name: String,
    pub copy: String,
    /// The job whose snapshots they were at first.
    pub origin: String,
    pub method: Option<String>,
    pub kind: &'static str,
    pub store: StoreView,
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

/// The job as any host sees it.
pub(super) fn job(model: &Model, desired: &Desired, job: &Job, words: &mut Words) -> JobView {
    let component = model.components[job.component].name.as_str();
    let dataset = dataset(model, job.dataset);
    let copy = model.copies[job.copy].name.clone();
    let starts = task_starts(&model.copies[job.copy].timing);
    let base = match job.trigger {
        Trigger::Continuous { base, .. } => Some(desired.job(base).name.clone()),
        _ => None,
    };
    let warn = job.freshness.expected.filter(|expected| job.freshness.critical.is_none_or(|age| *expected < age));
    let from = job.from.map(|from| desired.job(from)).map(|from| {
        Box::new(SourceView {
            name: from.name.clone(),
            copy: model.copies[from.copy].name.clone(),
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
        origin_method: origin(desired, job).method.clone(),
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
        no_starts: starts.as_ref().err().cloned(),
        starts: start_views(starts.unwrap_or_default()),
        drill_starts: start_views(job.verify_every.and_then(|every| at_least(every).ok()).unwrap_or_default()),
        base,
        triggers: job.starts.iter().map(|copy| desired.job(*copy).name.clone()).collect(),
        store: store(model, desired, job.store, component),
        from,
        retention: job.keep.map(retention),
        retention_days: job.keep.and_then(reach),
        retention_last: job.keep.map(|keep| keep.last).filter(|last| *last > 0),
        drill_interval_sec: job.verify_every.map(|every| every.0),
        drill_calendar: job.verify_every.map(calendar_at_least),
        max_age_sec: job.freshness.critical.map(|age| age.0),
        max_age: job.freshness.critical.map(|age| match (format!("{} s", age.0), age.human()) {
            (seconds, human) if seconds == human => seconds,
            (seconds, human) => format!("{seconds} ({human})"),
        }),
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
        // Where it goes over in pieces, each takes its time on the way too.
        Trigger::Continuous { lag, .. } => {
            JobView { timing: "continuous", lag_sec: Some(lag.0), interval_sec: Some((lag.0 / 2).max(1)), ..view }
        }
        Trigger::Once(anchor) => JobView { timing: "once", once_after: instant(anchor.0), ..view },
        Trigger::Impossible(why) => JobView { impossible: Some(why.clone()), ..view },
    }
}

fn start_views(starts: Vec<TaskStart>) -> Vec<StartView> {
    let view = |start: TaskStart| StartView { first: instant(start.first), every_sec: start.every.0 };
    starts.into_iter().map(view).collect()
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
