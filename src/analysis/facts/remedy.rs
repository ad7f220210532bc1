//! Why a recovery takes too long, and what would mend it: the least single change that is enough.
//!
//! Each change is tried on the schedule itself, not estimated: a wider link may only move the bottleneck elsewhere.

use std::collections::BTreeSet;

use crate::analysis::context::Context;
use crate::analysis::outcome::{Recovery, recovery};
use crate::analysis::rto::{Bottleneck, Capacity, PathStep, Schedule};
use crate::analysis::scenario::Scenario;
use crate::model::{ComponentId, Model, TeamId};
use crate::terms::StepKind;
use crate::units::{Rate, Seconds};

/// A recovery that takes too long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Miss {
    /// The steps that decide.
    pub critical_path: Vec<PathStep>,
    /// The longest of them; of several the first.
    pub longest: Option<PathStep>,
    /// By how much it is too long.
    pub over: Seconds,
    /// What the longest wait for others comes to: the time that would be saved with enough of everything.
    pub contention: Seconds,
    /// Changes of which each is enough by itself: of one step first, then of bandwidth, then of people.
    pub remedies: Vec<Remedy>,
}

/// A change that is enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// A step takes at most this.
    Shorter {
        /// Whose step.
        component: ComponentId,
        /// Which.
        step: StepKind,
        /// What it takes now.
        takes: Seconds,
        /// What it may take.
        at_most: Seconds,
    },
    /// Something moves data at least this fast.
    Faster {
        /// What.
        bottleneck: Bottleneck,
        /// How fast it is now.
        is: Rate,
        /// How fast it must be.
        at_least: Rate,
    },
    /// A team has at least so many people.
    People {
        /// Which team.
        team: TeamId,
        /// How many it has.
        has: u32,
        /// How many it needs.
        at_least: u32,
    },
}

/// Why a component comes back later than `within`, and what would mend it; none where it comes back in time or not at all.
pub fn miss(context: &Context<'_>, scenario: &Scenario, component: ComponentId, within: Seconds) -> Option<Miss> {
    let recovery = recovery(context, scenario);
    let trial = Trial { context, scenario, recovery, component, within };
    let schedule = trial.schedule(Capacity::default());
    let path = trial.path(&schedule);
    let takes = trial.takes(&schedule).filter(|takes| *takes > within)?;
    let over = Seconds(takes.0 - within.0);
    let bound = trial.bound(&schedule).unwrap_or(takes);
    let longest = path.iter().copied().reduce(|a, b| if length(&b) > length(&a) { b } else { a });
    let mut remedies: Vec<Remedy> = path.iter().filter_map(|step| trial.shorter(step, over)).collect();
    remedies.extend(trial.bottlenecks(&path).into_iter().filter_map(|bottleneck| trial.faster(bottleneck)));
    // With enough of everything it takes the lower bound: where that is too long, people are no help.
    let teams = if bound <= within { teams(context.model, &path) } else { BTreeSet::new() };
    remedies.extend(teams.into_iter().filter_map(|team| trial.people(team)));
    Some(Miss { longest, over, contention: Seconds(takes.0 - bound.0), remedies, critical_path: path })
}

/// About how many schedules [`miss`] tries for a recovery that these steps decide.
pub fn trials(model: &Model, path: &[PathStep]) -> usize {
    let moves = path.iter().any(|step| step.kind == StepKind::Transfer);
    2 + path.len() + if moves { 3 * 18 } else { 0 } + teams(model, path).len() * MOST_MORE as usize
}

fn length(step: &PathStep) -> u64 {
    step.to.0 - step.from.0
}

/// Who works on the steps that decide.
fn teams(model: &Model, path: &[PathStep]) -> BTreeSet<TeamId> {
    path.iter().filter_map(|step| model.components[step.component].owner).collect()
}

/// How many more people than there are to try.
const MOST_MORE: u32 = 64;

/// A scenario that can be scheduled again with something changed.
struct Trial<'a> {
    context: &'a Context<'a>,
    scenario: &'a Scenario,
    recovery: Recovery,
    component: ComponentId,
    within: Seconds,
}

impl Trial<'_> {
    fn model(&self) -> &Model {
        self.context.model
    }

    fn schedule(&self, capacity: Capacity) -> Schedule {
        self.recovery.schedule(self.context, self.scenario, capacity)
    }

    fn takes(&self, schedule: &Schedule) -> Option<Seconds> {
        Some(self.recovery.times(self.context, schedule, self.component)?.worst)
    }

    fn bound(&self, schedule: &Schedule) -> Option<Seconds> {
        Some(self.recovery.times(self.context, schedule, self.component)?.lower_bound)
    }

    fn path(&self, schedule: &Schedule) -> Vec<PathStep> {
        let times = self.recovery.times(self.context, schedule, self.component);
        times.map(|times| schedule.critical_path(&times)).unwrap_or_default()
    }

    fn is_enough(&self, capacity: Capacity) -> bool {
        self.takes(&self.schedule(capacity)).is_some_and(|takes| takes <= self.within)
    }

    fn shorter(&self, step: &PathStep, over: Seconds) -> Option<Remedy> {
        let takes = Seconds(length(step));
        if step.kind == StepKind::Transfer || takes < over {
            return None;
        }
        let at_most = Seconds(takes.0 - over.0);
        let changed = Capacity { step: Some((step.component, step.kind, at_most)), ..Capacity::default() };
        let remedy = Remedy::Shorter { component: step.component, step: step.kind, takes, at_most };
        self.is_enough(changed).then_some(remedy)
    }

    /// What the movements on the path go through.
    fn bottlenecks(&self, path: &[PathStep]) -> BTreeSet<Bottleneck> {
        let moving: BTreeSet<ComponentId> =
            path.iter().filter(|step| step.kind == StepKind::Transfer).map(|step| step.component).collect();
        let network = self.recovery.network(self.context, Capacity::default());
        let mut found: BTreeSet<Bottleneck> = BTreeSet::new();
        for component in moving {
            found.extend(network.bottlenecks_of(component));
            if self.model().components[component].recovery.restore_rate.is_some() {
                found.insert(Bottleneck::Restore(component));
            }
        }
        found
    }

    fn rate(&self, bottleneck: Bottleneck) -> Option<Rate> {
        match bottleneck {
            Bottleneck::Store(store) => self.model().stores[store].read,
            Bottleneck::Link(link) => Some(self.model().links[link].bandwidth),
            Bottleneck::Restore(component) => self.model().components[component].recovery.restore_rate.map(|r| r.value),
        }
    }

    /// The least rate that is enough, to a tenth of what it is now.
    fn faster(&self, bottleneck: Bottleneck) -> Option<Remedy> {
        let is = self.rate(bottleneck)?;
        let times = |tenths: u64| {
            let (bytes, seconds) = is.fraction();
            Rate::new(bytes.saturating_mul(tenths), seconds.saturating_mul(10))
        };
        let enough = |tenths: u64| {
            let rate = times(tenths);
            rate.is_some_and(|rate| self.is_enough(Capacity { rate: Some((bottleneck, rate)), ..Capacity::default() }))
        };
        let tenths = least(11, 100_000, enough)?;
        Some(Remedy::Faster { bottleneck, is, at_least: times(tenths)? })
    }

    fn people(&self, team: TeamId) -> Option<Remedy> {
        let has = self.model().teams[team].people?;
        let own = self.recovery.procedures.iter().filter(|procedure| procedure.team == Some(team)).count();
        let most = u32::try_from(own).unwrap_or(u32::MAX);
        let enough = |people: u64| {
            let people = u32::try_from(people).unwrap_or(u32::MAX);
            self.is_enough(Capacity { people: Some((team, people)), ..Capacity::default() })
        };
        // More hands can make a schedule longer (Graham's anomalies), so that each number is tried in its turn.
        let found =
            (has.saturating_add(1)..=most.min(has.saturating_add(MOST_MORE))).find(|people| enough(u64::from(*people)));
        found.map(|at_least| Remedy::People { team, has, at_least })
    }
}

/// The least number from `first` to `last` that is enough, where more is never worse.
fn least(first: u64, last: u64, enough: impl Fn(u64) -> bool) -> Option<u64> {
    if !enough(last) {
        return None;
    }
    let (mut low, mut high) = (first, last);
    while low < high {
        let middle = low + (high - low) / 2;
        if enough(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    enough(low).then_some(low)
}
