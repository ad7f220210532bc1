//! One line for each finding: `file:line:column: severity[name]: message`.

use std::fmt::Write as _;

use super::findings::{Finding, FindingsReport};
use crate::diag::visible::one_line;

pub(super) fn render(report: &FindingsReport) -> String {
    report.findings.iter().fold(String::new(), |mut out, finding| {
        line(&mut out, finding);
        out
    })
}

fn line(out: &mut String, finding: &Finding) {
    let diagnostic = &finding.diagnostic;
    if let Some(place) = &finding.place {
        // A line that begins with `::` is a command to GitHub Actions, and anybody can name a file so.
        let file = one_line(&place.file);
        let here = if file.starts_with("::") { "./" } else { "" };
        let _ = write!(out, "{here}{file}:{}:{}: ", place.line, place.column);
    }
    let _ = write!(out, "{}[{}]: {}", diagnostic.severity.as_str(), diagnostic.name(), one_line(&diagnostic.message));
    if let Some(scenario) = &diagnostic.scenario {
        let _ = write!(out, " ({})", one_line(scenario));
    }
    if let Some(acceptance) = finding.acceptance() {
        let _ = write!(out, " ({acceptance})");
    }
    out.push('\n');
}
