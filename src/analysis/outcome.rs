//! One scenario from the failure to the last component that serves again.

use super::context::Context;
use super::following::{follower, followers};
use super::impact::{Affected, Choice, Level, NoWayBack, Spread, WayBack, spread, way_back};
use super::losses::WorstLoss;
use super::procedure::{Procedure, procedure};
use super::promises::Waiting;
use super::rto::{Capacity, Network, Schedule, Times, schedule};
use super::scenario::{Gone, Scenario};
use crate::model::{ComponentId, DatasetId, DeclaredScenarioId, GroupId, Promise};
use crate::terms::{DependencyKind, Impact, ScenarioKind, Strategy};
use crate::units::Seconds;

/// What a scenario does.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Each component that it does something to, in the order of names.
    pub results: Box<[ComponentResult]>,
    /// When each comes back.
    pub schedule: Schedule,
    /// The datasets that are live and of which no copy is left.
    pub unprotected: Box<[DatasetId]>,
}

/// What a scenario does to one component.
#[derive(Clone, Debug)]
pub struct ComponentResult {
    /// Which.
    pub component: ComponentId,
    /// How it suffers.
    pub impact: Impact,
    /// How it comes back.
    pub strategy: Strategy,
    /// The dependency through which it suffers; none where it is hit itself.
    pub through: Option<ComponentId>,
    /// Why it does not come back, where it does not.
    pub no_way_back: Option<NoWayBack>,
    /// Whether it answers reads while it is interrupted.
    pub reads: bool,
    /// What of its data is lost.
    pub data_loss: Box<[DataLoss]>,
    /// When it serves again; none where it serves all the time or never again.
    pub recovery: Option<Times>,
}

/// How much of a dataset is lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataLoss {
    /// Which.
    pub dataset: DatasetId,
    /// How much, and by what it comes back.
    pub loss: WorstLoss,
    /// The consistency group on whose account it is more than the data would lose alone.
    pub group: Option<Box<InGroup>>,
}

/// That a dataset goes back with its group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InGroup {
    /// Which group.
    pub group: GroupId,
    /// What the data would lose alone.
    pub alone: WorstLoss,
}

impl DataLoss {
    /// What the data would lose if nothing else had to go back with it.
    pub fn alone(&self) -> WorstLoss {
        self.group.as_ref().map_or(self.loss, |with| with.alone)
    }
}

/// Everything about one scenario that is thrown away once its outcome is known: for runbooks and explanations.
pub struct Recovery {
    /// What is gone.
    pub gone: Gone,
    /// All that is touched.
    pub spread: Spread,
    /// What becomes of each, in the same order.
    pub way_back: WayBack,
    /// The procedures of those that have something to do, in the order of names.
    pub procedures: Vec<Procedure>,
}

impl ComponentResult {
    /// What is left of its service until it comes back.
    pub fn level(&self) -> Level {
        match self.impact {
            Impact::None | Impact::Degraded => Level::Serves,
            Impact::ReadOnly => Level::Reads,
            Impact::Outage => Level::Down,
            Impact::Lost if self.reads => Level::Reads,
            Impact::Lost => Level::Down,
        }
    }

    /// How long it is away: none where it never comes back.
    pub fn away(&self) -> Option<Seconds> {
        match self.impact {
            Impact::None | Impact::Degraded => Some(Seconds::ZERO),
            Impact::ReadOnly | Impact::Outage => self.recovery.map(|times| times.worst),
            Impact::Lost => None,
        }
    }
}

impl Outcome {
    /// What the scenario does to a component; none where nothing.
    pub fn result(&self, context: &Context<'_>, component: ComponentId) -> Option<&ComponentResult> {
        let rank = |id: ComponentId| context.rank(id);
        let position = self.results.binary_search_by_key(&rank(component), |result| rank(result.component)).ok()?;
        self.results.get(position)
    }
}

/// Works out what a scenario does.
pub fn outcome(context: &Context<'_>, scenario: &Scenario) -> Outcome {
    let core = core(context, scenario, &mut Gone::default());
    let results = with_followers(context, &core);
    Outcome { results: results.into(), ..core }
}

/// The results of an outcome together with those of everybody who merely waits, in the order of names.
pub(super) fn with_followers(context: &Context<'_>, core: &Outcome) -> Vec<ComponentResult> {
    let mut results = core.results.to_vec();
    results.extend(followers(context, &core.results));
    results.sort_by_key(|result| context.rank(result.component));
    results
}

/// What a scenario does to the components that it hits itself. Whoever merely waits for them is left out, however many
/// they are. `gone` is room to work in.
pub(super) fn core(context: &Context<'_>, scenario: &Scenario, gone: &mut Gone) -> Outcome {
    gone.refill(context.model, &context.places, &scenario.cause);
    let unprotected = unprotected(context, gone);
    let spread = spread(context, scenario.kind, gone);
    if spread.affected.iter().all(is_untroubled) {
        return Outcome { unprotected, ..Outcome::default() };
    }
    let recovery = recovery_of(context, std::mem::take(gone), spread);
    let schedule = recovery.schedule(context, scenario, Capacity::default());
    let results = recovery.results(context, &schedule);
    *gone = recovery.gone;
    Outcome { results, schedule, unprotected }
}

/// Works out how everything comes back in a scenario, step by step.
pub fn recovery(context: &Context<'_>, scenario: &Scenario) -> Recovery {
    let gone = Gone::new(context.model, &context.places, &scenario.cause);
    let spread = spread(context, scenario.kind, &gone);
    recovery_of(context, gone, spread)
}

fn recovery_of(context: &Context<'_>, gone: Gone, spread: Spread) -> Recovery {
    let way_back = way_back(context, &gone, &spread);
    let choices = spread.affected.iter().zip(&way_back.outcome);
    let procedures = choices.filter_map(|(affected, outcome)| match outcome {
        Some(Ok(choice)) => procedure(context, &gone, affected, choice),
        _ => None,
    });
    let procedures = procedures.collect();
    Recovery { gone, spread, way_back, procedures }
}

impl Recovery {
    /// How a component comes back, where it has something to do itself.
    pub fn procedure(&self, component: ComponentId) -> Option<&Procedure> {
        self.procedures.iter().find(|procedure| procedure.component == component)
    }

    /// When a component serves again in a schedule, also one that merely waits.
    pub(super) fn times(&self, context: &Context<'_>, schedule: &Schedule, component: ComponentId) -> Option<Times> {
        let own = schedule.times_of(context, component);
        own.or_else(|| follower(context, &self.results(context, schedule), component)?.recovery)
    }

    pub(super) fn network(&self, context: &Context<'_>, capacity: Capacity) -> Network {
        let outcomes = self.spread.affected.iter().zip(&self.way_back.outcome);
        let returning: Vec<(ComponentId, &[ComponentId])> = outcomes
            .filter_map(|(affected, outcome)| match outcome {
                Some(Ok(Choice { before_start, .. })) => Some((affected.component, before_start.as_slice())),
                _ => None,
            })
            .collect();
        Network::new(context, &self.gone, &self.spread, &self.procedures, &returning, capacity)
    }

    pub(super) fn schedule(&self, context: &Context<'_>, scenario: &Scenario, capacity: Capacity) -> Schedule {
        let network = self.network(context, capacity);
        let (kind, declared) = (scenario.kind, scenario.declared());
        let class = context.promises.class(kind, declared);
        // Those who merely wait are not in the network; the most impatient of them is enough.
        let objective = |id| {
            let Waiting { own, down, reads } = context.promises.waiting(context.model, class, id);
            own.into_iter().chain(if self.spread.level(id) == Level::Reads { reads } else { down }).min()
        };
        schedule(context, &network, capacity, objective)
    }

    fn results(&self, context: &Context<'_>, schedule: &Schedule) -> Box<[ComponentResult]> {
        let outcomes = self.spread.affected.iter().zip(&self.way_back.outcome);
        let joint = |&id: &GroupId| (id, context.losses.together(&self.group_remains(context, id)));
        let joint: Vec<(GroupId, WorstLoss)> = self.spread.groups.iter().map(joint).collect();
        let results =
            outcomes.filter_map(|(affected, outcome)| self.result(context, schedule, affected, outcome, &joint));
        results.collect()
    }

    fn result(
        &self,
        context: &Context<'_>,
        schedule: &Schedule,
        affected: &Affected,
        outcome: &Option<Result<Choice, NoWayBack>>,
        joint: &[(GroupId, WorstLoss)],
    ) -> Option<ComponentResult> {
        let standing = affected.standing.as_ref()?;
        let data_loss = self.data_loss(context, affected, joint);
        let impact = match (affected.level, outcome) {
            // What it uses has been looked at only where it loses data.
            (Level::Serves, _) if !data_loss.is_empty() && self.is_degraded(context, affected) => Impact::Degraded,
            (Level::Serves, _) => Impact::None,
            (_, Some(Err(_))) => Impact::Lost,
            (Level::Reads, _) => Impact::ReadOnly,
            (Level::Down, _) => Impact::Outage,
        };
        if impact == Impact::None && data_loss.is_empty() {
            return None;
        }
        let no_way_back = match outcome {
            Some(Err(reason)) => Some(*reason),
            _ => None,
        };
        Some(ComponentResult {
            component: affected.component,
            impact,
            strategy: strategy(context, affected, no_way_back),
            through: self.through(context, affected, no_way_back),
            no_way_back,
            reads: standing.reads && affected.level == Level::Reads,
            data_loss,
            recovery: schedule.times_of(context, affected.component),
        })
    }

    /// The dependency to name: the one that does not come back, else the first by name of those that are waited for.
    fn through(
        &self,
        context: &Context<'_>,
        affected: &Affected,
        no_way_back: Option<NoWayBack>,
    ) -> Option<ComponentId> {
        if let Some(NoWayBack::Needs(component)) = no_way_back {
            return Some(component);
        }
        if affected.standing.as_ref().is_some_and(|standing| standing.interrupted) {
            return None;
        }
        let first = |components: &mut dyn Iterator<Item = ComponentId>| components.min_by_key(|&id| context.rank(id));
        if affected.level > Level::Serves {
            return first(&mut self.spread.awaited(context, affected.component));
        }
        first(&mut self.troubled_uses(context, affected))
    }

    fn is_degraded(&self, context: &Context<'_>, affected: &Affected) -> bool {
        self.troubled_uses(context, affected).next().is_some()
    }

    fn troubled_uses(&self, context: &Context<'_>, affected: &Affected) -> impl Iterator<Item = ComponentId> {
        let used = context.model.components[affected.component].depends_on.iter();
        let used = used.filter(|d| d.kind == DependencyKind::Uses).map(|d| d.on);
        used.filter(|&on| self.spread.level(on) > Level::Serves)
    }
}

/// What is promised for a component in a scenario.
pub fn promise(
    context: &Context<'_>,
    kind: ScenarioKind,
    declared: Option<DeclaredScenarioId>,
    component: ComponentId,
) -> Promise {
    let objective = context.model.components[component].objective;
    objective.map(|id| context.model.objectives[id].promise(kind, declared)).unwrap_or_default()
}

fn is_untroubled(affected: &Affected) -> bool {
    affected.level == Level::Serves && !affected.loses()
}

fn strategy(context: &Context<'_>, affected: &Affected, no_way_back: Option<NoWayBack>) -> Strategy {
    match (no_way_back, &affected.standing) {
        (Some(NoWayBack::Lacks(_) | NoWayBack::Keys(_)), _) => Strategy::None,
        (_, Some(standing)) => standing.strategy,
        // Whoever has nothing to run has nothing to continue with.
        (_, None) if context.model.components[affected.component].instances.is_empty() => Strategy::None,
        (_, None) => Strategy::Continue,
    }
}

/// The datasets that had copies, are still live, and have none left.
fn unprotected(context: &Context<'_>, gone: &Gone) -> Box<[DatasetId]> {
    let model = context.model;
    let stores = gone.stores.iter().chain(&gone.attacked);
    let mut datasets: Vec<DatasetId> =
        stores.flat_map(|&store| context.places.copies_in(store)).map(|copy| model.copies[copy].dataset).collect();
    datasets.sort_unstable();
    datasets.dedup();
    datasets.retain(|&dataset| {
        let kept = model.datasets[dataset].copies.iter().any(|&copy| gone.keeps(model, copy));
        let instances = &model.components[model.datasets[dataset].component].instances;
        let live = instances.iter().any(|id| model.instances[*id].has_data() && gone.lost.binary_search(id).is_err());
        !kept && live
    });
    datasets.into()
}
