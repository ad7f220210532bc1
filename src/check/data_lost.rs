//! `data-lost`: a scenario from which nothing brings a dataset back.

use super::losses::{LossCase, Total};
use super::{Check, Context, wording};
use crate::analysis::loss::Reason;
use crate::analysis::scenario::{Cause, Scenario};
use crate::diag::{Code, Diagnostic, Diagnostics, Severity};
use crate::model::{Model, Timing};

pub(super) const CHECK: Check = Check { code: Code("data-lost"), severity: Severity::Error, run };

fn run(context: &Context<'_>, found: &mut Diagnostics) {
    let model = context.model;
    for case in context.loss_cases() {
        let (Some(part), Some(reason)) = (case.parts.first(), reason(case)) else { continue };
        let data = model.dataset_name(case.dataset);
        let message = format!("all of `{data}` is lost: {}", why(model, case, reason));
        let mut diagnostic = CHECK
            .found(message, model.dataset_address(case.dataset))
            .during(case.scenario())
            .extending(context.extent(case.hits()));
        diagnostic.severity = case.severity();
        diagnostic = diagnostic.at(model.datasets[case.dataset].span);
        if let Some(objective) = case.objective {
            diagnostic = diagnostic.label(objective.span, "promised here");
        }
        diagnostic.notes.extend(fate_of_copies(model, case));
        diagnostic.notes.extend(wording::also_in(&case.others(), None, |_| "all of it".to_owned()));
        let scenario = part.hits.first().map(|(_, scenario)| *scenario);
        found.push(help(model, case, reason, scenario, diagnostic));
    }
}

/// Why all is lost; none for what has a finding of its own.
fn reason(case: &LossCase<'_>) -> Option<Reason> {
    match case.total()? {
        Total::Other(reason) => Some(reason),
        Total::Locked | Total::Forgotten => None,
    }
}

fn why(model: &Model, case: &LossCase<'_>, reason: Reason) -> &'static str {
    match reason {
        Reason::NoBase => "a stream of changes survives, and not the copy that it is replayed onto",
        Reason::NeverRuns => "the schedule of what survives never runs",
        Reason::Ageing => "what survives is made no more, and grows older without bound",
        _ if model.datasets[case.dataset].copies.is_empty() => "it has no copy",
        _ => "no copy of it survives",
    }
}

/// Where its copies were, and that they are gone with it.
fn fate_of_copies(model: &Model, case: &LossCase<'_>) -> Option<String> {
    let survivors = case.parts.first()?.remains.as_ref().map(|remains| remains.copies.as_slice()).unwrap_or_default();
    let gone = model.datasets[case.dataset].copies.iter().filter(|copy| !survivors.contains(copy));
    let gone: Vec<String> = gone
        .map(|copy| {
            let store = &model.stores[model.copies[*copy].to];
            format!("{} in {} at {}", model.copies[*copy].name, store.name, model.locations[store.at].name)
        })
        .collect();
    (!gone.is_empty()).then(|| format!("lost with it: {}", gone.join(", ")))
}

fn help(
    model: &Model,
    case: &LossCase<'_>,
    reason: Reason,
    scenario: Option<&Scenario>,
    diagnostic: Diagnostic,
) -> Diagnostic {
    let copies = &model.datasets[case.dataset].copies;
    if copies.iter().any(|copy| matches!(model.copies[*copy].timing, Timing::Once(_))) && reason == Reason::Ageing {
        return diagnostic.help("give a copy a schedule, or write `change: none` if the data does not change");
    }
    if copies.is_empty() {
        return diagnostic.help("add one under `copies:`, in a store that stands elsewhere");
    }
    diagnostic.help(match scenario.map(|scenario| &scenario.cause) {
        Some(Cause::Location(id)) => {
            format!("add a copy in a store outside `{}`", model.locations[*id].name)
        }
        Some(Cause::Domain(id)) => {
            format!("add a copy in a store that does not share `{}`", model.domains[*id].name)
        }
        _ if reason == Reason::NoBase => "copy the base to where the stream goes".to_owned(),
        _ => "add a copy in a store that this leaves alone: elsewhere, offline or immutable".to_owned(),
    })
}
