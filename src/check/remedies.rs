//! What to do about a recovery that takes too long, in words: the least of the changes that the analysis has tried.

use super::outages::OutageCase;
use super::{Context, Effort};
use crate::analysis::facts::{Miss, Remedy, miss, trials};
use crate::analysis::rto::Bottleneck;
use crate::model::Model;
use crate::terms::{ScenarioKind, StepKind, Strategy};
use crate::units::Seconds;

/// Where an objective promises less: a scenario that the spec declares has a kind of its own, whatever it does.
pub(super) const WHERE_TO_PROMISE_LESS: &str =
    "under `scenarios` of the objective: by its kind, or by its name where the spec declares it";

/// What to do. Trying costs time: where there are more breaches than anybody would mend one by one, the rest is told where
/// to look.
pub(super) fn help(context: &Context<'_>, effort: &Effort, case: &OutageCase<'_>, within: Seconds) -> String {
    let scenario = case.scenario();
    let trials = trials(context.model, &case.path);
    let size = trials * (case.judged.outcome.results.len() + case.judged.outcome.schedule.steps.len());
    let name = &context.model.components[case.component].name;
    if !effort.spend(size) {
        return format!("`drplan assess --component {name} --scenario {}` shows every step", scenario.id);
    }
    let miss = miss(context.analysis, scenario, case.component, within);
    let least = miss.as_ref().and_then(|miss| least(miss, case, within));
    match least {
        Some(remedy) => words(context.model, remedy),
        None => otherwise(context.model, case),
    }
}

/// The first that does, by what there is too little of: people where others are in the way, speed where moving data takes
/// longest, else time for a step.
fn least(miss: &Miss, case: &OutageCase<'_>, within: Seconds) -> Option<Remedy> {
    let crowded = case.judged.result.recovery.is_some_and(|times| times.lower_bound <= within);
    let moving = miss.longest.is_some_and(|step| step.kind == StepKind::Transfer);
    let rank = |remedy: &Remedy| match remedy {
        Remedy::People { .. } => u8::from(!crowded) * 2,
        Remedy::Faster { .. } => u8::from(!moving),
        Remedy::Shorter { .. } => u8::from(moving || crowded) * 2,
    };
    let mut remedies: Vec<&Remedy> = miss.remedies.iter().filter(|remedy| is_something(remedy)).collect();
    remedies.sort_by_key(|remedy| (rank(remedy), std::cmp::Reverse(size(remedy))));
    remedies.first().copied().copied()
}

/// A step that takes no time at all is nothing that anybody can bring about.
fn is_something(remedy: &Remedy) -> bool {
    !matches!(remedy, Remedy::Shorter { at_most: Seconds::ZERO, .. })
}

/// Of steps the longest comes first: it is the least part of it that has to go.
fn size(remedy: &Remedy) -> Seconds {
    match remedy {
        Remedy::Shorter { takes, .. } => *takes,
        Remedy::Faster { .. } | Remedy::People { .. } => Seconds::ZERO,
    }
}

fn words(model: &Model, remedy: Remedy) -> String {
    match remedy {
        Remedy::Shorter { component, step, takes, at_most } => {
            let component = &model.components[component];
            let team = component.owner.filter(|_| step == StepKind::Respond).map(|team| &model.teams[team].name);
            let (key, whose) = match step {
                StepKind::Respond => ("responds_within", team.unwrap_or(&component.name)),
                StepKind::Promote => ("failover.takes", &component.name),
                StepKind::Guarantee => ("guarantees", &component.name),
                _ => (step.as_str(), &component.name),
            };
            format!("bring `{key}` of `{whose}` down from {takes} to {}", rounded(at_most))
        }
        Remedy::Faster { bottleneck, is, at_least } => match bottleneck {
            Bottleneck::Store(store) => {
                format!("read faster: `read: {at_least}` at store `{}` (now {is})", model.stores[store].name)
            }
            Bottleneck::Link(link) => {
                let [a, b] = model.links[link].between.map(|end| &model.locations[end].name);
                format!("widen the link: `bandwidth: {at_least}` between `{a}` and `{b}` (now {is})")
            }
            Bottleneck::Restore(component) => {
                let name = &model.components[component].name;
                format!("restore faster: `restore_rate: {at_least}` of `{name}` (now {is})")
            }
        },
        Remedy::People { team, has, at_least } => {
            format!("have {at_least} people in team `{}`: `people: {at_least}` (now {has})", model.teams[team].name)
        }
    }
}

/// Rounded down to whole minutes where that leaves something.
fn rounded(time: Seconds) -> Seconds {
    if time < Seconds::MINUTE { time } else { Seconds(time.0 / 60 * 60) }
}

/// Where no single change is enough.
fn otherwise(model: &Model, case: &OutageCase<'_>) -> String {
    let hit = case.longest().map_or(case.component, |step| step.component);
    let name = &model.components[hit].name;
    let scenario = case.judged.scenario;
    let spoils = scenario.kind == ScenarioKind::Corruption
        || scenario.declared().is_some_and(|id| !model.scenarios[id].corrupts.is_empty());
    match case.judged.result.strategy {
        // A standby is spoilt with the rest.
        Strategy::Restore if spoils => {
            format!("no single change is enough: do several, or promise more time for `{name}` after corruption")
        }
        Strategy::Restore | Strategy::Rebuild => format!(
            "no single change is enough: keep a standby of `{name}` that survives this, or promise more time for it"
        ),
        _ => format!("no single change at `{name}` is enough: do several, or promise more time"),
    }
}
