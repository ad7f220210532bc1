//! Findings as a comment on a pull request: what fails first, each with its way out; derivations folded.

use super::findings::{Finding, FindingsReport};
use super::page::Page;
use crate::diag::Severity;
use crate::diag::markup::{md_code, md_message};

pub(super) fn render(report: &FindingsReport) -> String {
    let mut page = Page::new("findings");
    let worst = report.worst_first();
    page.push(&heading(report));
    let (errors, others): (Vec<&Finding>, Vec<&Finding>) =
        worst.into_iter().partition(|finding| finding.diagnostic.severity == Severity::Error);
    for finding in &errors {
        page.push(&entry(finding));
    }
    if !errors.is_empty() {
        page.push("\n");
    }
    let (warnings, notes): (Vec<&Finding>, Vec<&Finding>) =
        others.into_iter().partition(|finding| finding.diagnostic.severity == Severity::Warning);
    let (waived, known): (Vec<&Finding>, Vec<&Finding>) =
        report.accepted().partition(|finding| finding.diagnostic.waived);
    for (findings, one, many) in [
        (warnings, "warning", "warnings"),
        (notes, "note", "notes"),
        (waived, "waived", "waived"),
        (known, "known", "known"),
    ] {
        let word = if findings.len() == 1 { one } else { many };
        page.fold(&format!("{} {word}", findings.len()), findings.iter().map(|finding| entry(finding)));
    }
    page.finish()
}

fn heading(report: &FindingsReport) -> String {
    let system = if report.system.is_empty() { "the spec".to_owned() } else { md_message(&report.system) };
    let sign = if report.falls_short() { "❌" } else { "✅" };
    match report.summary.words() {
        words if words.is_empty() => format!("### {sign} {system}: valid, and every promise holds\n\n"),
        words => format!("### {sign} {system}: {words}\n\n"),
    }
}

/// A point of a list, with the derivation behind it.
fn entry(finding: &Finding) -> String {
    let diagnostic = &finding.diagnostic;
    let mut out = format!("- **{}** {}", diagnostic.name(), md_message(&diagnostic.message));
    if let Some(place) = &finding.place {
        out.push_str(&format!(" ({})", md_code(&format!("{}:{}", place.file, place.line))));
    }
    out.push('\n');
    if let Some(help) = &diagnostic.help {
        out.push_str(&format!("  <br>→ {}\n", md_message(help)));
    }
    let mut why: Vec<String> = Vec::new();
    why.extend(diagnostic.scenario.as_ref().map(|scenario| format!("scenario {}", md_code(scenario))));
    why.extend(diagnostic.notes.iter().map(|note| md_message(note)));
    if !diagnostic.path.is_empty() {
        why.push(diagnostic.path.iter().map(|step| md_code(step)).collect::<Vec<_>>().join(" → "));
    }
    if !why.is_empty() {
        out.push_str(&format!("  <details><summary>why</summary>\n\n  {}\n\n  </details>\n", why.join("<br>\n  ")));
    }
    out
}
