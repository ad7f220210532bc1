//! Which scenarios have the same outcome, known before it is worked out.
//!
//! What a scenario does depends on what is gone and on what is promised in its kind of scenario. Of the locations that are
//! gone only those count where something would be built again; a host does not, since it is replaced where it stood.

use std::hash::{Hash, Hasher};

use rayon::prelude::*;
use rustc_hash::FxHasher;

use super::number;
use crate::analysis::context::Context;
use crate::analysis::scenario::{Cause, Gone, Scenario};
use crate::model::{Id, Model};
use crate::terms::LocationKind;

/// Scenarios by their outcomes.
pub(super) struct Shared {
    /// For each scenario the number of its outcome.
    pub outcome_of: Vec<u32>,
    /// For each outcome the first scenario that has it; those that can hit very much come first, so that no thread is left
    /// alone with one of them at the end.
    pub first: Vec<u32>,
}

pub(super) fn share(context: &Context<'_>, scenarios: &[Scenario]) -> Shared {
    let keys = Keys::new(context);
    let mut hashed: Vec<(u64, u32)> = scenarios
        .par_iter()
        .enumerate()
        .map_init(Gone::default, |gone, (position, scenario)| (keys.hash(scenario, gone), number(position)))
        .collect();
    hashed.par_sort_unstable();
    let mut representative: Vec<u32> = vec![0; scenarios.len()];
    for run in hashed.chunk_by(|a, b| a.0 == b.0) {
        keys.group(scenarios, run, &mut representative);
    }
    let mut outcome_of = vec![0; scenarios.len()];
    let mut first = Vec::new();
    for wide in [true, false] {
        for (position, scenario) in scenarios.iter().enumerate() {
            if representative[position] as usize == position && is_wide(&scenario.cause) == wide {
                outcome_of[position] = number(first.len());
                first.push(number(position));
            }
        }
    }
    for position in 0..scenarios.len() {
        outcome_of[position] = outcome_of[representative[position] as usize];
    }
    Shared { outcome_of, first }
}

/// Whether it can hit more than one component.
fn is_wide(cause: &Cause) -> bool {
    matches!(cause, Cause::Location(_) | Cause::Domain(_) | Cause::Declared(_))
}

struct Keys<'a> {
    context: &'a Context<'a>,
    /// Whether something would be built again at a location.
    matters: Vec<bool>,
}

impl<'a> Keys<'a> {
    fn new(context: &'a Context<'a>) -> Self {
        Self { context, matters: places_to_build(context.model) }
    }

    /// What the outcome of a scenario depends on, in `gone` and as the class of what is promised.
    fn key(&self, scenario: &Scenario, gone: &mut Gone) -> u32 {
        gone.refill(self.context.model, &self.context.places, &scenario.cause);
        gone.locations.retain(|location| self.matters[location.index()]);
        self.context.promises.class(scenario.kind, scenario.declared())
    }

    fn hash(&self, scenario: &Scenario, gone: &mut Gone) -> u64 {
        let mut hasher = FxHasher::default();
        (self.key(scenario, gone), gone).hash(&mut hasher);
        hasher.finish()
    }

    /// Gives scenarios with one hash the first of those that are really the same.
    fn group(&self, scenarios: &[Scenario], run: &[(u64, u32)], representative: &mut [u32]) {
        if let [(_, only)] = run {
            representative[*only as usize] = *only;
            return;
        }
        let mut known: Vec<(u32, (u32, Gone))> = Vec::new();
        for &(_, position) in run {
            let mut gone = Gone::default();
            let key = (self.key(&scenarios[position as usize], &mut gone), gone);
            let same = known.iter().find(|(_, other)| *other == key).map(|(first, _)| *first);
            representative[position as usize] = same.unwrap_or(position);
            if same.is_none() {
                known.push((position, key));
            }
        }
    }
}

/// Where something would be built again: the places that recovery names, and those of instances; of a host what it is in.
fn places_to_build(model: &Model) -> Vec<bool> {
    let mut matters = vec![false; model.locations.len()];
    for component in model.components.values() {
        component.recovery.to.iter().for_each(|to| matters[to.index()] = true);
    }
    for instance in model.instances.values() {
        let place = &model.locations[instance.at];
        let counts = if place.kind == LocationKind::Host { place.within } else { Some(instance.at) };
        counts.into_iter().for_each(|location| matters[location.index()] = true);
    }
    matters
}
