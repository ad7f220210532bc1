//! `drplan.findings/1`: findings for tools. The types are the contract; `schemas/findings.schema.json` is made from them.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;

use super::findings::{Finding, FindingsReport};

/// The findings of a run.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "drplan findings", deny_unknown_fields)]
pub(crate) struct Findings<'a> {
    /// Name and major version of this format.
    #[schemars(extend("const" = "drplan.findings/1"))]
    format: &'static str,
    /// Every finding in source order.
    findings: Vec<Entry<'a>>,
    /// How many of each severity; what is waived counts only as that.
    summary: Counts,
}

/// One finding.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Entry<'a> {
    /// Its kind; `drplan explain NAME` says what it means.
    name: &'a str,
    /// `error`, `warning` or `note`.
    severity: &'a str,
    /// What it is about, as a dotted path into the spec.
    address: &'a str,
    /// The scenario in which it shows; null where it belongs to none.
    scenario: Option<&'a str>,
    /// The file; null for what has no place in one.
    file: Option<&'a str>,
    /// Line, from 1.
    line: Option<u32>,
    /// Column in characters, from 1.
    column: Option<u32>,
    /// One sentence.
    message: &'a str,
    /// Why: the derivation, line by line.
    notes: &'a [String],
    /// The path through the graph that leads to it, where there is one.
    path: &'a [String],
    /// The least change that mends it.
    help: Option<&'a str>,
    /// Whether a waiver in force covers it.
    waived: bool,
    /// Whether the baseline has it, no better than it is.
    known: bool,
    /// What stays the same from run to run while the finding does; unique within the list.
    fingerprint: &'a str,
}

#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Counts {
    /// Errors that nobody has accepted.
    errors: usize,
    /// Warnings that nobody has accepted.
    warnings: usize,
    /// Notes that nobody has accepted.
    notes: usize,
    /// Findings of any severity that a waiver in force covers.
    waived: usize,
    /// Findings of any severity that the baseline has.
    known: usize,
}

/// The schema of this format.
pub(super) fn schema() -> serde_json::Value {
    schema_of::<Findings<'static>>()
}

/// The JSON Schema (draft 2020-12) of a type that is a format.
pub(super) fn schema_of<T: JsonSchema>() -> serde_json::Value {
    SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>().to_value()
}

pub(super) fn render(report: &FindingsReport) -> String {
    let summary = &report.summary;
    let view = Findings {
        format: "drplan.findings/1",
        findings: report.findings.iter().map(entry).collect(),
        summary: Counts {
            errors: summary.errors,
            warnings: summary.warnings,
            notes: summary.notes,
            waived: summary.waived,
            known: summary.known,
        },
    };
    to_json(&view)
}

/// Pretty JSON with a newline at the end. Types of this folder hold only what JSON can hold.
///
/// What a job of GitHub, Azure or TeamCity would take for a command (`##[`, `##vso[`, `##teamcity[`) is written with an
/// escape. Outside of texts JSON has no `#`.
pub(super) fn to_json(value: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    for command in ["[", "vso[", "teamcity["] {
        text = text.replace(&format!("##{command}"), &format!("#\\u0023{command}"));
    }
    text.push('\n');
    text
}

fn entry(finding: &Finding) -> Entry<'_> {
    let diagnostic = &finding.diagnostic;
    let place = finding.place.as_ref();
    Entry {
        name: diagnostic.name(),
        severity: diagnostic.severity.as_str(),
        address: &diagnostic.address,
        scenario: diagnostic.scenario.as_deref(),
        file: place.map(|place| place.file.as_str()),
        line: place.map(|place| place.line),
        column: place.map(|place| place.column),
        message: &diagnostic.message,
        notes: &diagnostic.notes,
        path: &diagnostic.path,
        help: diagnostic.help.as_deref(),
        waived: diagnostic.waived,
        known: diagnostic.known,
        fingerprint: &finding.fingerprint,
    }
}
