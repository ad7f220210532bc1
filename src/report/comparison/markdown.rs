//! A comparison as a comment on a pull request: the worst in the first line, what became better folded away.

use super::{ComparisonView, Entry, words};
use crate::compare::{InputChange, Verdict};
use crate::diag::markup::{md_code, md_message};
use crate::report::page::Page;

/// Entries of a verdict that stand open; the rest can be unfolded.
const OPEN: usize = 6;

/// Inputs that are named behind a number.
const CAUSES: usize = 2;

/// Names in a list of what is new or gone; the rest is counted.
const NAMED: usize = 50;

pub(super) fn render(view: &ComparisonView<'_>) -> String {
    let comparison = view.comparison;
    let headline = words::headline(comparison);
    let mut page = Page::new("comparison", comparison.is_worse(), &comparison.system, &headline);
    for verdict in [Verdict::NewlyUnmet, Verdict::Worse] {
        open(view, verdict, &mut page);
        if verdict == Verdict::NewlyUnmet {
            promises(view, true, &mut page);
        }
    }
    accepted(view, &mut page);
    components(view, &mut page);
    for verdict in [Verdict::NewlyMet, Verdict::Better, Verdict::Unpromised] {
        let entries = view.entries(verdict);
        let summary = format!("{} ({})", words::heading(verdict), comparison.count(verdict));
        page.fold(&summary, entries.iter().map(|entry| point(view, entry)));
    }
    promises(view, false, &mut page);
    scenarios(view, &mut page);
    let inputs = &comparison.inputs;
    let summary = format!("Changed inputs ({})", inputs.len());
    page.fold(&summary, inputs.iter().map(|input| format!("- {}\n", cause(view, input))));
    page.finish()
}

fn open(view: &ComparisonView<'_>, verdict: Verdict, page: &mut Page) {
    let entries = view.entries(verdict);
    if entries.is_empty() {
        return;
    }
    page.between(&format!("**{}**\n\n", words::heading(verdict)));
    let (shown, rest) = entries.split_at(entries.len().min(OPEN));
    for entry in shown {
        page.entry(&point(view, entry));
    }
    page.between("\n");
    page.fold(&format!("{} more", rest.len()), rest.iter().map(|entry| point(view, entry)));
}

fn point(view: &ComparisonView<'_>, entry: &Entry<'_>) -> String {
    let row = entry.first;
    let remark = words::remark(row).map(|remark| format!(", {remark}")).unwrap_or_default();
    let mut out = format!(
        "- {}, {}: {}, {}{remark}",
        words::subject(row, md_code),
        md_message(&words::scenario(&row.scenario)),
        words::arrow(row, |after| format!("**{after}**")),
        words::objective(row),
    );
    if let Some(through) = &row.through {
        out.push_str(&format!(", through {}", md_code(through)));
    }
    if let Some(others) = words::others(entry) {
        out.push_str(&format!("<br>{}", md_message(&others)));
    }
    if let Some(followers) = words::followers(entry, md_code) {
        out.push_str(&format!("<br>{followers}"));
    }
    let causes = view.causes(entry);
    for input in causes.iter().take(CAUSES) {
        out.push_str(&format!("<br>because {}", cause(view, input)));
    }
    if causes.len() > CAUSES {
        out.push_str(&format!("<br>and for {} more", causes.len() - CAUSES));
    }
    out.push('\n');
    out
}

fn cause(view: &ComparisonView<'_>, input: &InputChange) -> String {
    let place = view.place(input).map(|place| format!(" ({})", md_code(&place))).unwrap_or_default();
    let told = match (&input.base, &input.head) {
        (Some(base), Some(head)) => format!("{} → {}", md_code(base), md_code(head)),
        (None, Some(head)) => format!("new: {}", md_code(head)),
        (Some(base), None) => format!("gone: {}", md_code(base)),
        (None, None) => "changed".to_owned(),
    };
    format!("{} {told}{place}", md_code(&input.address()))
}

fn promises(view: &ComparisonView<'_>, weaker: bool, page: &mut Page) {
    let changes = view.comparison.promises.iter().filter(|change| change.is_weaker() == weaker);
    let mut points: Vec<String> = changes.map(|change| format!("- {}\n", words::promise(change, md_code))).collect();
    if weaker {
        points.extend(view.comparison.dropped.iter().map(|gone| format!("- {}\n", words::dropped(gone, md_code))));
    }
    if points.is_empty() {
        return;
    }
    page.between(if weaker { "**Weaker promises**\n\n" } else { "**Stronger promises**\n\n" });
    for point in points {
        page.entry(&point);
    }
    page.between("\n");
}

fn accepted(view: &ComparisonView<'_>, page: &mut Page) {
    if view.comparison.accepted.is_empty() {
        return;
    }
    page.between("**Accepted from now on, by waivers**\n\n");
    for one in &view.comparison.accepted {
        page.entry(&format!("- {}\n", words::accepted(one, md_code)));
    }
    page.between("\n");
}

fn components(view: &ComparisonView<'_>, page: &mut Page) {
    let comparison = view.comparison;
    for (old, new) in &comparison.renamed {
        page.entry(&format!("Renamed: {} is now {}\n\n", md_code(old), md_code(new)));
    }
    let moved = &comparison.components;
    for (what, names) in [("Gone components", &moved.went), ("New components", &moved.appeared)] {
        if !names.is_empty() {
            page.entry(&format!("{}\n", line(what, names)));
        }
    }
}

fn scenarios(view: &ComparisonView<'_>, page: &mut Page) {
    let (appeared, went) = (&view.comparison.scenarios.appeared, &view.comparison.scenarios.went);
    let lines = [("New", appeared), ("Gone", went)].into_iter().filter(|(_, names)| !names.is_empty());
    let lines: Vec<String> = lines.map(|(what, names)| line(what, names)).collect();
    page.fold(&format!("Scenarios: {} new, {} gone", appeared.len(), went.len()), lines);
}

fn line(what: &str, names: &[String]) -> String {
    let (shown, rest) = names.split_at(names.len().min(NAMED));
    let mut shown: Vec<String> = shown.iter().map(|name| md_code(name)).collect();
    if !rest.is_empty() {
        shown.push(format!("and {} more", rest.len()));
    }
    format!("{what}: {}\n", shown.join(", "))
}
