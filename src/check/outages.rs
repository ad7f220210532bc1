//! Broken promises about time, gathered once for all checks that speak of them: a component serves again too late, or not.
//!
//! Scenarios in which the same step decides make one case, so that a spec is not flooded; a scenario that a waiver names
//! is a case of its own, so that the waiver covers that and nothing else.

use std::collections::BTreeMap;

use super::losses::{broken, named_by_waivers};
use crate::analysis::assess::{Assessment, Judged};
use crate::analysis::context::Context;
use crate::analysis::impact::{Missing, NoWayBack};
use crate::analysis::outcome::Outcome;
use crate::analysis::rto::PathStep;
use crate::analysis::scenario::Scenario;
use crate::model::{ComponentId, Id, Threshold};
use crate::terms::{Impact, StepKind};
use crate::units::Seconds;

/// A component that is away for longer than it may, for one reason.
pub(super) struct OutageCase<'a> {
    /// Which.
    pub component: ComponentId,
    /// What is promised; none where the component has no objective at all and never comes back.
    pub objective: Option<Threshold>,
    /// Each scenario with its time, the worst first; never empty.
    pub hits: Vec<(Option<Seconds>, &'a Scenario)>,
    /// The worst result.
    pub judged: Judged<'a>,
    /// The steps that decide in it; empty where it never comes back.
    pub path: Vec<PathStep>,
}

impl<'a> OutageCase<'a> {
    /// The scenario in which it is worst.
    pub(super) fn scenario(&self) -> &'a Scenario {
        self.judged.scenario
    }

    /// The other scenarios, each with its time.
    pub(super) fn others(&self) -> Vec<(Option<Seconds>, &str)> {
        self.hits.iter().skip(1).map(|(away, scenario)| (*away, scenario.id.as_str())).collect()
    }

    /// Every scenario, each with its time.
    pub(super) fn hits(&self) -> impl Iterator<Item = (Option<Seconds>, &str)> {
        self.hits.iter().map(|(away, scenario)| (*away, scenario.id.as_str()))
    }

    /// The step that takes longest of those that decide.
    pub(super) fn longest(&self) -> Option<PathStep> {
        longest(&self.path)
    }
}

/// What makes two outages one case.
type Key = (ComponentId, Option<Seconds>, Option<String>, Cause);

/// Why a component is away.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Cause {
    Step(Option<(ComponentId, StepKind)>),
    Place,
    Promise,
    Copy(usize),
    Keys(usize),
    Needs(ComponentId),
    Unknown,
}

/// Gathers every outage that breaks a promise, and every one without an end of what nobody has promised anything about.
pub(super) fn gather<'a>(context: &'a Context<'a>, assessment: &'a Assessment<'a>) -> Vec<OutageCase<'a>> {
    let named = named_by_waivers(context.model, assessment);
    let mut found: BTreeMap<Key, OutageCase<'a>> = BTreeMap::new();
    for judged in broken(context, assessment).filter(|judged| is_broken(context, judged)) {
        let (component, away) = (judged.result.component, judged.result.away());
        let path = judged.critical_path();
        let id = &judged.scenario.id;
        let own = named.contains(id).then(|| id.clone());
        let key = (component, judged.promise.rto.map(|rto| rto.at_most), own, cause(&judged, &path));
        let hit = (away, judged.scenario);
        match found.get_mut(&key) {
            None => {
                let objective = judged.promise.rto;
                found.insert(key, OutageCase { component, objective, hits: vec![hit], judged, path });
            }
            Some(case) => {
                if badness(away) > badness(case.judged.result.away()) {
                    (case.judged, case.path) = (judged, path);
                }
                case.hits.push(hit);
            }
        }
    }
    let mut cases: Vec<OutageCase<'a>> = found.into_values().collect();
    for case in &mut cases {
        case.hits.sort_by(|a, b| badness(b.0).cmp(&badness(a.0)).then(a.1.id.cmp(&b.1.id)));
    }
    cases
}

fn is_broken(context: &Context<'_>, judged: &Judged<'_>) -> bool {
    let promises = context.model.components[judged.result.component].objective.is_some();
    match judged.rto_met() {
        Some(met) => !met,
        None => !promises && judged.result.impact == Impact::Lost,
    }
}

fn cause(judged: &Judged<'_>, path: &[PathStep]) -> Cause {
    if judged.result.impact != Impact::Lost {
        return Cause::Step(longest(path).map(|step| (step.component, step.kind)));
    }
    match judged.result.no_way_back {
        Some(NoWayBack::Lacks(Missing::Place)) => Cause::Place,
        Some(NoWayBack::Lacks(Missing::Promise)) => Cause::Promise,
        Some(NoWayBack::Lacks(Missing::Copy(dataset))) => Cause::Copy(dataset.index()),
        Some(NoWayBack::Keys(dataset)) => Cause::Keys(dataset.index()),
        Some(NoWayBack::Needs(component)) => Cause::Needs(component),
        None => Cause::Unknown,
    }
}

/// The first of the longest steps.
fn longest(path: &[PathStep]) -> Option<PathStep> {
    let length = |step: &PathStep| step.to.0 - step.from.0;
    path.iter().copied().rev().max_by_key(length)
}

/// Orders times; never is the worst.
fn badness(away: Option<Seconds>) -> (bool, Seconds) {
    (away.is_none(), away.unwrap_or_default())
}

/// The components through which an outage comes, from the one that suffers to the one that is hit itself.
pub(super) fn chain(context: &Context<'_>, outcome: &Outcome, component: ComponentId) -> Vec<ComponentId> {
    let mut chain = vec![component];
    let mut at = component;
    while let Some(next) = outcome.result(context, at).and_then(|result| result.through) {
        if chain.contains(&next) {
            break;
        }
        chain.push(next);
        at = next;
    }
    chain
}
