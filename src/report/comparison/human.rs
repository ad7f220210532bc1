//! A comparison for a person at a terminal.

use std::fmt::Write as _;

use super::{ComparisonView, Entry, words};
use crate::compare::Verdict;
use crate::diag::visible::one_line;
use crate::report::Style;

/// Entries of a verdict that are printed; all are in the JSON.
const SHOWN: usize = 30;

/// Inputs that are named behind a number.
const CAUSES: usize = 3;

pub(super) fn render(view: &ComparisonView<'_>, style: Style) -> String {
    let comparison = view.comparison;
    let mut out = String::new();
    let headline = paint(style, comparison.is_worse(), &words::headline(comparison));
    let _ = writeln!(out, "{}: {headline}", one_line(&comparison.system));
    for verdict in Verdict::ALL {
        numbers(view, verdict, style, &mut out);
        if verdict == Verdict::NewlyUnmet {
            promises(view, true, &mut out);
        }
    }
    promises(view, false, &mut out);
    accepted(view, &mut out);
    movements(view, &mut out);
    inputs(view, &mut out);
    out
}

fn numbers(view: &ComparisonView<'_>, verdict: Verdict, style: Style, out: &mut String) {
    let entries = view.entries(verdict);
    if entries.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{}:", words::heading(verdict));
    for entry in entries.iter().take(SHOWN) {
        write_entry(view, entry, style, out);
    }
    if entries.len() > SHOWN {
        let _ = writeln!(out, "  and {} more; all are in --format json", entries.len() - SHOWN);
    }
}

fn accepted(view: &ComparisonView<'_>, out: &mut String) {
    let accepted = &view.comparison.accepted;
    if accepted.is_empty() {
        return;
    }
    out.push_str("\nAccepted from now on, by waivers:\n");
    for one in accepted.iter().take(SHOWN) {
        let _ = writeln!(out, "  {}", one_line(&words::accepted(one, str::to_owned)));
    }
    if accepted.len() > SHOWN {
        let _ = writeln!(out, "  and {} more; all are in --format json", accepted.len() - SHOWN);
    }
}

fn paint(style: Style, bad: bool, text: &str) -> String {
    let colour = if bad { anstyle::AnsiColor::Red } else { anstyle::AnsiColor::Green };
    let paint = colour.on_default().bold();
    match style {
        Style::Coloured => format!("{paint}{text}{paint:#}"),
        Style::Plain => text.to_owned(),
    }
}

fn write_entry(view: &ComparisonView<'_>, entry: &Entry<'_>, style: Style, out: &mut String) {
    let row = entry.first;
    let marked = |after: &str| if row.verdict.is_worse() { paint(style, true, after) } else { after.to_owned() };
    let arrow = words::arrow(row, marked);
    let subject = words::subject(row, |name| one_line(name).into_owned());
    let remark = words::remark(row).map(|remark| format!(", {remark}")).unwrap_or_default();
    let scenario = words::scenario(&row.scenario);
    let _ = writeln!(out, "  {subject}, {}: {arrow}, {}{remark}", one_line(&scenario), words::objective(row));
    if let Some(through) = &row.through {
        let _ = writeln!(out, "    through {}", one_line(through));
    }
    if let Some(others) = words::others(entry) {
        let _ = writeln!(out, "    {}", one_line(&others));
    }
    if let Some(followers) = words::followers(entry, |name| one_line(name).into_owned()) {
        let _ = writeln!(out, "    {followers}");
    }
    let causes = view.causes(entry);
    for input in causes.iter().take(CAUSES) {
        let place = view.place(input).map(|place| format!(" ({place})")).unwrap_or_default();
        let told = format!("{} {}{place}", input.address(), words::input(input));
        let _ = writeln!(out, "    because {}", one_line(&told));
    }
    if causes.len() > CAUSES {
        let _ = writeln!(out, "    and for {} more", causes.len() - CAUSES);
    }
}

fn promises(view: &ComparisonView<'_>, weaker: bool, out: &mut String) {
    let changes: Vec<_> = view.comparison.promises.iter().filter(|change| change.is_weaker() == weaker).collect();
    let dropped = if weaker { view.comparison.dropped.as_slice() } else { &[] };
    if changes.is_empty() && dropped.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{} promises:", if weaker { "Weaker" } else { "Stronger" });
    for change in changes {
        let _ = writeln!(out, "  {}", one_line(&words::promise(change, str::to_owned)));
    }
    for gone in dropped {
        let _ = writeln!(out, "  {}", one_line(&words::dropped(gone, str::to_owned)));
    }
}

fn movements(view: &ComparisonView<'_>, out: &mut String) {
    let comparison = view.comparison;
    for (old, new) in &comparison.renamed {
        let _ = writeln!(out, "\nRenamed: {} is now {}", one_line(old), one_line(new));
    }
    for (movement, what) in [(&comparison.components, "components"), (&comparison.scenarios, "scenarios")] {
        for (names, how) in [(&movement.appeared, "New"), (&movement.went, "Gone")] {
            if names.is_empty() {
                continue;
            }
            let shown: Vec<String> = names.iter().take(SHOWN).map(|name| one_line(name).into_owned()).collect();
            let more = names.len().saturating_sub(SHOWN);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let _ = writeln!(out, "\n{how} {what}: {}{more}", shown.join(", "));
        }
    }
}

fn inputs(view: &ComparisonView<'_>, out: &mut String) {
    let inputs = &view.comparison.inputs;
    if inputs.is_empty() {
        return;
    }
    out.push_str("\nChanged inputs:\n");
    for input in inputs.iter().take(SHOWN) {
        let place = view.place(input).map(|place| format!(" ({place})")).unwrap_or_default();
        let told = format!("{} {}{place}", input.address(), words::input(input));
        let _ = writeln!(out, "  {}", one_line(&told));
    }
    if inputs.len() > SHOWN {
        let _ = writeln!(out, "  and {} more; all are in --format json", inputs.len() - SHOWN);
    }
}
