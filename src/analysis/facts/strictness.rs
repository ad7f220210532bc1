//! Objectives that are stricter than what they rest on can reach.

use std::collections::BTreeMap;

use crate::analysis::assess::Assessment;
use crate::analysis::context::Context;
use crate::model::ComponentId;
use crate::units::Seconds;

/// A component whose recovery time objective is less than what something that it needs takes, with all the people and all the
/// bandwidth in the world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreachable {
    /// The component.
    pub component: ComponentId,
    /// What is promised for it.
    pub objective: Seconds,
    /// From the component over what it needs to the one that takes too long; both ends included.
    pub chain: Vec<ComponentId>,
    /// What that takes at least; none where it never comes back.
    pub reaches: Option<Seconds>,
    /// The id of the scenario in which it is worst; of several the first.
    pub scenario: String,
}

/// The objectives that cannot be reached, one for each component and the one at the end of its chain, in the order of ids.
pub fn unreachable_objectives(context: &Context<'_>, assessment: &Assessment<'_>) -> Vec<Unreachable> {
    let mut worst: BTreeMap<(ComponentId, ComponentId), Unreachable> = BTreeMap::new();
    for judged in assessment.breaches(context) {
        let (Some(objective), Some(_)) = (judged.promise.rto, judged.result.through) else { continue };
        let reaches = judged.result.recovery.map(|times| times.lower_bound);
        if judged.rto_met() != Some(false) || reaches.is_some_and(|reaches| reaches <= objective.at_most) {
            continue;
        }
        let component = judged.result.component;
        let mut chain = vec![component];
        let mut next = judged.result.through;
        while let Some(on) = next.filter(|on| !chain.contains(on)) {
            chain.push(on);
            next = judged.outcome.result(context, on).and_then(|result| result.through);
        }
        let Some(&last) = chain.last() else { continue };
        let found = Unreachable {
            component,
            objective: objective.at_most,
            chain,
            reaches,
            scenario: judged.scenario.id.clone(),
        };
        let known = worst.entry((component, last)).or_insert_with(|| found.clone());
        let longer = match (found.reaches, known.reaches) {
            (None, known) => known.is_some(),
            (Some(found), Some(known)) => found > known,
            (Some(_), None) => false,
        };
        if longer {
            *known = found;
        }
    }
    worst.into_values().collect()
}
