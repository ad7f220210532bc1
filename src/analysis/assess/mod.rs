//! All scenarios of a model: what each does to each component, measured against what is promised.
//!
//! Scenarios that take the same away from the same components under the same promises share one outcome. Every scenario
//! is worked out by itself, so that the number of threads changes nothing but the time.

mod assumption;
mod expectation;
mod judge;
mod pairs;
mod share;

use std::borrow::Cow;
use std::collections::BTreeMap;

use rayon::prelude::*;

pub use assumption::{Assumption, assumptions};
pub use expectation::{Evaluation, Failed, Found, evaluate};
pub use judge::{Judged, Summary};

use super::context::Context;
use super::outcome::{ComponentResult, Outcome, outcome};
use super::scenario::{Scenario, Scenarios, UnknownScenario};
use crate::model::ComponentId;
use crate::terms::{Impact, Strategy};

/// What to look at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Whether to look at every pair of instances, locations and stores too.
    pub pairs: bool,
}

/// All scenarios with their outcomes.
#[derive(Debug)]
pub struct Assessment<'m> {
    /// How scenarios are found.
    pub scenarios: Scenarios<'m>,
    /// Which outcome each single failure has, in the order of [`Scenarios::list`].
    outcome_of: Vec<u32>,
    /// Pairs that are looked at: those that an expectation names, and with [`Options::pairs`] those that breach what
    /// neither of the two breaches alone, with these results only. Sorted by id.
    pairs: Vec<(Scenario, u32)>,
    outcomes: Vec<Outcome>,
    /// Components that an expectation names for a scenario that does nothing to them, by the id of the scenario.
    quiet: BTreeMap<String, Vec<ComponentResult>>,
    /// The expectations of the spec, in its order.
    pub expectations: Vec<Evaluation>,
}

/// Works out all scenarios.
pub fn assess<'m>(context: &Context<'m>, options: Options) -> Assessment<'m> {
    let scenarios = Scenarios::new(context.model);
    let shared = share::share(context, scenarios.list());
    let list = scenarios.list();
    let mut outcomes: Vec<Outcome> =
        shared.first.par_iter().map(|&first| outcome(context, &list[first as usize])).collect();
    let mut pairs: Vec<(Scenario, u32)> = Vec::new();
    if options.pairs {
        for (scenario, outcome) in pairs::breaching(context, &scenarios, &shared.outcome_of, &outcomes) {
            pairs.push((scenario, number(outcomes.len())));
            outcomes.push(outcome);
        }
    }
    let outcome_of = shared.outcome_of;
    let (quiet, expectations) = (BTreeMap::new(), Vec::new());
    let mut assessment = Assessment { scenarios, outcome_of, pairs, outcomes, quiet, expectations };
    assessment.add_expected_pairs(context);
    assessment.quiet = assessment.named_in_vain(context);
    assessment.expectations = expectation::evaluations(context, &assessment);
    assessment
}

impl Assessment<'_> {
    /// Every scenario with its outcome, sorted by id.
    pub fn outcomes(&self) -> impl Iterator<Item = (&Scenario, &Outcome)> {
        let mut singles = self.scenarios.list().iter().zip(&self.outcome_of).peekable();
        let mut pairs = self.pairs.iter().peekable();
        std::iter::from_fn(move || {
            let pair_first = match (singles.peek(), pairs.peek()) {
                (Some((single, _)), Some((pair, _))) => pair.id < single.id,
                (None, _) => true,
                (_, None) => false,
            };
            let (scenario, outcome) = if pair_first {
                let (scenario, outcome) = pairs.next()?;
                (scenario, outcome)
            } else {
                singles.next()?
            };
            Some((scenario, &self.outcomes[*outcome as usize]))
        })
    }

    /// Scenarios that share an outcome, each group sorted by id, the groups by their first. Outcomes in which nothing
    /// happens are left out.
    pub fn groups(&self) -> Vec<(Vec<&Scenario>, &Outcome)> {
        let mut members: Vec<Vec<&Scenario>> = vec![Vec::new(); self.outcomes.len()];
        for (scenario, &outcome) in self.scenarios.list().iter().zip(&self.outcome_of) {
            members[outcome as usize].push(scenario);
        }
        for (scenario, outcome) in &self.pairs {
            members[*outcome as usize].push(scenario);
        }
        let mut groups: Vec<(Vec<&Scenario>, &Outcome)> = members
            .into_iter()
            .zip(&self.outcomes)
            .filter(|(members, outcome)| !members.is_empty() && !outcome.results.is_empty())
            .collect();
        groups.sort_by(|(a, _), (b, _)| a.first().map(|s| &s.id).cmp(&b.first().map(|s| &s.id)));
        groups
    }

    /// Everything that a scenario does something to, by scenario and component, measured against its promises; and every
    /// component that an expectation names for a scenario.
    pub fn results<'a>(&'a self, context: &'a Context<'_>) -> impl Iterator<Item = Judged<'a>> {
        self.outcomes().flat_map(move |(scenario, outcome)| {
            let quiet = self.quiet.get(&scenario.id).map(Vec::as_slice).unwrap_or_default();
            let mut results: Vec<&ComponentResult> = outcome.results.iter().chain(quiet).collect();
            if !quiet.is_empty() {
                results.sort_by_key(|result| context.rank(result.component));
            }
            results.into_iter().map(move |result| Judged::new(context, scenario, outcome, result))
        })
    }

    /// A scenario by any form of its id, with its outcome; one that was not looked at is worked out.
    pub fn find(&self, context: &Context<'_>, text: &str) -> Result<(Scenario, Cow<'_, Outcome>), UnknownScenario> {
        let scenario = self.scenarios.find(text)?;
        let known = self.known(&scenario);
        let outcome = match known {
            Some(known) => Cow::Borrowed(known),
            None => Cow::Owned(outcome(context, &scenario)),
        };
        Ok((scenario, outcome))
    }

    /// The outcome of a scenario that was looked at.
    fn known(&self, scenario: &Scenario) -> Option<&Outcome> {
        let list = self.scenarios.list();
        let number = match list.binary_search_by(|known| known.id.cmp(&scenario.id)) {
            Ok(position) => self.outcome_of[position],
            Err(_) => {
                let position = self.pairs.binary_search_by(|(known, _)| known.id.cmp(&scenario.id)).ok()?;
                self.pairs[position].1
            }
        };
        self.outcomes.get(number as usize)
    }

    fn named_in_vain(&self, context: &Context<'_>) -> BTreeMap<String, Vec<ComponentResult>> {
        let mut quiet: BTreeMap<String, Vec<ComponentResult>> = BTreeMap::new();
        for expectation in &context.model.expectations {
            let Ok(scenario) = self.scenarios.find(&expectation.scenario) else { continue };
            let hit = self.known(&scenario).and_then(|outcome| outcome.result(context, expectation.component));
            let named = quiet.entry(scenario.id).or_default();
            if hit.is_none() && named.iter().all(|result| result.component != expectation.component) {
                named.push(untouched(context, expectation.component));
            }
        }
        quiet
    }

    /// Works out the pairs that expectations name, in full.
    fn add_expected_pairs(&mut self, context: &Context<'_>) {
        let named = context.model.expectations.iter().filter(|expectation| expectation.scenario.contains('+'));
        let mut found: Vec<Scenario> = named.filter_map(|e| self.scenarios.find(&e.scenario).ok()).collect();
        found.sort_by(|a, b| a.id.cmp(&b.id));
        found.dedup();
        for scenario in found {
            let outcome = outcome(context, &scenario);
            let number = number(self.outcomes.len());
            self.outcomes.push(outcome);
            match self.pairs.iter_mut().find(|(known, _)| known.id == scenario.id) {
                Some((_, known)) => *known = number,
                None => self.pairs.push((scenario, number)),
            }
        }
        self.pairs.sort_by(|(a, _), (b, _)| a.id.cmp(&b.id));
    }
}

/// What to say of a component that a scenario does nothing to.
pub fn untouched(context: &Context<'_>, component: ComponentId) -> ComponentResult {
    let runs = !context.model.components[component].instances.is_empty();
    ComponentResult {
        component,
        impact: Impact::None,
        strategy: if runs { Strategy::Continue } else { Strategy::None },
        through: None,
        no_way_back: None,
        data_loss: Box::default(),
        recovery: None,
    }
}

fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
