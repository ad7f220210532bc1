//! Two failures at once: the combinations that breach what neither breaches alone.
//!
//! Most pairs have nothing to do with each other and need not be worked out: two losses that hurt nobody by themselves and
//! hit different components; and one that hurts nobody, takes neither store nor place, and hits nothing that the other
//! hits.

use rayon::prelude::*;

use super::Judged;
use super::judge::waits_too_long;
use crate::analysis::context::Context;
use crate::analysis::outcome::{Outcome, core, with_followers};
use crate::analysis::scenario::{Cause, Gone, Scenario, Scenarios};
use crate::model::ComponentId;
use crate::terms::Impact;

/// The pairs that breach an objective or lose something that neither of the two does alone, sorted by id, with the
/// results for those components only.
pub(super) fn breaching(
    context: &Context<'_>,
    scenarios: &Scenarios<'_>,
    outcome_of: &[u32],
    cores: &[Outcome],
) -> Vec<(Scenario, Outcome)> {
    let list = scenarios.list();
    let parts: Vec<Part<'_>> = list
        .par_iter()
        .zip(outcome_of)
        .filter(|(scenario, _)| scenario.is_part())
        .map(|(scenario, &number)| Part::new(context, scenario, &cores[number as usize]))
        .collect();
    let mut found: Vec<(Scenario, Outcome)> = (0..parts.len())
        .into_par_iter()
        .flat_map_iter(|first| {
            let one = &parts[first];
            let others = parts[first + 1..].iter().filter(|other| one.concerns(other));
            let mut gone = Gone::default();
            others.filter_map(|other| breaching_pair(context, scenarios, [one, other], &mut gone)).collect::<Vec<_>>()
        })
        .collect();
    found.sort_by(|(a, _), (b, _)| a.id.cmp(&b.id));
    found
}

fn breaching_pair(
    context: &Context<'_>,
    scenarios: &Scenarios<'_>,
    [one, other]: [&Part<'_>; 2],
    gone: &mut Gone,
) -> Option<(Scenario, Outcome)> {
    let scenario = scenarios.pair_of(one.scenario, other.scenario)?;
    let core = core(context, &scenario, gone);
    let is_new = |id: &ComponentId| one.bad.binary_search(id).is_err() && other.bad.binary_search(id).is_err();
    let fresh: Vec<ComponentId> = bad(context, &scenario, &core).into_iter().filter(is_new).collect();
    if fresh.is_empty() {
        return None;
    }
    let mut results = with_followers(context, &core);
    results.retain(|result| fresh.binary_search(&result.component).is_ok());
    Some((scenario, Outcome { results: results.into(), unprotected: Box::default(), ..core }))
}

/// The components that a scenario loses or whose promises it breaks, those included that merely wait; sorted.
fn bad(context: &Context<'_>, scenario: &Scenario, core: &Outcome) -> Vec<ComponentId> {
    let is_lost = core.results.iter().any(|result| result.impact == Impact::Lost);
    let all = is_lost || waits_too_long(context, scenario, core);
    let full = if all { with_followers(context, core) } else { Vec::new() };
    let results = if all { &full[..] } else { &core.results };
    let bad = results.iter().filter(|result| {
        let judged = Judged::new(context, scenario, core, result);
        judged.breaches() > 0 || judged.is_lost()
    });
    let mut bad: Vec<ComponentId> = bad.map(|result| result.component).collect();
    bad.sort_unstable();
    bad
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
    /// The components that it loses or whose promises it breaks.
    bad: Vec<ComponentId>,
}

impl<'a> Part<'a> {
    fn new(context: &Context<'_>, scenario: &'a Scenario, core: &Outcome) -> Self {
        let gone = Gone::new(context.model, &context.places, &scenario.cause);
        let mut hit: Vec<ComponentId> =
            gone.lost.iter().chain(&gone.cut).map(|&id| context.model.instances[id].component).collect();
        hit.sort_unstable();
        hit.dedup();
        Self {
            scenario,
            is_harmless: core.results.is_empty(),
            takes_places: !gone.stores.is_empty() || matches!(scenario.cause, Cause::Location(_)),
            hit,
            bad: bad(context, scenario, core),
        }
    }

    /// Whether the two together can do more than each alone.
    fn concerns(&self, other: &Self) -> bool {
        if self.is_harmless && other.is_harmless {
            return meet(&self.hit, &other.hit) || self.takes_places || other.takes_places;
        }
        let idle = |quiet: &Self, loud: &Self| quiet.is_harmless && !quiet.takes_places && !meet(&quiet.hit, &loud.hit);
        !idle(self, other) && !idle(other, self)
    }
}

/// Whether two sorted lists have a member in common.
fn meet(a: &[ComponentId], b: &[ComponentId]) -> bool {
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    short.iter().any(|id| long.binary_search(id).is_ok())
}
