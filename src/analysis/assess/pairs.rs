//! Two failures at once: the combinations that breach what neither breaches alone.
//!
//! Most pairs have nothing to do with each other and need not be worked out: two losses that hurt nobody by themselves and
//! hit different components; and one that hurts nobody, takes neither store nor place, and hits nothing that the other
//! touches.

use rayon::prelude::*;

use super::Judged;
use crate::analysis::context::Context;
use crate::analysis::impact::spread;
use crate::analysis::outcome::{Outcome, outcome};
use crate::analysis::rto::Schedule;
use crate::analysis::scenario::{Cause, Gone, Scenario, Scenarios};
use crate::model::ComponentId;

/// The pairs that breach an objective or lose something that neither of the two does alone, sorted by id, with the
/// results for those components only.
pub(super) fn breaching(
    context: &Context<'_>,
    scenarios: &Scenarios<'_>,
    outcome_of: &[u32],
    outcomes: &[Outcome],
) -> Vec<(Scenario, Outcome)> {
    let list = scenarios.list();
    let parts: Vec<Part<'_>> = list
        .par_iter()
        .zip(outcome_of)
        .filter(|(scenario, _)| scenario.is_part())
        .map(|(scenario, &number)| Part::new(context, scenario, &outcomes[number as usize]))
        .collect();
    let mut found: Vec<(Scenario, Outcome)> = (0..parts.len())
        .into_par_iter()
        .flat_map_iter(|first| {
            let one = &parts[first];
            let others = parts[first + 1..].iter().filter(|other| one.concerns(other));
            others.filter_map(|other| breaching_pair(context, scenarios, one, other)).collect::<Vec<_>>()
        })
        .collect();
    found.sort_by(|(a, _), (b, _)| a.id.cmp(&b.id));
    found
}

fn breaching_pair(
    context: &Context<'_>,
    scenarios: &Scenarios<'_>,
    one: &Part<'_>,
    other: &Part<'_>,
) -> Option<(Scenario, Outcome)> {
    let scenario = scenarios.pair_of(one.scenario, other.scenario)?;
    let outcome = outcome(context, &scenario);
    let is_new = |component: &ComponentId| !one.breaches.contains(component) && !other.breaches.contains(component);
    let results: Vec<_> = outcome
        .results
        .iter()
        .filter(|result| {
            let judged = Judged::new(context, &scenario, &outcome, result);
            is_new(&result.component) && (judged.breaches() > 0 || judged.is_lost())
        })
        .cloned()
        .collect();
    if results.is_empty() {
        return None;
    }
    let Outcome { schedule, .. } = outcome;
    Some((scenario, Outcome { results: results.into(), schedule, unprotected: Box::default() }))
}

/// One half of a pair.
struct Part<'a> {
    scenario: &'a Scenario,
    /// Whether it hurts nobody.
    is_harmless: bool,
    /// Whether it takes a store or a place to build something.
    takes_places: bool,
    /// The components that it hits itself.
    hit: Vec<ComponentId>,
    /// The components that it does something to.
    touched: Vec<ComponentId>,
    /// Those of them that it loses or whose promises it breaks.
    breaches: Vec<ComponentId>,
}

impl<'a> Part<'a> {
    fn new(context: &Context<'_>, scenario: &'a Scenario, outcome: &Outcome) -> Self {
        let gone = Gone::new(context.model, &context.places, &scenario.cause);
        let mut hit: Vec<ComponentId> =
            gone.lost.iter().chain(&gone.cut).map(|&id| context.model.instances[id].component).collect();
        hit.sort_unstable();
        hit.dedup();
        let mut touched: Vec<ComponentId> =
            spread(context, scenario.kind, &gone).affected.iter().map(|affected| affected.component).collect();
        touched.sort_unstable();
        let bad = outcome.results.iter().filter(|result| {
            let judged = Judged::new(context, scenario, outcome, result);
            judged.breaches() > 0 || judged.is_lost()
        });
        Self {
            scenario,
            is_harmless: outcome.results.is_empty() && outcome.schedule == Schedule::default(),
            takes_places: !gone.stores.is_empty() || matches!(scenario.cause, Cause::Location(_)),
            hit,
            touched,
            breaches: bad.map(|result| result.component).collect(),
        }
    }

    /// Whether the two together can do more than each alone.
    fn concerns(&self, other: &Self) -> bool {
        if self.is_harmless && other.is_harmless {
            return meet(&self.hit, &other.hit) || self.takes_places || other.takes_places;
        }
        let idle =
            |quiet: &Self, loud: &Self| quiet.is_harmless && !quiet.takes_places && !meet(&quiet.hit, &loud.touched);
        !idle(self, other) && !idle(other, self)
    }
}

/// Whether two sorted lists have a member in common.
fn meet(a: &[ComponentId], b: &[ComponentId]) -> bool {
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    short.iter().any(|id| long.binary_search(id).is_ok())
}
