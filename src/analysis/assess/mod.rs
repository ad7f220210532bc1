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
use std::sync::OnceLock;

use rayon::prelude::*;

pub use assumption::{Assumption, assumptions};
pub use expectation::{Evaluation, Failed, Found, evaluate};
pub use judge::{Judged, Summary};

use super::context::Context;
use super::following::follower;
use super::outcome::{ComponentResult, Outcome, core, outcome, with_followers};
use super::scenario::{Gone, Scenario, Scenarios, UnknownScenario};
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
    pairs: Vec<Pair>,
    /// What each outcome does to the components that are hit.
    cores: Vec<Outcome>,
    /// The same with everybody who merely waits, where that has been asked for and is more.
    full: Vec<OnceLock<Option<Box<Outcome>>>>,
    /// Components that an expectation names for a scenario that does nothing to them, by the id of the scenario.
    quiet: BTreeMap<String, Vec<ComponentResult>>,
    /// The expectations of the spec, in its order.
    pub expectations: Vec<Evaluation>,
}

/// Works out all scenarios.
pub fn assess<'m>(context: &Context<'m>, options: Options) -> Assessment<'m> {
    let scenarios = Scenarios::in_order(context.model, context.by_name());
    let shared = share::share(context, scenarios.list());
    let list = scenarios.list();
    let one = |gone: &mut Gone, &first: &u32| core(context, &list[first as usize], gone);
    let mut cores: Vec<Outcome> = shared.first.par_iter().with_max_len(AT_ONCE).map_init(Gone::default, one).collect();
    let mut pairs: Vec<Pair> = Vec::new();
    if options.pairs {
        for (scenario, outcome) in pairs::breaching(context, &scenarios, &shared.outcome_of, &cores) {
            pairs.push(Pair { scenario, outcome: number(cores.len()), narrowed: true });
            cores.push(outcome);
        }
    }
    let full: Vec<OnceLock<Option<Box<Outcome>>>> = std::iter::repeat_with(OnceLock::new).take(cores.len()).collect();
    for pair in &pairs {
        full[pair.outcome as usize].get_or_init(|| None);
    }
    let outcome_of = shared.outcome_of;
    let (quiet, expectations) = (BTreeMap::new(), Vec::new());
    let mut assessment = Assessment { scenarios, outcome_of, pairs, cores, full, quiet, expectations };
    assessment.add_expected_pairs(context);
    assessment.quiet = assessment.named_in_vain(context);
    assessment.expectations = expectation::evaluations(context, &assessment);
    assessment
}

/// So many outcomes a thread works out before others may take over: some take as long as thousands of the others.
const AT_ONCE: usize = 64;

/// A pair with the number of its outcome.
#[derive(Debug)]
struct Pair {
    scenario: Scenario,
    outcome: u32,
    /// Whether its outcome holds only what neither of the two does alone, those who wait included.
    narrowed: bool,
}

impl Assessment<'_> {
    /// Every scenario with its outcome, sorted by id.
    pub fn outcomes<'a>(&'a self, context: &'a Context<'_>) -> impl Iterator<Item = (&'a Scenario, &'a Outcome)> {
        self.numbered().map(move |(scenario, number)| (scenario, self.full(context, number)))
    }

    /// Every scenario with what it does to the components that it hits itself, sorted by id: without those who merely
    /// wait, of whom there can be as many for each scenario as there are components.
    pub fn cores(&self) -> impl Iterator<Item = (&Scenario, &Outcome)> {
        self.numbered().map(|(scenario, number)| (scenario, &self.cores[number as usize]))
    }

    /// Scenarios that share an outcome, each group sorted by id, the groups by their first. Outcomes in which nothing
    /// happens are left out.
    pub fn groups<'a>(&'a self, context: &'a Context<'_>) -> Vec<(Vec<&'a Scenario>, &'a Outcome)> {
        let mut members: Vec<Vec<&Scenario>> = vec![Vec::new(); self.cores.len()];
        for (scenario, number) in self.numbered() {
            members[number as usize].push(scenario);
        }
        let mut groups: Vec<(Vec<&Scenario>, u32)> =
            members.into_iter().zip(0..).filter(|(members, _)| !members.is_empty()).collect();
        groups.retain(|(_, number)| !self.cores[*number as usize].results.is_empty());
        groups.sort_by(|(a, _), (b, _)| a.first().map(|s| &s.id).cmp(&b.first().map(|s| &s.id)));
        groups.into_iter().map(|(members, number)| (members, self.full(context, number))).collect()
    }

    /// Everything that a scenario does something to, by scenario and component, measured against its promises; and every
    /// component that an expectation names for a scenario.
    pub fn results<'a>(&'a self, context: &'a Context<'_>) -> impl Iterator<Item = Judged<'a>> {
        self.outcomes(context).flat_map(move |(scenario, outcome)| {
            let quiet = self.quiet.get(&scenario.id).map(Vec::as_slice).unwrap_or_default();
            let mut results: Vec<&ComponentResult> = outcome.results.iter().chain(quiet).collect();
            if !quiet.is_empty() {
                results.sort_by_key(|result| context.rank(result.component));
            }
            results.into_iter().map(move |result| Judged::new(context, scenario, outcome, result))
        })
    }

    /// The results that break a promise, by scenario and component. Those who merely wait are looked at only where the most
    /// impatient of them waits too long: it takes no longer than there are breaches.
    pub fn breaches<'a>(&'a self, context: &'a Context<'_>) -> impl Iterator<Item = Judged<'a>> {
        self.numbered().flat_map(move |(scenario, number)| {
            let core = &self.cores[number as usize];
            let outcome =
                if judge::waits_too_long(context, scenario, core) { self.full(context, number) } else { core };
            let judged = outcome.results.iter().map(move |result| Judged::new(context, scenario, outcome, result));
            judged.filter(|judged| judged.breaches() > 0)
        })
    }

    /// A scenario by any form of its id, with its outcome; one that was not looked at is worked out.
    pub fn find<'a>(
        &'a self,
        context: &'a Context<'_>,
        text: &str,
    ) -> Result<(Scenario, Cow<'a, Outcome>), UnknownScenario> {
        let scenario = self.scenarios.find(text)?;
        let outcome = match self.number_of(&scenario) {
            Some(number) => Cow::Borrowed(self.full(context, number)),
            None => Cow::Owned(outcome(context, &scenario)),
        };
        Ok((scenario, outcome))
    }

    /// What a scenario that was looked at does to a component; none where nothing.
    pub fn result(
        &self,
        context: &Context<'_>,
        scenario: &Scenario,
        component: ComponentId,
    ) -> Option<ComponentResult> {
        let core = &self.cores[self.number_of(scenario)? as usize];
        core.result(context, component).cloned().or_else(|| follower(context, &core.results, component))
    }

    fn numbered(&self) -> impl Iterator<Item = (&Scenario, u32)> {
        let mut singles = self.scenarios.list().iter().zip(self.outcome_of.iter().copied()).peekable();
        let mut pairs = self.pairs.iter().map(|pair| (&pair.scenario, pair.outcome)).peekable();
        std::iter::from_fn(move || match (singles.peek(), pairs.peek()) {
            (Some((single, _)), Some((pair, _))) if pair.id < single.id => pairs.next(),
            (Some(_), _) => singles.next(),
            (None, _) => pairs.next(),
        })
    }

    fn full(&self, context: &Context<'_>, number: u32) -> &Outcome {
        let core = &self.cores[number as usize];
        let full = self.full[number as usize].get_or_init(|| {
            let results = with_followers(context, core);
            (results.len() > core.results.len()).then(|| Box::new(Outcome { results: results.into(), ..core.clone() }))
        });
        full.as_deref().unwrap_or(core)
    }

    /// The number of the outcome of a scenario that was looked at in full.
    fn number_of(&self, scenario: &Scenario) -> Option<u32> {
        match self.scenarios.list().binary_search_by(|known| known.id.cmp(&scenario.id)) {
            Ok(position) => self.outcome_of.get(position).copied(),
            Err(_) => {
                let position = self.pairs.binary_search_by(|pair| pair.scenario.id.cmp(&scenario.id)).ok()?;
                Some(&self.pairs[position]).filter(|pair| !pair.narrowed).map(|pair| pair.outcome)
            }
        }
    }

    fn named_in_vain(&self, context: &Context<'_>) -> BTreeMap<String, Vec<ComponentResult>> {
        let mut quiet: BTreeMap<String, Vec<ComponentResult>> = BTreeMap::new();
        for expectation in &context.model.expectations {
            let Ok(scenario) = self.scenarios.find(&expectation.scenario) else { continue };
            if self.result(context, &scenario, expectation.component).is_some() {
                continue;
            }
            let named = quiet.entry(scenario.id).or_default();
            if named.iter().all(|result| result.component != expectation.component) {
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
            let outcome = number(self.cores.len());
            self.cores.push(core(context, &scenario, &mut Gone::default()));
            self.full.push(OnceLock::new());
            match self.pairs.iter_mut().find(|known| known.scenario.id == scenario.id) {
                Some(known) => (known.outcome, known.narrowed) = (outcome, false),
                None => self.pairs.push(Pair { scenario, outcome, narrowed: false }),
            }
        }
        self.pairs.sort_by(|a, b| a.scenario.id.cmp(&b.scenario.id));
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
        reads: false,
        data_loss: Box::default(),
        recovery: None,
    }
}

fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
