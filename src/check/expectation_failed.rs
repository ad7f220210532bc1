//! `expectation-failed`: what the author says must hold, and does not.

use super::{Check, Context, wording};
use crate::analysis::assess::{Evaluation, Failed, Found, Judged};
use crate::analysis::outcome::{ComponentResult, Outcome, recovery};
use crate::analysis::scenario::Scenario;
use crate::diag::{Code, Diagnostic, Diagnostics, Severity};
use crate::model::{Bound, Expectation};
use crate::units::Seconds;

pub(super) const CHECK: Check = Check { code: Code("expectation-failed"), severity: Severity::Error, run };

fn run(context: &Context<'_>, found: &mut Diagnostics) {
    let expectations = context.model.expectations.iter().zip(&context.assessment.expectations);
    for (number, (expectation, evaluation)) in expectations.enumerate().filter(|(_, (_, e))| !e.holds()) {
        let address = format!("expectations.{number}");
        found.push(match &evaluation.scenario {
            Err(unknown) => {
                let message = format!("there is no scenario `{}`", expectation.scenario);
                let help = unknown.nearest.as_ref().map(|near| format!("did you mean `{near}`?"));
                CHECK
                    .found(message, address)
                    .at(expectation.scenario_span)
                    .maybe_help(help.or(Some("`drplan assess --all` lists every scenario by its id".to_owned())))
            }
            Ok(id) => {
                let diagnostic = CHECK.found(message(context, expectation, evaluation), address);
                let diagnostic = diagnostic.at(expectation.span).during(id.clone());
                let diagnostic = diagnostic.extending(context.extent([(amount(evaluation), id.as_str())]));
                derivation(context, expectation, evaluation, diagnostic)
            }
        });
    }
}

/// The number that is not as it is expected to be; none where that has no bound.
fn amount(evaluation: &Evaluation) -> Option<Seconds> {
    if evaluation.failed.contains(&Failed::DataLoss) { evaluation.found.data_loss } else { evaluation.found.recovery }
}

fn message(context: &Context<'_>, expectation: &Expectation, evaluation: &Evaluation) -> String {
    let component = &context.model.components[expectation.component].name;
    let parts: Vec<String> =
        evaluation.failed.iter().map(|failed| part(expectation, &evaluation.found, *failed)).collect();
    format!("`{component}`: {}", parts.join("; "))
}

/// `expected data_loss at most 1 h, found 25 h`.
fn part(expectation: &Expectation, found: &Found, failed: Failed) -> String {
    let expected = &expectation.expected;
    match failed {
        Failed::Impact => {
            let wanted = expected.impact.map(|impact| impact.as_str()).unwrap_or_default();
            format!("expected impact {wanted}, found {}", found.impact)
        }
        Failed::DataLoss => {
            let amount = found.data_loss.map_or("all of it".to_owned(), Seconds::human);
            format!("expected data loss {}, found {amount}", bound(expected.data_loss))
        }
        Failed::Recovery => {
            let time = found.recovery.map_or("never".to_owned(), Seconds::human);
            format!("expected recovery {}, found {time}", bound(expected.recovery))
        }
    }
}

fn bound(bound: Option<Bound>) -> String {
    let Some(bound) = bound else { return String::new() };
    if bound.unbounded {
        return "without bound".to_owned();
    }
    match (bound.at_least, bound.at_most) {
        (Some(least), Some(most)) if least == most => format!("of {}", most.human()),
        (Some(least), Some(most)) => format!("from {} to {}", least.human(), most.human()),
        (Some(least), None) => format!("at least {}", least.human()),
        (None, Some(most)) => format!("at most {}", most.human()),
        (None, None) => "of any amount".to_owned(),
    }
}

/// How what was found comes about.
fn derivation(
    context: &Context<'_>,
    expectation: &Expectation,
    evaluation: &Evaluation,
    mut diagnostic: Diagnostic,
) -> Diagnostic {
    let Ok((scenario, outcome)) = context.assessment.find(context.analysis, &expectation.scenario) else {
        return diagnostic;
    };
    let Some(result) = outcome.result(context.analysis, expectation.component) else {
        diagnostic.notes.push("the scenario does nothing to it".to_owned());
        return diagnostic;
    };
    let failed = |what: Failed| evaluation.failed.contains(&what);
    if failed(Failed::Impact) || failed(Failed::Recovery) {
        diagnostic.notes.extend(times(context, &scenario, &outcome, result));
    }
    if failed(Failed::DataLoss) {
        diagnostic.notes.extend(sums(context, expectation, &scenario, result));
    }
    let chain = super::outages::chain(context.analysis, &outcome, expectation.component);
    if chain.len() > 1 {
        diagnostic.path = chain.iter().map(|id| context.model.components[*id].name.clone()).collect();
    }
    diagnostic
}

fn times(context: &Context<'_>, scenario: &Scenario, outcome: &Outcome, result: &ComponentResult) -> Option<String> {
    let path = Judged::new(context.analysis, scenario, outcome, result).critical_path();
    let away = result.away().filter(|_| !path.is_empty())?;
    Some(wording::path_sum(context.model, result.component, away, &path))
}

fn sums(
    context: &Context<'_>,
    expectation: &Expectation,
    scenario: &Scenario,
    result: &ComponentResult,
) -> Vec<String> {
    let model = context.model;
    let recovery = recovery(context.analysis, scenario);
    let remains = recovery.remains(context.analysis, result.component);
    let wanted = result.data_loss.iter().filter(|l| expectation.dataset.is_none_or(|dataset| dataset == l.dataset));
    let mut notes = Vec::new();
    for lost in wanted {
        let dataset = lost.dataset;
        let loss = match &lost.group {
            Some(with) => {
                let members = recovery.group_remains(context.analysis, with.group);
                Some(context.losses.explain_group(with.group, &members, dataset))
            }
            None => remains.iter().find(|left| left.dataset == dataset).map(|left| context.losses.explain(left)),
        };
        let Some(loss) = loss else { continue };
        let name = &model.datasets[dataset].name;
        notes.extend(wording::loss_sum(model, dataset, &loss).map(|sum| format!("{name}: {sum}")));
        notes.extend(loss.moment_text(model, dataset).map(|moment| format!("{name}: worst moment: {moment}")));
    }
    notes
}
