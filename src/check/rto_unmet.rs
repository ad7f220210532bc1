//! `rto-unmet`: a component serves again later than its recovery time objective allows.

use std::collections::BTreeMap;

use super::outages::{OutageCase, chain};
use super::{Check, Context, Effort, remedies, wording};
use crate::analysis::outcome::{Recovery, recovery};
use crate::analysis::procedure::Work;
use crate::analysis::rto::PathStep;
use crate::diag::{Code, Diagnostic, Diagnostics, Severity};
use crate::model::{Model, Threshold};
use crate::terms::StepKind;
use crate::units::Seconds;

pub(super) const CHECK: Check = Check { code: Code("rto-unmet"), severity: Severity::Error, run };

fn run(context: &Context<'_>, found: &mut Diagnostics) {
    let mut by_scenario: BTreeMap<&str, Vec<(&OutageCase<'_>, Threshold, Seconds)>> = BTreeMap::new();
    for case in context.outage_cases() {
        if let (Some(objective), Some(away)) = (case.objective, case.judged.result.away()) {
            by_scenario.entry(&case.scenario().id).or_default().push((case, objective, away));
        }
    }
    let effort = Effort::new();
    for cases in by_scenario.into_values() {
        let Some((first, ..)) = cases.first() else { continue };
        let recovery = recovery(context.analysis, first.scenario());
        for (case, objective, away) in cases {
            found.push(finding(context, case, objective, away, &recovery, &effort));
        }
    }
}

fn finding(
    context: &Context<'_>,
    case: &OutageCase<'_>,
    objective: Threshold,
    away: Seconds,
    recovery: &Recovery,
    effort: &Effort,
) -> Diagnostic {
    let model = context.model;
    let component = &model.components[case.component];
    let message = format!(
        "`{}` serves again after {}, and must within {}",
        component.name,
        away.human(),
        objective.at_most.human()
    );
    let mut diagnostic = CHECK.found(message, model.component_address(case.component)).at(component.span);
    diagnostic = diagnostic.extending(context.extent(case.hits()));
    diagnostic = diagnostic.during(case.scenario().id.clone()).label(objective.span, "promised here");
    let chain = chain(context.analysis, case.judged.outcome, case.component);
    if chain.len() > 1 {
        diagnostic.path = chain.iter().map(|id| model.components[*id].name.clone()).collect();
    }
    diagnostic.notes.push(wording::path_sum(model, case.component, away, &case.path));
    diagnostic.notes.extend(case.longest().map(|step| bottleneck(context, &step, recovery)));
    diagnostic.notes.extend(crowd(case, away));
    let words = |away: Option<Seconds>| away.map_or("never".to_owned(), Seconds::human);
    diagnostic.notes.extend(wording::also_in(&case.others(), Some(away), words));
    diagnostic.help(remedies::help(context, effort, case, objective.at_most))
}

/// The step that takes longest, and what sets its pace.
fn bottleneck(context: &Context<'_>, step: &PathStep, recovery: &Recovery) -> String {
    let model = context.model;
    let time = Seconds(step.to.0 - step.from.0).human();
    let name = &model.components[step.component].name;
    let told = format!("the longest step is `{}` of `{name}`, {time}", step.kind);
    match pace(context, step, recovery) {
        Some(pace) => format!("{told}: {pace}"),
        None => told,
    }
}

fn pace(context: &Context<'_>, step: &PathStep, recovery: &Recovery) -> Option<String> {
    let model = context.model;
    let component = &model.components[step.component];
    if step.kind == StepKind::Respond {
        return component.owner.map(|team| format!("team `{}` has to come first", model.teams[team].name));
    }
    if step.kind != StepKind::Transfer {
        return None;
    }
    let moves = recovery.procedure(step.component)?.steps.iter().filter_map(|step| match step.work {
        Work::Move(movement, rate) => Some((movement, rate)),
        _ => None,
    });
    let (movement, rate) = moves.max_by_key(|(movement, _)| movement.amount)?;
    let limit = movement.limit(context.analysis, rate.map(|rate| rate.value))?;
    let whose = limits(model, &movement, rate.map(|rate| rate.value), limit);
    Some(format!("{} at {limit}, {whose}", movement.amount))
}

/// What allows no more than a rate.
fn limits(
    model: &Model,
    movement: &crate::analysis::impact::Movement,
    restore_rate: Option<crate::units::Rate>,
    limit: crate::units::Rate,
) -> String {
    let store = movement.store.map(|store| &model.stores[store]).filter(|store| store.read == Some(limit));
    let link = movement.route.map(|route| &model.links[route.link]).filter(|link| link.bandwidth == limit);
    match (store, link) {
        (Some(store), _) => format!("the `read` of store `{}`", store.name),
        (_, Some(link)) => {
            let [a, b] = link.between.map(|end| &model.locations[end].name);
            format!("the `bandwidth` between `{a}` and `{b}`")
        }
        _ if restore_rate == Some(limit) => "the `restore_rate` of the component".to_owned(),
        _ => "the slowest on the way".to_owned(),
    }
}

/// How much of the time is waiting for people, stores and links that others use.
fn crowd(case: &OutageCase<'_>, away: Seconds) -> Option<String> {
    let bound = case.judged.result.recovery?.lower_bound;
    (bound < away).then(|| format!("it would be {} if no other recovery stood in its way", bound.human()))
}
