//! Findings as a comment on a pull request: what fails first, each with its way out; derivations folded.

use super::findings::{Finding, FindingsReport};
use super::page::Page;
use crate::diag::Severity;
use crate::diag::markup::{md_code, md_message};

pub(super) fn render(report: &FindingsReport) -> String {
    let system = if report.system.is_empty() { "the spec" } else { &report.system };
    let words = report.summary.words();
    let words = if words.is_empty() { "valid, and every promise holds" } else { &words };
    let mut page = Page::new("findings", report.falls_short(), system, words);
    let worst = report.worst_first();
    let (errors, others): (Vec<&Finding>, Vec<&Finding>) =
        worst.into_iter().partition(|finding| finding.diagnostic.severity == Severity::Error);
    for finding in &errors {
        page.entry(&entry(finding));
    }
    if !errors.is_empty() {
        page.between("\n");
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

/// A point of a list, with the derivation behind it.
fn entry(finding: &Finding) -> String {
    let diagnostic = &finding.diagnostic;
    let mut out = format!("- **{}** {}", diagnostic.name(), md_message(&diagnostic.message));
    if let Some(scenario) = diagnostic.scenario.as_ref().filter(|scenario| !diagnostic.message.contains(*scenario)) {
        out.push_str(&format!(", in {}", md_code(scenario)));
    }
    if let Some(place) = &finding.place {
        out.push_str(&format!(" ({})", md_code(&format!("{}:{}", place.file, place.line))));
    }
    out.push('\n');
    if let Some(help) = &diagnostic.help {
        out.push_str(&format!("  <br>→ {}\n", md_message(help)));
    }
    let mut why: Vec<String> = Vec::new();
    // A part without text would leave a line that begins with the break, and that would begin a block of HTML.
    why.extend(diagnostic.notes.iter().map(|note| md_message(note)).filter(|note| !note.is_empty()));
    if !diagnostic.path.is_empty() {
        why.push(diagnostic.path.iter().map(|step| md_code(step)).collect::<Vec<_>>().join(" → "));
    }
    if !why.is_empty() {
        out.push_str(&format!("  <details><summary>why</summary>\n\n  {}\n\n  </details>\n", why.join("<br>\n  ")));
    }
    out
}
