//! GitLab's Code Quality report: a list of issues for the widget of a merge request.
//!
//! Every issue needs a file and a line: what has no place is shown at the beginning of the first file. What is waived is
//! left out, since the widget knows no such thing.

use serde::Serialize;

use super::findings::{Finding, FindingsReport};
use super::json::to_json;
use super::relative;
use crate::diag::visible::{one_line, visible};
use crate::diag::{Severity, SourceMap};

/// One issue.
#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: &'a str,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

pub(super) fn render(report: &FindingsReport, sources: &SourceMap) -> String {
    let issues: Vec<Issue<'_>> = report.worst_first().into_iter().map(|finding| issue(finding, sources)).collect();
    to_json(&issues)
}

fn issue<'a>(finding: &'a Finding, sources: &SourceMap) -> Issue<'a> {
    let diagnostic = &finding.diagnostic;
    let (path, begin) = match &finding.place {
        Some(place) => (place.file.clone(), place.line),
        None => (sources.files().next().map(|(_, file)| file.name.clone()).unwrap_or_default(), 1),
    };
    let path = visible(&relative(&path)).into_owned();
    let mut description = one_line(&diagnostic.message).into_owned();
    if let Some(help) = &diagnostic.help {
        description.push_str(&format!(" (help: {})", one_line(help)));
    }
    Issue {
        description,
        check_name: diagnostic.name(),
        fingerprint: &finding.fingerprint,
        severity: match diagnostic.severity {
            Severity::Error => "critical",
            Severity::Warning => "major",
            Severity::Note => "info",
        },
        location: Location { path, lines: Lines { begin } },
    }
}
