//! The recovery of a scenario as bars on a time axis, for the terminal.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::AssessmentView;
use crate::analysis::outcome::{Outcome, recovery};
use crate::analysis::rto::{PathStep, Times};
use crate::analysis::timetable::{Part, TimedStep, timetable};
use crate::diag::visible::one_line;
use crate::model::ComponentId;
use crate::report::Screen;
use crate::report::gantt::{self, Bar};
use crate::terms::{Impact, StepKind};
use crate::units::Seconds;

/// Scenarios that are drawn at most, and steps of one.
const CHARTS: usize = 3;
const BARS: usize = 60;

/// The charts of the scenarios that are named.
pub(super) fn draw(view: &AssessmentView<'_>, screen: &Screen, out: &mut String) {
    for id in view.filter.scenarios.iter().take(CHARTS) {
        chart(view, id, screen, out);
    }
    if view.filter.scenarios.len() > CHARTS {
        let _ = writeln!(out, "\nonly the first {CHARTS} scenarios are drawn");
    }
}

fn chart(view: &AssessmentView<'_>, id: &str, screen: &Screen, out: &mut String) {
    let Ok((scenario, outcome)) = view.assessment.find(view.context, id) else { return };
    let way = recovery(view.context, &scenario);
    let steps = timetable(view.context, &way, &outcome.schedule).steps;
    if steps.is_empty() {
        return;
    }
    let wanted = &view.filter.components;
    let whole = wanted.is_empty() && steps.len() <= BARS;
    let decides = if whole { pressing(&steps) } else { on_the_way(wanted, &outcome) };
    let is_wanted = |step: &&TimedStep<'_>| whole || wanted.contains(&step.component()) || decides.holds(step);
    let shown: Vec<&TimedStep<'_>> = steps.iter().filter(is_wanted).collect();
    let few = shown.len() <= BARS;
    let drawn = shown.iter().filter(|step| few || decides.holds(step)).take(BARS);
    let bars: Vec<Bar> = drawn.map(|step| bar(view, step, decides.holds(step))).collect();
    if bars.is_empty() {
        return;
    }
    let signs = match (whole, wanted.is_empty()) {
        (true, _) => "█ a delay of it delays something, ▒ it has slack, ░ that slack",
        (false, true) => "█ decides when the last component serves",
        (false, false) => "█ decides when it serves, ▒ does not, ░ slack",
    };
    let scenario = screen.strong(&one_line(&scenario.id));
    let _ = writeln!(out, "\nRecovery in {scenario} ({signs}):\n");
    gantt::draw(&bars, screen, out);
    let all = if wanted.is_empty() { steps.len() } else { shown.len() };
    if let Some(rest) = all.checked_sub(bars.len()).filter(|rest| *rest > 0) {
        let _ = writeln!(out, "  and {rest} more steps; narrow with --component, or read the runbook");
    }
}

/// The steps of which a delay delays something.
fn pressing(steps: &[TimedStep<'_>]) -> Decisive {
    Decisive(steps.iter().filter(|step| step.is_critical()).map(of_step).collect())
}

/// The steps that decide when these components serve again; without any, when the last of all does.
fn on_the_way(wanted: &[ComponentId], outcome: &Outcome) -> Decisive {
    let back = outcome.results.iter().filter(|result| result.impact != Impact::Lost);
    let timed = back.filter_map(|result| Some((result.component, result.recovery?)));
    let times: Vec<Times> = match wanted.is_empty() {
        true => timed.map(|(_, times)| times).reduce(Times::later).into_iter().collect(),
        false => timed.filter(|(component, _)| wanted.contains(component)).map(|(_, times)| times).collect(),
    };
    let paths = times.iter().flat_map(|times| outcome.schedule.critical_path(times));
    Decisive(paths.map(|step| of_path(&step)).collect())
}

fn bar(view: &AssessmentView<'_>, step: &TimedStep<'_>, decides: bool) -> Bar {
    let component = &view.context.model.components[step.component()].name;
    let label = one_line(&format!("{component} {}", step.kind)).into_owned();
    Bar { label, from: step.from, to: step.to, slack: step.slack, decides }
}

/// Steps that decide, by what they are known by on a path.
struct Decisive(BTreeSet<Known>);

type Known = (ComponentId, StepKind, Seconds);

impl Decisive {
    /// Whether any part of a step is among them: the response of a team is in the schedule of whoever was noticed first.
    fn holds(&self, step: &TimedStep<'_>) -> bool {
        let of_part = |part: &Part<'_>| (part.scheduled.component, part.scheduled.kind, part.scheduled.to);
        self.0.contains(&of_step(step)) || step.parts.iter().any(|part| self.0.contains(&of_part(part)))
    }
}

fn of_path(step: &PathStep) -> Known {
    (step.component, step.kind, step.to)
}

fn of_step(step: &TimedStep<'_>) -> Known {
    (step.component(), step.kind, step.to)
}
