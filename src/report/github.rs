//! Workflow commands of GitHub Actions, which show as annotations beside the lines of a pull request.
//!
//! A step shows ten errors, ten warnings and ten notices and drops the rest without a word; so the worst are printed,
//! and the last notice says how many more there are.

use std::fmt::Write as _;

use super::findings::{Finding, FindingsReport};
use crate::diag::Severity;
use crate::diag::visible::one_line;

/// Annotations of one kind that a step shows.
const SHOWN: usize = 10;

pub(super) fn render(report: &FindingsReport) -> String {
    let worst = report.worst_first();
    let mut out = String::new();
    let mut left_out = 0;
    for (severity, shown) in [(Severity::Error, SHOWN), (Severity::Warning, SHOWN), (Severity::Note, SHOWN - 1)] {
        let findings = worst.iter().filter(|finding| finding.diagnostic.severity == severity);
        for (number, finding) in findings.enumerate() {
            if number < shown { command(&mut out, finding) } else { left_out += 1 }
        }
    }
    if left_out > 0 {
        let _ = writeln!(
            out,
            "::notice title=drplan::and {left_out} more findings than a step can show: see another report of this run, such as \
             `--report markdown=FILE`"
        );
    }
    out
}

fn command(out: &mut String, finding: &Finding) {
    let diagnostic = &finding.diagnostic;
    out.push_str(match diagnostic.severity {
        Severity::Error => "::error ",
        Severity::Warning => "::warning ",
        Severity::Note => "::notice ",
    });
    if let Some(place) = &finding.place {
        let _ = write!(out, "file={},line={},col={},", property(&place.file), place.line, place.column);
    }
    let _ = writeln!(out, "title={}::{}", property(diagnostic.name()), data(&text(finding)));
}

/// The message, where it shows, and the way out, a line each.
fn text(finding: &Finding) -> String {
    let diagnostic = &finding.diagnostic;
    let mut lines = vec![one_line(&diagnostic.message).into_owned()];
    if let Some(scenario) = &diagnostic.scenario {
        lines.push(format!("scenario {}", one_line(scenario)));
    }
    lines.extend(diagnostic.notes.iter().map(|note| one_line(note).into_owned()));
    lines.extend(diagnostic.help.as_ref().map(|help| format!("help: {}", one_line(help))));
    lines.join("\n")
}

/// Escapes the text of a command, as the runner's own toolkit does (`actions/toolkit`, `packages/core/src/command.ts`).
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a property of a command.
fn property(text: &str) -> String {
    data(&one_line(text)).replace(':', "%3A").replace(',', "%2C")
}
