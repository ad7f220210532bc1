//! The status documents of our own jobs (`drplan.status/1`, docs/puppet.md): one, several, or the map from job to
//! document that the fact `dr_status` is.
//!
//! A document belongs to the copy that its `subject` or its `job` names. What a job does beside the copy has a suffix: a drill
//! (`JOB-drill`) and a restore (`JOB-restore`) prove the copy, `COMPONENT-wal` is the stream of the component.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;

use super::super::address::Address;
use super::super::field::Field;
use super::super::names::{CopyNames, Names, Start};
use super::super::value::{Instant, Value};
use super::input::{self, Input, Refusal};
use super::interval;
use super::sink::{self, Sink, text};

const COMMAND: &str =
    "dr-status --json, or the files /var/lib/dr/status/*.json (C:/ProgramData/drplan/status on Windows)";

/// One document. The names in brackets are those of the first edition.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Document {
    plan: Option<String>,
    host: Option<String>,
    job: Option<String>,
    subject: Option<String>,
    kind: Option<String>,
    method: Option<String>,
    ok: bool,
    state: Option<String>,
    started_at: Option<f64>,
    finished_at: Option<f64>,
    duration_s: Option<f64>,
    recovery_point: Option<f64>,
    source_bytes: Option<u64>,
    database_bytes: Option<u64>,
    stored_bytes: Option<u64>,
    restored_bytes: Option<u64>,
    bytes: Option<u64>,
    copies_kept: Option<u64>,
    backups_kept: Option<u64>,
    oldest: Option<Json>,
    role: Option<String>,
    standbys: Vec<Standby>,
    active: Option<bool>,
    last_good: Option<Box<Document>>,
}

#[derive(Clone, Debug, Deserialize)]
struct Standby {
    name: String,
    state: Option<String>,
    sync_state: Option<String>,
    replay_lag_s: Option<f64>,
    replay_lag_bytes: Option<f64>,
}

pub(super) fn read(input: &Input<'_>, names: &Names, sink: &mut Sink) -> Result<(), Refusal> {
    let values: Vec<Json> = input::json_values(input.text, COMMAND)?;
    let mut any = false;
    for value in &values {
        for (job, document) in documents(value)? {
            any = true;
            one(&job, &document, input.whose, names, sink)?;
        }
    }
    if any || values.iter().all(|value| value.as_object().is_some_and(serde_json::Map::is_empty)) {
        return Ok(());
    }
    Err(Refusal::new("there is no status document").help(format!("it has to be that of: {COMMAND}")))
}

/// The documents in a value, with their jobs: itself, or a map from job to document.
fn documents(value: &Json) -> Result<Vec<(String, Document)>, Refusal> {
    let wrong = || {
        Refusal::new("a status document is a map with `job` and `ok`").help(format!("it has to be that of: {COMMAND}"))
    };
    let map = value.as_object().ok_or_else(wrong)?;
    if map.contains_key("job") || map.contains_key("ok") {
        let document = decode(value)?;
        return Ok(vec![(document.job.clone().ok_or_else(wrong)?, document)]);
    }
    let mut all = Vec::new();
    for (job, value) in map {
        if value.get("ok").is_none() {
            return Err(wrong());
        }
        all.push((job.clone(), decode(value)?));
    }
    Ok(all)
}

fn decode(value: &Json) -> Result<Document, Refusal> {
    Document::deserialize(value).map_err(|error| input::explain(&error, COMMAND, 0))
}

/// The documents of one machine, as the fact has them.
pub(super) fn fact(host: &str, value: &Json, names: &Names, sink: &mut Sink) -> Result<(), Refusal> {
    let jobs: BTreeMap<String, Json> =
        BTreeMap::deserialize(value).map_err(|error| input::explain(&error, COMMAND, 0))?;
    for (job, value) in &jobs {
        one(job, &decode(value)?, Some(host), names, sink)?;
    }
    Ok(())
}

fn one(job: &str, document: &Document, host: Option<&str>, names: &Names, sink: &mut Sink) -> Result<(), Refusal> {
    let foreign = document.plan.as_ref().filter(|plan| !names.system.is_empty() && **plan != names.system);
    if let Some(plan) = foreign {
        sink.remark(format!("job `{job}` belongs to the plan `{plan}` and is left out"));
        return Ok(());
    }
    if document.state.as_deref() == Some("unreadable") {
        sink.remark(format!("the status of job `{job}` could not be read on its machine; nothing follows from that"));
        return Ok(());
    }
    let host = host.or(document.host.as_deref()).map(|host| names.host_or(host).to_owned());
    let at = match document.finished_at.or(document.started_at) {
        Some(seconds) => input::epoch_fraction(seconds)?,
        None => sink.taken(),
    };
    let view = View { job, document, host: host.as_deref(), at, names };
    match document.kind.as_deref().unwrap_or_default() {
        "drill" => view.proof("-drill", sink),
        "restore" | "restic-restore" => view.proof("-restore", sink),
        "wal" | "postgresql-wal" => view.stream(sink),
        "service" => view.service(sink),
        "promote" | "rejoin" | "fence" | "command" => Ok(()),
        _ => view.copy(sink),
    }
}

struct View<'a> {
    job: &'a str,
    document: &'a Document,
    host: Option<&'a str>,
    at: Instant,
    names: &'a Names,
}

impl View<'_> {
    /// The newest result that is good: this one, or the one that it keeps.
    fn good(&self) -> Option<&Document> {
        if self.document.ok { Some(self.document) } else { self.document.last_good.as_deref() }
    }

    fn by_subject(&self) -> Option<&CopyNames> {
        self.names.copy_called(self.document.subject.as_deref()?)
    }

    /// A run that makes a copy.
    fn copy(&self, sink: &mut Sink) -> Result<(), Refusal> {
        let known = self.names.copy_of_job(self.job).or_else(|| self.by_subject());
        let address = match known {
            Some(copy) => copy.address(),
            None => sink::undeclared_job(&[
                self.job,
                if self.host.is_some() { "on" } else { "" },
                self.host.unwrap_or_default(),
            ]),
        };
        let mut see = |field, value| sink.see_at(&address, field, value, self.at);
        see(Field::Present, Value::Flag(true));
        if known.is_some() {
            see(Field::Job, text(self.job));
        } else if let Some(method) = &self.document.method {
            see(Field::Method, text(method.as_str()));
        }
        self.host.into_iter().for_each(|host| see(Field::Host, text(host)));
        self.run(&address, sink)?;
        self.points(&address, sink)
    }

    fn run(&self, address: &Address, sink: &mut Sink) -> Result<(), Refusal> {
        let document = self.document;
        if let Some(began) = document.started_at {
            sink.see_at(address, Field::LastRun, sink::instant(input::epoch_fraction(began)?), self.at);
        }
        let result = match (document.ok, document.state.as_deref()) {
            (true, _) => "ok",
            (false, Some("running")) => "running",
            (false, _) => "failed",
        };
        sink.see_at(address, Field::Result, text(result), self.at);
        Ok(())
    }

    /// What can be restored, by the newest good run.
    fn points(&self, address: &Address, sink: &mut Sink) -> Result<(), Refusal> {
        let Some(good) = self.good() else {
            sink.see_at(address, Field::Newest, sink::NEVER, self.at);
            return Ok(());
        };
        let mut see = |field, value| sink.see_at(address, field, value, self.at);
        if let Some(point) = good.recovery_point {
            see(Field::Newest, sink::instant(input::epoch_fraction(point)?));
        }
        good.duration_s
            .and_then(interval::seconds)
            .into_iter()
            .for_each(|took| see(Field::Takes, sink::duration(took)));
        good.source_bytes.or(good.database_bytes).into_iter().for_each(|bytes| see(Field::Size, sink::size(bytes)));
        good.stored_bytes.into_iter().for_each(|bytes| see(Field::Stored, sink::size(bytes)));
        good.copies_kept.or(good.backups_kept).into_iter().for_each(|count| see(Field::Points, Value::Count(count)));
        // The first edition has a label here.
        if let Some(oldest) = good.oldest.as_ref().and_then(Json::as_f64) {
            see(Field::Oldest, sink::instant(input::epoch_fraction(oldest)?));
        }
        Ok(())
    }

    /// A restore: it proves the copies that it can have come from.
    fn proof(&self, suffix: &str, sink: &mut Sink) -> Result<(), Refusal> {
        let base = self.job.strip_suffix(suffix).unwrap_or(self.job);
        let of_component = |copy: &&CopyNames| {
            copy.component == base && !copy.is_of_copy && copy.method.as_deref() == self.document.method.as_deref()
        };
        let mut copies: Vec<&CopyNames> = self.names.copy_of_job(base).into_iter().collect();
        if copies.is_empty() {
            copies = self.names.copies.iter().filter(of_component).collect();
        }
        if copies.is_empty() {
            copies.extend(self.by_subject());
        }
        if copies.is_empty() {
            sink.remark(format!("job `{}` restored what belongs to no copy of the spec", self.job));
        }
        for copy in copies {
            let Some(good) = self.good() else {
                sink.see_at(&copy.address(), Field::Restored, sink::NEVER, self.at);
                continue;
            };
            let Some(finished) = good.finished_at else { continue };
            let mut see = |field, value| sink.see_at(&copy.address(), field, value, self.at);
            see(Field::Restored, sink::instant(input::epoch_fraction(finished)?));
            good.duration_s
                .and_then(interval::seconds)
                .into_iter()
                .for_each(|took| see(Field::RestoreTakes, sink::duration(took)));
            good.restored_bytes
                .or(good.bytes)
                .into_iter()
                .for_each(|bytes| see(Field::RestoredBytes, sink::size(bytes)));
        }
        Ok(())
    }

    /// The log that is archived, and who follows whom.
    fn stream(&self, sink: &mut Sink) -> Result<(), Refusal> {
        let component = self.job.strip_suffix("-wal").unwrap_or(self.job);
        if self.names.component(component).is_none() {
            sink.remark(format!("job `{}` belongs to no component of the spec", self.job));
            return Ok(());
        }
        let is_primary = self.document.role.as_deref() == Some("primary");
        let streams =
            self.names.copies.iter().filter(|copy| copy.component == component && copy.start == Start::Stream);
        // What a standby has replayed is no point in a store.
        for copy in streams.filter(|_| is_primary) {
            let point = self.good().and_then(|good| good.recovery_point);
            let newest = point.map(input::epoch_fraction).transpose()?.map_or(sink::NEVER, sink::instant);
            sink.see_at(&copy.address(), Field::Present, Value::Flag(true), self.at);
            sink.see_at(&copy.address(), Field::Newest, newest, self.at);
        }
        let own = self.host.and_then(|host| self.names.instance(component, host));
        if let (Some(instance), Some(role @ ("primary" | "standby"))) = (own, self.document.role.as_deref()) {
            sink.see_at(&instance.address(), Field::Role, text(role), self.at);
            self.host.into_iter().for_each(|host| sink.see_at(&instance.address(), Field::Host, text(host), self.at));
        }
        for standby in self.document.standbys.iter().filter(|_| is_primary) {
            self.standby(component, standby, sink);
        }
        Ok(())
    }

    fn standby(&self, component: &str, standby: &Standby, sink: &mut Sink) {
        let known = self.names.instance(component, &standby.name);
        let foreign = || Address::Instance(component.to_owned(), sink::foreign_name(&standby.name));
        let address = known.map_or_else(foreign, super::super::names::InstanceNames::address);
        let mut see = |field, value| sink.see_at(&address, field, value, self.at);
        see(Field::Present, Value::Flag(true));
        see(Field::Alive, sink::state(standby.state.as_deref() == Some("streaming")));
        let mode =
            standby.sync_state.as_deref().map(|mode| if matches!(mode, "sync" | "quorum") { "sync" } else { "async" });
        mode.into_iter().for_each(|mode| see(Field::Replication, text(mode)));
        let idle = standby.replay_lag_bytes.filter(|bytes| *bytes == 0.0);
        if let Some(lag) = standby.replay_lag_s.or(idle).and_then(interval::seconds) {
            see(Field::Lag, sink::duration(lag));
        }
    }

    /// Whether a service runs: of the instance on this machine.
    fn service(&self, sink: &mut Sink) -> Result<(), Refusal> {
        let name = self.job.strip_suffix("-health").unwrap_or(self.job);
        let subject = self.document.subject.as_deref().and_then(Address::parse);
        let component = match &subject {
            Some(Address::Component(component) | Address::Instance(component, _)) => component.as_str(),
            _ => name,
        };
        let instance = self.host.and_then(|host| self.names.instance(component, host));
        if let (Some(instance), Some(active)) = (instance, self.document.active) {
            sink.see_at(&instance.address(), Field::Alive, sink::state(active), self.at);
        }
        Ok(())
    }
}
