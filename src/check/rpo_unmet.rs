//! `rpo-unmet`: a dataset loses more than its recovery point objective allows.

use super::losses::LossCase;
use super::{Check, Context, wording};
use crate::analysis::loss::{Advice, Change, LossEvent};
use crate::diag::{Code, Diagnostic, Diagnostics, Severity};
use crate::model::{CopyId, InstanceId, Model, Threshold, Timing, Via};
use crate::tech::MethodKind;
use crate::units::Seconds;

pub(super) const CHECK: Check = Check { code: Code("rpo-unmet"), severity: Severity::Error, run };

fn run(context: &Context<'_>, found: &mut Diagnostics) {
    for case in context.loss_cases() {
        let (Some(objective), Some(worst)) = (case.objective, case.worst()) else { continue };
        let model = context.model;
        let data = model.dataset_name(case.dataset);
        let message = format!(
            "up to {} of `{data}` can be lost, and at most {} may be",
            worst.human(),
            objective.at_most.human()
        );
        let diagnostic = CHECK
            .found(message, model.dataset_address(case.dataset))
            .during(case.scenario())
            .extending(context.extent(case.hits()));
        let diagnostic = place(model, case, diagnostic).label(objective.span, "promised here");
        let diagnostic = explain(model, case, diagnostic);
        found.push(mend(context, case, objective, diagnostic));
    }
}

/// Where the number comes from: the timing of the copy, the replication, else the data.
fn place(model: &Model, case: &LossCase<'_>, diagnostic: Diagnostic) -> Diagnostic {
    let replication = || model.components[model.datasets[case.dataset].component].replication.as_ref();
    diagnostic.at(match case.via {
        Some(Via::Copy(copy)) => model.copies[copy].timing_span,
        Some(Via::Replication(id)) => replication().and_then(|r| r.span).unwrap_or(model.instances[id].span),
        Some(Via::Guarantee) | None => model.datasets[case.dataset].span,
    })
}

/// The sum, the worst moment, what else survives, and where else it happens.
fn explain(model: &Model, case: &LossCase<'_>, mut diagnostic: Diagnostic) -> Diagnostic {
    if let Some(part) = case.parts.first() {
        diagnostic.notes.extend(wording::loss_sum(model, case.dataset, &part.loss));
        let moment = part.loss.moment_text(model, case.dataset);
        diagnostic.notes.extend(moment.map(|moment| format!("worst moment: {moment}")));
        diagnostic.notes.extend(wording::alternatives(model, case.dataset, &part.loss));
    }
    if case.via == Some(Via::Guarantee) {
        diagnostic.notes.push("that is what the provider promises".to_owned());
    }
    let words = |worst: Option<Seconds>| worst.map_or("all of it".to_owned(), Seconds::human);
    diagnostic.notes.extend(wording::also_in(&case.others(), case.worst(), words));
    diagnostic
}

fn mend(context: &Context<'_>, case: &LossCase<'_>, objective: Threshold, diagnostic: Diagnostic) -> Diagnostic {
    let within = objective.at_most;
    match case.via {
        Some(Via::Copy(copy)) => mend_copy(context, case, copy, within, diagnostic),
        Some(Via::Replication(instance)) => diagnostic.help(less_lag(context.model, instance, within)),
        _ => diagnostic.help(format!("have the provider promise `data_loss: {within}`, or promise less yourself")),
    }
}

/// The least change that does for every kind of event among the scenarios.
fn mend_copy(
    context: &Context<'_>,
    case: &LossCase<'_>,
    copy: CopyId,
    within: Seconds,
    diagnostic: Diagnostic,
) -> Diagnostic {
    match case.advice(context, copy, within) {
        Advice::Change { copy: at, change, worst } => {
            let copy = &context.model.copies[at];
            let help = format!("write `{}` at `{}`: {} at worst", change.yaml(), copy.name, worst.human());
            let diagnostic = diagnostic.help(help);
            match replacement(&change) {
                Some(text) => diagnostic.fix(copy.timing_span, text),
                None => diagnostic,
            }
        }
        Advice::OutOfReach { takes_at_most, .. } => {
            let event = case.parts.first().map_or(LossEvent::Destroyed, |part| part.event());
            diagnostic.help(out_of_reach(context.model, copy, within, takes_at_most, event))
        }
        // By itself it is good enough, and other copies cannot make it worse.
        Advice::Fine => diagnostic,
    }
}

/// The new text of the timing, where that alone is the change.
fn replacement(change: &Change) -> Option<String> {
    match change {
        Change::Every(interval) => Some(interval.to_string()),
        Change::Schedule { text, utc: false, .. } => Some(format!("\"{text}\"")),
        Change::Schedule { utc: true, .. } | Change::InUtc | Change::KeepLast(_) => None,
    }
}

/// What would do where no schedule does.
fn out_of_reach(
    model: &Model,
    copy: CopyId,
    within: Seconds,
    takes_at_most: Option<Seconds>,
    event: LossEvent,
) -> String {
    let data = &model.copies[copy];
    let name = &data.name;
    let shorter = takes_at_most.map(|takes| format!("bring a run of `{name}` down to `takes: {takes}`"));
    let stream = can_stream(model, copy).then(|| {
        let store = &model.stores[data.to].name;
        let lag = within.min(Seconds::MINUTE);
        format!("add a stream of changes, `log: {{continuous: {lag}, base: {name}, to: {store}}}`")
    });
    let other = match &data.timing {
        Timing::Continuous { .. } => Some(format!("write `continuous: {within}` at `{name}`, if it can be so close")),
        Timing::Once(_) => Some(format!("give `{name}` a schedule: the data goes on changing")),
        _ => None,
    };
    let ways: Vec<String> = [other, stream, shorter].into_iter().flatten().collect();
    match ways.is_empty() {
        // A replica is spoilt with the live data.
        true if event != LossEvent::Destroyed => {
            format!(
                "no schedule of `{name}` is enough: promise less for this scenario, {}",
                super::remedies::WHERE_TO_PROMISE_LESS
            )
        }
        true => format!("no schedule of `{name}` is enough: replicate the data, or promise less"),
        false => format!("no schedule of `{name}` is enough: {}", ways.join(", or ")),
    }
}

/// Whether changes can be replayed onto a copy.
fn can_stream(model: &Model, copy: CopyId) -> bool {
    let data = &model.copies[copy];
    let methods = &model.components[model.datasets[data.dataset].component].technology.methods;
    let kind = data.method.as_ref().and_then(|method| methods.get(method)).map(|method| method.kind);
    kind == Some(MethodKind::BaseAndLog) && matches!(data.timing, Timing::Calendar(_) | Timing::Every { .. })
}

fn less_lag(model: &Model, instance: InstanceId, within: Seconds) -> String {
    let name = &model.instances[instance].name;
    if within == Seconds::ZERO {
        return "replicate with `mode: sync`: nothing else loses nothing".to_owned();
    }
    format!("keep `{name}` at most `lag: {within}` behind, or replicate with `mode: sync`")
}
