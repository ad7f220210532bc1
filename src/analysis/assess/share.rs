//! Which scenarios have the same outcome, known before it is worked out.
//!
//! What a scenario does depends on what is gone and on what is promised in its kind of scenario. Of the locations that are
//! gone only those count where something would be built again; a host does not, since it is replaced where it stood.

use std::hash::{Hash, Hasher};

use rayon::prelude::*;
use rustc_hash::FxHasher;

use super::number;
use crate::analysis::context::Context;
use crate::analysis::scenario::{Gone, Scenario};
use crate::model::{Id, Model};
use crate::terms::LocationKind;

/// Scenarios by their outcomes.
pub(super) struct Shared {
    /// For each scenario the number of its outcome.
    pub outcome_of: Vec<u32>,
    /// For each outcome the first scenario that has it.
    pub first: Vec<u32>,
}

pub(super) fn share(context: &Context<'_>, scenarios: &[Scenario]) -> Shared {
    let keys = Keys::new(context);
    let mut hashed: Vec<(u64, u32)> =
        scenarios.par_iter().enumerate().map(|(position, scenario)| (keys.hash(scenario), number(position))).collect();
    hashed.par_sort_unstable();
    let mut representative: Vec<u32> = vec![0; scenarios.len()];
    for run in hashed.chunk_by(|a, b| a.0 == b.0) {
        keys.group(scenarios, run, &mut representative);
    }
    let mut outcome_of = vec![0; scenarios.len()];
    let mut first = Vec::new();
    for position in 0..scenarios.len() {
        let representative = representative[position] as usize;
        if representative == position {
            outcome_of[position] = number(first.len());
            first.push(number(position));
        } else {
            outcome_of[position] = outcome_of[representative];
        }
    }
    Shared { outcome_of, first }
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

    fn key(&self, scenario: &Scenario) -> (u32, Gone) {
        let mut gone = Gone::new(self.context.model, &self.context.places, &scenario.cause);
        gone.locations.retain(|location| self.matters[location.index()]);
        (self.context.promises.class(scenario.kind, scenario.declared()), gone)
    }

    fn hash(&self, scenario: &Scenario) -> u64 {
        let mut hasher = FxHasher::default();
        self.key(scenario).hash(&mut hasher);
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
            let key = self.key(&scenarios[position as usize]);
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
