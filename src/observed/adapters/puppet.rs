//! Puppet on a machine: `puppet resource TYPE --to_yaml`, and the report of its last run (`last_run_report.yaml`).

use std::collections::BTreeMap;

use serde::Deserialize;

use super::super::Value;
use super::super::address::Address;
use super::super::field::Field;
use super::super::names::Names;
use super::super::value::Instant;
use super::input::{self, Input, Refusal};
use super::sink::{self, Sink, text};
use crate::diag::FileId;
use crate::text::{self, Kind, Limits, NodeRef};

const RESOURCE: &str = "puppet resource TYPE --to_yaml";
const REPORT: &str = "last_run_report.yaml, in the folder that `puppet config print statedir` prints";
/// The first format of reports that has all that is read here (Puppet 4).
const FIRST_FORMAT: u64 = 5;

/// Timers of jobs, and the digests of files.
pub(super) fn resource(input: &Input<'_>, names: &Names, sink: &mut Sink) -> Result<(), Refusal> {
    let host = names.host_or(input.whose.unwrap_or_default()).to_owned();
    for (first_line, part) in documents(input.text) {
        with_document(part, first_line, |root| {
            if root.kind() == Kind::Null {
                return Ok(());
            }
            if root.kind() != Kind::Map {
                return Err(wrong("the output is not as expected: a map of types is wanted", RESOURCE));
            }
            for (kind, resources) in root.entries() {
                for (title, attributes) in resources.entries() {
                    let kind = kind.as_str().unwrap_or_default();
                    one_resource(kind, title.as_str().unwrap_or_default(), attributes, &host, names, sink);
                }
            }
            Ok(())
        })?;
    }
    Ok(())
}

fn one_resource(kind: &str, title: &str, attributes: NodeRef<'_>, host: &str, names: &Names, sink: &mut Sink) {
    let attribute = |name: &str| attributes.get(name).and_then(NodeRef::as_str);
    match kind {
        "service" => {
            let job = title.strip_prefix("dr-").and_then(|rest| rest.strip_suffix(".timer"));
            let Some(copy) = job.and_then(|job| names.copy_of_job(job)) else { return };
            let runs = attribute("ensure") == Some("running");
            let starts = attribute("enable") == Some("true");
            let address = copy.address();
            if runs || starts {
                sink.present(&address, true);
                sink.see(&address, Field::Job, text(copy.job.as_str()));
                sink.see(&address, Field::Host, text(host));
            }
            sink.see(&address, Field::Enabled, Value::Flag(runs && starts));
        }
        "file" => {
            let address = Address::File(host.to_owned(), title.to_owned());
            if title.is_empty() {
                return;
            }
            sink.present(&address, attribute("ensure") != Some("absent"));
            let digest = attribute("content").and_then(|content| content.strip_prefix("{sha256}"));
            if let Some(digest) = digest {
                sink.see(&address, Field::Digest, text(format!("sha256:{digest}")));
            }
        }
        _ => {}
    }
}

#[derive(Deserialize)]
struct Report<'a> {
    #[serde(borrow)]
    host: &'a str,
    #[serde(borrow)]
    time: &'a str,
    report_format: u64,
    status: String,
    #[serde(default)]
    noop_pending: bool,
    #[serde(default)]
    resource_statuses: BTreeMap<String, ResourceStatus>,
}

#[derive(Deserialize)]
struct ResourceStatus {
    #[serde(default)]
    out_of_sync: bool,
    #[serde(default)]
    changed: bool,
    #[serde(default)]
    failed: bool,
    #[serde(default)]
    skipped: bool,
}

/// Whether the machine is as its catalog says.
pub(super) fn report(input: &Input<'_>, names: &Names, sink: &mut Sink) -> Result<(), Refusal> {
    // The root is tagged as an object of Ruby's; what is in it is plain.
    let (first, rest) = input.text.split_once('\n').unwrap_or((input.text, ""));
    let is_report = first.trim_end() == "--- !ruby/object:Puppet::Transaction::Report" || !first.contains('!');
    if !is_report {
        return Err(wrong("this is no report of a Puppet run", REPORT).at(1, 1));
    }
    let (body, lines) = if first.starts_with("---") { (rest, 1) } else { (input.text, 0) };
    with_document(body, lines, |root| {
        let format = root.get("report_format").and_then(NodeRef::as_str).and_then(|text| text.parse::<u64>().ok());
        if format.is_none_or(|format| format < FIRST_FORMAT) {
            let found = format.map_or("no format".to_owned(), |format| format!("format {format}"));
            let message = format!("the report has {found}; what is read here came with format {FIRST_FORMAT}");
            return Err(wrong(&message, REPORT));
        }
        let report: Report<'_> = text::from_node(root)
            .map_err(|problem| wrong(&format!("the output is not as expected: {}", problem.message), REPORT))?;
        debug_assert!(report.report_format >= FIRST_FORMAT, "looked at above");
        let left = report.resource_statuses.iter().filter(|(_, status)| status.is_left());
        let left: Vec<String> = left.map(|(name, _)| name.clone()).collect();
        let at = input::instant(report.time)?;
        let outcome = Outcome { status: &report.status, noop_pending: report.noop_pending, left, at };
        run(report.host, outcome, names, sink);
        Ok(())
    })
}

impl ResourceStatus {
    /// Whether it was not as wanted when the run ended.
    fn is_left(&self) -> bool {
        self.failed || (self.out_of_sync && !self.changed) || (self.skipped && self.out_of_sync)
    }
}

/// How a run ended.
pub(super) struct Outcome<'a> {
    /// `unchanged`, `changed` or `failed`.
    pub status: &'a str,
    /// Whether it only looked, and found something to do.
    pub noop_pending: bool,
    /// The resources that were not as wanted when it ended.
    pub left: Vec<String>,
    /// When it began.
    pub at: Instant,
}

/// What the outcome of a run says of a machine.
pub(super) fn run(host: &str, outcome: Outcome<'_>, names: &Names, sink: &mut Sink) {
    let address = Address::Host(names.host_or(host).to_owned());
    let converged = outcome.status != "failed" && !outcome.noop_pending && outcome.left.is_empty();
    let mut left = outcome.left;
    left.sort();
    left.dedup();
    let mut see = |field, value| sink.see_at(&address, field, value, outcome.at);
    see(Field::Present, Value::Flag(true));
    see(Field::LastReport, sink::instant(outcome.at));
    see(Field::Converged, Value::Flag(converged));
    see(Field::OutOfSync, Value::List(left));
}

/// The documents of a stream of YAML, each with the number of lines before it.
fn documents(text: &str) -> Vec<(usize, &str)> {
    let mut parts = Vec::new();
    let (mut start, mut first_line) = (0, 0);
    let mut offset = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        if line.trim_end() == "---" {
            parts.push((first_line, text.get(start..offset).unwrap_or_default()));
            (start, first_line) = (offset + line.len(), number + 1);
        }
        offset += line.len();
    }
    parts.push((first_line, text.get(start..).unwrap_or_default()));
    parts.retain(|(_, part)| !part.trim().is_empty());
    parts
}

/// Reads one YAML document; places count from `lines` further up.
fn with_document<T>(
    part: &str,
    lines: usize,
    then: impl FnOnce(NodeRef<'_>) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    let (document, problems) = text::parse(part, FileId::default(), Limits::default());
    if let Some(problem) = problems.into_iter().next() {
        let before = part.get(..problem.start as usize).unwrap_or_default();
        let line = before.matches('\n').count() + 1 + lines;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        return Err(Refusal::new(problem.message).at(line, column));
    }
    match &document {
        Some(document) => then(document.root()),
        None => Err(Refusal::new("the output cannot be read as YAML")),
    }
}

fn wrong(message: &str, what: &str) -> Refusal {
    Refusal::new(message).help(format!("it has to be: {what}"))
}
