//! PuppetDB's query API, version 4: answers to `nodes`, `facts`, `resources`, `reports` and `events`, and a map of these by name.
//!
//! What an answer is of is seen from its rows. Of `facts` only `dr_status` is used, of `resources` the types of our own
//! library; the parameters of those are what was deployed last. Answers to other queries hold nothing that is used here,
//! and are told.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::super::Value;
use super::super::address::Address;
use super::super::field::Field;
use super::super::names::{CopyNames, Names, Start};
use super::super::value::Instant;
use super::input::{self, Input, Refusal};
use super::puppet::{self, Outcome};
use super::sink::{self, Sink, text};
use super::starts::{self, Rhythm};
use super::status;
use crate::units::Seconds;

const COMMAND: &str =
    "curl https://PUPPETDB:8081/pdb/query/v4/nodes, and the same with facts/dr_status, resources or reports";

/// The questions whose answers, as a map by these names, are all that is used: the path of each below `/pdb/query/v4/`. The
/// last asks for the types of our own library: `["~", "type", "^Dr::"]`.
pub const QUERIES: [(&str, &str); 3] = [
    ("nodes", "nodes"),
    ("facts", "facts/dr_status"),
    ("resources", "resources?query=%5B%22~%22%2C%22type%22%2C%22%5EDr%3A%3A%22%5D"),
];

#[derive(Deserialize)]
struct Node {
    certname: String,
    deactivated: Option<String>,
    expired: Option<String>,
    report_timestamp: Option<String>,
    latest_report_status: Option<String>,
    latest_report_noop_pending: Option<bool>,
    latest_report_corrective_change: Option<bool>,
}

#[derive(Deserialize)]
struct Fact {
    certname: String,
    name: String,
    value: Json,
}

#[derive(Deserialize)]
struct Resource {
    certname: String,
    #[serde(rename = "type")]
    kind: String,
    title: String,
    #[serde(default)]
    parameters: Map<String, Json>,
}

#[derive(Deserialize)]
struct Event {
    certname: String,
    resource_type: String,
    resource_title: String,
    status: String,
    timestamp: String,
    run_start_time: Option<String>,
}

#[derive(Deserialize)]
struct Report {
    certname: String,
    status: Option<String>,
    noop_pending: Option<bool>,
    end_time: Option<String>,
    start_time: Option<String>,
}

pub(super) fn read(input: &Input<'_>, names: &Names, sink: &mut Sink) -> Result<(), Refusal> {
    let answer: Json = input::json(input.text, COMMAND)?;
    match &answer {
        Json::Array(rows) => list(rows, names, sink),
        Json::Object(map) if map.contains_key("error") || map.contains_key("kind") => {
            Err(Refusal::new("the answer is an error of PuppetDB's").help(format!("ask again: {COMMAND}")))
        }
        Json::Object(map) if map.contains_key("certname") => list(std::slice::from_ref(&answer), names, sink),
        Json::Object(map) if map.values().all(Json::is_array) => {
            map.values().filter_map(Json::as_array).try_for_each(|rows| list(rows, names, sink))?;
            missing(map, names, sink);
            Ok(())
        }
        _ => Err(Refusal::new("an answer is a list of rows").help(format!("it has to be that of: {COMMAND}"))),
    }
}

fn list(rows: &[Json], names: &Names, sink: &mut Sink) -> Result<(), Refusal> {
    let Some(first) = rows.first() else { return Ok(()) };
    let has = |key: &str| first.get(key).is_some();
    if !has("certname") {
        return Err(Refusal::new("the rows of the answer have no `certname`").help(format!("ask: {COMMAND}")));
    }
    if has("latest_report_status") || has("report_timestamp") {
        return each(rows, |row| node(&row, names, sink));
    }
    if has("name") && has("value") {
        if !rows.iter().any(|row| row.get("name").and_then(Json::as_str) == Some("dr_status")) {
            sink.remark("the facts hold no `dr_status`, and nothing else of them is used");
        }
        return each(rows, |row: Fact| match row.name.as_str() {
            "dr_status" => status::fact(&row.certname, &row.value, names, sink),
            _ => Ok(()),
        });
    }
    if has("title") && (has("parameters") || has("type")) {
        return each(rows, |row| resource(&row, names, sink));
    }
    if has("resource_type") && has("resource_title") {
        return events(rows, names, sink);
    }
    if has("noop_pending") && has("status") {
        return each(rows, |row| report(&row, names, sink));
    }
    let keys: Vec<&str> = first.as_object().into_iter().flat_map(Map::keys).map(String::as_str).collect();
    let message = format!("rows with {} are answers to no query that is used here", keys.join(", "));
    Err(Refusal::new(message).help(format!("ask: {COMMAND}")))
}

/// A map of whole answers says too what is not there: of the machines that have resources of our library, the jobs that ought to
/// be among them. What is offline is copied by hand.
fn missing(answers: &Map<String, Json>, names: &Names, sink: &mut Sink) {
    let Some(rows) = answers.get("resources").and_then(Json::as_array) else { return };
    let ours = |row: &&Json| row.get("type").and_then(Json::as_str).is_some_and(|kind| kind.starts_with("Dr::"));
    let rows: Vec<&Json> = rows.iter().filter(ours).collect();
    let text = |row: &Json, key: &str| row.get(key).and_then(Json::as_str).map(str::to_owned);
    let managed: BTreeSet<String> =
        rows.iter().filter_map(|row| text(row, "certname")).map(|host| names.host_or(&host).to_owned()).collect();
    let titles: BTreeSet<String> = rows.iter().filter_map(|row| text(row, "title")).collect();
    let backups = rows.iter().filter_map(|row| row.pointer("/parameters/backups")?.as_object());
    let backups: BTreeSet<&String> = backups.flat_map(Map::keys).collect();
    for copy in &names.copies {
        let on_managed = copy.host.as_ref().is_some_and(|host| managed.contains(host));
        let expected = on_managed && !copy.is_by_hand && !matches!(copy.start, Start::Stream | Start::Nothing);
        if expected && !titles.contains(&copy.job) && !backups.contains(&copy.job) {
            sink.present(&copy.address(), false);
        }
    }
}

fn each<T: for<'d> Deserialize<'d>>(
    rows: &[Json],
    mut then: impl FnMut(T) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    for (number, row) in rows.iter().enumerate() {
        let row = T::deserialize(row).map_err(|error| {
            let refusal = input::explain(&error, COMMAND, 0);
            Refusal { message: format!("row {}: {}", number + 1, refusal.message), place: None, ..refusal }
        })?;
        then(row)?;
    }
    Ok(())
}

fn node(row: &Node, names: &Names, sink: &mut Sink) -> Result<(), Refusal> {
    let address = Address::Host(names.host_or(&row.certname).to_owned());
    if row.deactivated.is_some() || row.expired.is_some() {
        sink.present(&address, false);
        return Ok(());
    }
    let Some(reported) = &row.report_timestamp else {
        sink.present(&address, true);
        sink.see(&address, Field::LastReport, sink::NEVER);
        return Ok(());
    };
    let at = input::instant(reported)?;
    let status = row.latest_report_status.as_deref().unwrap_or_default();
    sink.see_at(&address, Field::Present, Value::Flag(true), at);
    sink.see_at(&address, Field::LastReport, sink::instant(at), at);
    // A corrective change mended what had drifted; it is over.
    let _ = row.latest_report_corrective_change;
    let converged = matches!(status, "changed" | "unchanged") && row.latest_report_noop_pending != Some(true);
    sink.see_at(&address, Field::Converged, Value::Flag(converged), at);
    Ok(())
}

/// The resources that a run found other than wanted and did not change, by machine.
fn events(rows: &[Json], names: &Names, sink: &mut Sink) -> Result<(), Refusal> {
    let mut left: BTreeMap<String, (Instant, Vec<String>)> = BTreeMap::new();
    each(rows, |row: Event| {
        let at = input::instant(row.run_start_time.as_ref().unwrap_or(&row.timestamp))?;
        let (newest, resources) = left.entry(row.certname).or_insert((at, Vec::new()));
        if at > *newest {
            resources.clear();
            *newest = at;
        }
        if at == *newest && row.status != "success" {
            resources.push(format!("{}[{}]", row.resource_type, row.resource_title));
        }
        Ok(())
    })?;
    for (certname, (at, mut resources)) in left {
        resources.sort();
        resources.dedup();
        let address = Address::Host(names.host_or(&certname).to_owned());
        sink.see_at(&address, Field::OutOfSync, Value::List(resources), at);
    }
    Ok(())
}

fn report(row: &Report, names: &Names, sink: &mut Sink) -> Result<(), Refusal> {
    let Some(time) = row.end_time.as_ref().or(row.start_time.as_ref()) else {
        return Err(Refusal::new(format!("the report of `{}` has no time", row.certname)));
    };
    let at = input::instant(time)?;
    let address = Address::Host(names.host_or(&row.certname).to_owned());
    let pending = row.noop_pending == Some(true);
    let outcome =
        Outcome { status: row.status.as_deref().unwrap_or("failed"), noop_pending: pending, left: Vec::new(), at };
    let converged = outcome.status != "failed" && !pending;
    if converged {
        puppet::run(&row.certname, outcome, names, sink);
    } else {
        // Which resources it was is in another answer.
        sink.see_at(&address, Field::Present, Value::Flag(true), at);
        sink.see_at(&address, Field::LastReport, sink::instant(at), at);
        sink.see_at(&address, Field::Converged, Value::Flag(false), at);
    }
    Ok(())
}

fn resource(row: &Resource, names: &Names, sink: &mut Sink) -> Result<(), Refusal> {
    let host = names.host_or(&row.certname);
    match row.kind.as_str() {
        "Dr::Restic::Job" | "Dr::Restic::Copy" => job(&row.title, "restic", &row.parameters, host, names, sink),
        "Dr::Borg::Job" => job(&row.title, "borg", &row.parameters, host, names, sink),
        "Dr::Rclone::Job" => job(&row.title, "rclone", &row.parameters, host, names, sink),
        "Dr::Command::Job" => job(&row.title, "command", &row.parameters, host, names, sink),
        "Dr::Windows::Job" => {
            let method = row.parameters.get("method").and_then(Json::as_str).unwrap_or("task");
            job(&row.title, method, &row.parameters, host, names, sink)
        }
        "Dr::Postgresql::Repository" => repository(row, host, names, sink),
        "Dr::Postgresql::Cluster" => {
            instance(row, host, names, sink);
            cluster(row, names, sink);
            Ok(())
        }
        "Dr::Service" | "Dr::App" | "Dr::Haproxy::Listener" | "Dr::Windows::Site" | "Dr::Windows::Mirror" => {
            instance(row, host, names, sink);
            Ok(())
        }
        _ => Ok(()),
    }
}

/// A job as it is deployed: its timing, what it keeps, where it goes, the age at which somebody is called.
fn job(
    title: &str,
    tool: &str,
    parameters: &Map<String, Json>,
    host: &str,
    names: &Names,
    sink: &mut Sink,
) -> Result<(), Refusal> {
    let parameters = &flat(parameters);
    let known = names.copy_of_job(title).or_else(|| names.copy_called(parameters.get("subject")?.as_str()?));
    if known.is_some_and(|copy| is_stand_in(copy, parameters, host)) {
        return Ok(());
    }
    let address = known.map_or_else(|| sink::undeclared_job(&[title, "on", host]), CopyNames::address);
    sink.present(&address, true);
    sink.see(&address, Field::Host, text(host));
    match known {
        Some(_) => {
            sink.see(&address, Field::Job, text(title));
            let age = parameters.get("max_age_sec").and_then(Json::as_u64);
            age.into_iter().for_each(|age| sink.see(&address, Field::MaxAge, sink::duration(Seconds(age))));
            let proof = parameters.get("drill_interval_sec").and_then(Json::as_u64);
            proof.into_iter().for_each(|every| sink.see(&address, Field::VerifyEvery, sink::duration(Seconds(every))));
        }
        None => sink.see(&address, Field::Method, text(tool)),
    }
    timing(known, parameters, &address, sink)?;
    if let Some(kept) = parameters.get("retention") {
        sink.see(&address, Field::Keep, Value::List(keep(kept)?));
    } else if known.is_some_and(|copy| copy.start != Start::Once) && tool == "restic" {
        sink.see(&address, Field::Keep, Value::List(Vec::new()));
    }
    let url = parameters.get("repository").or_else(|| parameters.get("store")).and_then(Json::as_str);
    match (url, url.and_then(|url| names.store_of(url))) {
        (_, Some(store)) => sink.see(&address, Field::Store, text(store.name.as_str())),
        (Some(url), None) if known.is_none() => sink.see(&address, Field::Store, text(url)),
        (Some(url), None) => {
            sink.remark(format!("`{title}` writes to {url}, which lies in no store of the spec, or in several"))
        }
        (None, None) => {}
    }
    Ok(())
}

/// The parameters of a job, with what is in its `job`: what all tools have. Of older libraries it stands beside it.
fn flat(parameters: &Map<String, Json>) -> Map<String, Json> {
    let shared = parameters.get("job").and_then(Json::as_object).into_iter().flatten();
    parameters.iter().chain(shared).map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// A job is on every machine that may have to take it over, and starts on one of them: the others have it without a timing.
fn is_stand_in(copy: &CopyNames, parameters: &Map<String, Json>, host: &str) -> bool {
    let starts = |name: &str| match parameters.get(name) {
        None | Some(Json::Null) => false,
        Some(Json::Array(items)) => !items.is_empty(),
        Some(_) => true,
    };
    copy.host.as_deref() != Some(host)
        && !["on_calendar", "interval_sec", "once_after", "starts"].into_iter().any(starts)
}

fn timing(
    known: Option<&CopyNames>,
    parameters: &Map<String, Json>,
    address: &Address,
    sink: &mut Sink,
) -> Result<(), Refusal> {
    // What is taken once looks every hour whether it is time: that is no rhythm.
    if known.is_some_and(|copy| matches!(copy.start, Start::Once))
        || parameters.get("once_after").is_some_and(Json::is_string)
    {
        return Ok(());
    }
    if let Some(starts) = parameters.get("starts").filter(|starts| !starts.is_null()) {
        return recurring(known, starts, address, sink);
    }
    let calendar = parameters.get("on_calendar").map(texts).transpose()?.unwrap_or_default();
    let interval = parameters.get("interval_sec").and_then(Json::as_u64);
    if !calendar.is_empty() {
        sink.see(address, Field::OnCalendar, Value::List(calendar));
    } else if let Some(interval) = interval {
        sink.see(address, Field::Interval, sink::duration(Seconds(interval)));
    } else if known.is_some_and(|copy| matches!(copy.start, Start::Calendar)) {
        sink.see(address, Field::OnCalendar, Value::List(Vec::new()));
    }
    Ok(())
}

/// The starts of a task. What follows another copy has none, and of a stream they are only how often it is looked after.
fn recurring(known: Option<&CopyNames>, starts: &Json, address: &Address, sink: &mut Sink) -> Result<(), Refusal> {
    if known.is_some_and(|copy| !matches!(copy.start, Start::Calendar | Start::Interval)) {
        return Ok(());
    }
    match (starts::rhythm(starts)?, known.map(|copy| copy.start)) {
        (Rhythm::Calendar(expressions), Some(Start::Interval)) if expressions.is_empty() => {}
        (Rhythm::Calendar(expressions), _) => sink.see(address, Field::OnCalendar, Value::List(expressions)),
        (Rhythm::Interval(every), _) => sink.see(address, Field::Interval, sink::duration(Seconds(every))),
    }
    Ok(())
}

/// The backups of a repository are its jobs; it is kept as a whole.
fn repository(row: &Resource, host: &str, names: &Names, sink: &mut Sink) -> Result<(), Refusal> {
    let Some(backups) = row.parameters.get("backups").and_then(Json::as_object) else { return Ok(()) };
    for (title, parameters) in backups {
        let Some(parameters) = parameters.as_object() else {
            return Err(Refusal::new(format!("the backup `{title}` of `{}` is no map", row.title)));
        };
        job(title, "pgbackrest", parameters, host, names, sink)?;
    }
    Ok(())
}

/// What is titled like a component is one of its instances.
fn instance(row: &Resource, host: &str, names: &Names, sink: &mut Sink) {
    if let Some(instance) = names.instance(&row.title, host) {
        sink.present(&instance.address(), true);
        sink.see(&instance.address(), Field::Host, text(host));
    }
}

/// A member of a cluster: where the stream of its log is bounded.
fn cluster(row: &Resource, names: &Names, sink: &mut Sink) {
    let streams = names.copies.iter().filter(|copy| copy.component == row.title && copy.start == Start::Stream);
    let number = |name: &str| row.parameters.get(name).and_then(Json::as_u64).map(Seconds);
    for copy in streams {
        sink.present(&copy.address(), true);
        number("lag_sec").into_iter().for_each(|lag| sink.see(&copy.address(), Field::Continuous, sink::duration(lag)));
        number("max_age_sec").into_iter().for_each(|age| sink.see(&copy.address(), Field::MaxAge, sink::duration(age)));
    }
}

/// Retention in the words and the order of the spec.
fn keep(retention: &Json) -> Result<Vec<String>, Refusal> {
    let Some(rules) = retention.as_object() else {
        return if retention.is_null() { Ok(Vec::new()) } else { Err(Refusal::new("a `retention` is no map")) };
    };
    let order = ["last", "hourly", "daily", "weekly", "monthly", "yearly", "within"];
    let word = |rule: &&str| {
        let value = rules.get(*rule)?;
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Some(format!("{rule} {value}"))
    };
    Ok(order.iter().filter_map(word).collect())
}

fn texts(value: &Json) -> Result<Vec<String>, Refusal> {
    match value {
        Json::String(one) => Ok(vec![one.clone()]),
        Json::Null => Ok(Vec::new()),
        Json::Array(items) => {
            let items = items.iter().map(|item| item.as_str().map(str::to_owned));
            items.collect::<Option<_>>().ok_or_else(|| Refusal::new("an `on_calendar` holds what is no text"))
        }
        _ => Err(Refusal::new("an `on_calendar` is no list of texts")),
    }
}
