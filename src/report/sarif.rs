//! SARIF 2.1.0 (OASIS), as code scanning services read it.
//!
//! Held against the official schema in `tests/it/formats.rs`. At most [`SHOWN`] results, the worst first, since that is what
//! GitHub keeps of a run; what was cut is said in a notification of the run.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::findings::{Finding, FindingsReport};
use super::json::to_json;
use super::relative;
use crate::assets;
use crate::diag::visible::one_line;
use crate::diag::{Diagnostic, Severity, SourceMap, Span};

/// Results that GitHub keeps of a run.
const SHOWN: usize = 5_000;

/// Further places that GitHub keeps of a result.
const PLACES: usize = 100;

pub(super) fn render(report: &FindingsReport, sources: &SourceMap) -> String {
    let findings: Vec<&Finding> = report.worst_first().into_iter().chain(report.accepted()).collect();
    let left_out = findings.len().saturating_sub(SHOWN);
    let shown = &findings[..findings.len() - left_out];
    let mut rules: Vec<&str> = shown.iter().map(|finding| finding.diagnostic.name()).collect();
    rules.sort_unstable();
    rules.dedup();
    let index: BTreeMap<&str, usize> = rules.iter().enumerate().map(|(index, rule)| (*rule, index)).collect();
    let pages: BTreeMap<&str, &str> = assets::below("findings")
        .into_iter()
        .filter_map(|page| Some((page.path.strip_suffix(".md")?, page.text())))
        .collect();
    let mut invocation = json!({"executionSuccessful": true});
    if left_out > 0 {
        invocation["toolExecutionNotifications"] = json!([{
            "level": "note",
            "message": {"text": format!("{left_out} more findings are left out: code scanning keeps no more than {SHOWN}")},
        }]);
    }
    to_json(&json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "drplan",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(|rule| reporting_descriptor(rule, pages.get(rule).copied())).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "invocations": [invocation],
            "results": shown.iter().map(|finding| result(finding, &index, sources)).collect::<Vec<_>>(),
        }],
    }))
}

/// What a name means, from the page that `drplan explain` prints.
fn reporting_descriptor(name: &str, page: Option<&str>) -> Value {
    let mut rule = json!({"id": name});
    if let Some(page) = page {
        let short = page.lines().skip(1).find(|line| !line.trim().is_empty()).unwrap_or(name);
        rule["shortDescription"] = json!({"text": short});
        rule["fullDescription"] = json!({"text": short});
        rule["help"] = json!({"text": page, "markdown": page});
    }
    rule
}

fn result(finding: &Finding, rules: &BTreeMap<&str, usize>, sources: &SourceMap) -> Value {
    let diagnostic = &finding.diagnostic;
    let mut result = json!({
        "ruleId": diagnostic.name(),
        "ruleIndex": rules.get(diagnostic.name()),
        "level": diagnostic.severity.as_str(),
        "message": {"text": message(&text(diagnostic))},
        "locations": [location(diagnostic, sources)],
        "partialFingerprints": {"drplanFinding/v1": finding.fingerprint},
    });
    let related: Vec<Value> = diagnostic
        .labels
        .iter()
        .take(PLACES)
        .enumerate()
        .filter_map(|(id, (span, label))| {
            let place = physical(*span, sources)?;
            Some(json!({"id": id, "physicalLocation": place, "message": {"text": message(&one_line(label))}}))
        })
        .collect();
    if !related.is_empty() {
        result["relatedLocations"] = json!(related);
    }
    if let Some(fix) = fix(diagnostic, sources) {
        result["fixes"] = json!([fix]);
    }
    match finding.acceptance() {
        Some("waived") => {
            result["suppressions"] =
                json!([{"kind": "inSource", "status": "accepted", "justification": "waived in the spec"}]);
        }
        Some(_) => {
            result["suppressions"] =
                json!([{"kind": "external", "status": "accepted", "justification": "known in the baseline"}]);
        }
        None => {}
    }
    if diagnostic.severity == Severity::Error {
        result["rank"] = json!(100);
    }
    result
}

fn text(diagnostic: &Diagnostic) -> String {
    let mut lines = vec![one_line(&diagnostic.message).into_owned()];
    lines.extend(diagnostic.scenario.as_ref().map(|scenario| format!("scenario {}", one_line(scenario))));
    lines.extend(diagnostic.notes.iter().map(|note| one_line(note).into_owned()));
    lines.extend(diagnostic.help.as_ref().map(|help| format!("help: {}", one_line(help))));
    lines.join("\n")
}

/// What has no place in a file is shown at the beginning of the first one: a result without a file is not shown at all.
fn location(diagnostic: &Diagnostic, sources: &SourceMap) -> Value {
    let first = || sources.files().next().map(|(id, _)| Span::new(id, 0, 0));
    let mut location = json!({});
    if let Some(place) = diagnostic.primary.or_else(first).and_then(|span| physical(span, sources)) {
        location["physicalLocation"] = place;
    }
    if !diagnostic.address.is_empty() {
        let address = one_line(&diagnostic.address);
        location["logicalLocations"] = json!([{"fullyQualifiedName": address, "kind": "member"}]);
    }
    location
}

fn physical(span: Span, sources: &SourceMap) -> Option<Value> {
    let file = sources.file(span.file)?;
    Some(json!({"artifactLocation": {"uri": uri(&file.name)}, "region": region(span, sources)?}))
}

fn region(span: Span, sources: &SourceMap) -> Option<Value> {
    let file = sources.file(span.file)?;
    let (start, end) = (file.location(span.start), file.location(span.end));
    Some(json!({"startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column}))
}

fn fix(diagnostic: &Diagnostic, sources: &SourceMap) -> Option<Value> {
    let (span, new) = diagnostic.fix.as_ref()?;
    let file = sources.file(span.file)?;
    let help = diagnostic.help.as_deref().unwrap_or("the least change that mends it");
    Some(json!({
        "description": {"text": message(&one_line(help))},
        "artifactChanges": [{
            "artifactLocation": {"uri": uri(&file.name)},
            "replacements": [{"deletedRegion": region(*span, sources)?, "insertedContent": {"text": new}}],
        }],
    }))
}

/// Plain text as SARIF writes it (3.11.5 and 3.11.6): braces would be placeholders, brackets links.
fn message(text: &str) -> String {
    text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]").replace('{', "{{").replace('}', "}}")
}

/// A path as a URI reference (RFC 3986): relative where the user named it so.
fn uri(path: &str) -> String {
    let path = relative(path);
    let mut out = String::from(if path.starts_with('/') { "file://" } else { "" });
    for byte in path.bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
