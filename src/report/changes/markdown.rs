//! Changes as a comment on a pull request: what differs in the open, what is not declared and what was not observed folded.

use super::{ChangesView, Entry};
use crate::diag::markup::{md_code, md_message};
use crate::diff::{Action, Shown};
use crate::report::page::Page;

pub(super) fn render(view: &ChangesView) -> String {
    let mut page = Page::new("changes", view.has_drift(), &view.system, &view.closing());
    for (action, title) in [
        (Action::Create, "Not there"),
        (Action::Update, "Not as planned"),
        (Action::Refresh, "Stale or contrary evidence"),
        (Action::Remove, "Not declared, or no longer generated"),
    ] {
        let entries: Vec<&Entry> = view.entries.iter().filter(|entry| entry.action == action).collect();
        if entries.is_empty() {
            continue;
        }
        page.between(&format!("**{title}**\n\n"));
        entries.iter().for_each(|entry| page.entry(&point(entry)));
        page.between("\n");
    }
    let unobserved = view.unobserved();
    let summary = format!("{} not or not fully observed: nothing is known of them", unobserved.len());
    page.fold(
        &summary,
        unobserved.into_iter().map(|entry| {
            let names: Vec<&str> = entry.attributes.iter().map(|attribute| attribute.name).collect();
            format!("- {}: {}\n", md_code(&entry.address), md_message(&names.join(", ")))
        }),
    );
    page.finish()
}

/// A point of a list with its attributes as points below.
fn point(entry: &Entry) -> String {
    let mut out = format!("- {}: {}\n", md_code(&entry.address), md_message(&entry.reason));
    let code = |shown: &Shown| match shown {
        Shown::List(items) if items.is_empty() => "none".to_owned(),
        Shown::List(items) => items.iter().map(|item| md_code(item)).collect::<Vec<_>>().join(", "),
        other => md_code(&other.to_string()),
    };
    for attribute in &entry.attributes {
        let words = match (&attribute.actual, &attribute.desired) {
            (Some(old), Some(new)) => format!("{} → {}", code(old), code(new)),
            (Some(one), None) | (None, Some(one)) => code(one),
            (None, None) => continue,
        };
        out.push_str(&format!("  - {} {words}\n", attribute.name));
    }
    for note in &entry.notes {
        out.push_str(&format!("  - {}\n", md_message(note)));
    }
    if !entry.patch.is_empty() {
        out.push_str(&patch(&entry.patch));
    }
    out
}

/// A unified diff below a point of a list, its fence longer than any within.
fn patch(text: &str) -> String {
    let fence = "`".repeat(crate::diag::markup::longest_run(text).max(2) + 1);
    let lines: String = text.lines().map(|line| format!("  {line}\n")).collect();
    format!("\n  {fence}diff\n{lines}  {fence}\n\n")
}
