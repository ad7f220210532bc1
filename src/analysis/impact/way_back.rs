//! Whether there is an order in which all that is interrupted can come back, and which copies are used in it.
//!
//! A component can come back when all that it waits for can: what it requires, what it needs in order to be recovered,
//! and the keeper of the keys of some copy of each dataset. The components for which that holds are found from those that
//! wait for nothing upwards, so that a circle of waiting is not a way back. Then each takes the best of its usable copies;
//! where those choices together would close a circle that others avoid, the components on it keep to copies whose keys
//! come back before them.

use std::cmp::Reverse;

use super::source::{Candidate, Movement, candidates, from_replica};
use super::spread::{Level, Spread};
use super::standing::{Brings, Missing};
use crate::analysis::context::Context;
use crate::analysis::losses::DataEvent;
use crate::analysis::scenario::Gone;
use crate::graph::{Digraph, strongly_connected};
use crate::model::{ComponentId, DatasetId};
use crate::terms::Strategy;

/// Why a component does not come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoWayBack {
    /// It lacks something itself.
    Lacks(Missing),
    /// No surviving copy of a dataset can be read: whoever keeps the keys does not come back.
    Keys(DatasetId),
    /// Something that it waits for does not come back; that may be because it waits for this one.
    Needs(ComponentId),
}

/// How an interrupted component comes back.
#[derive(Clone, Debug)]
pub struct Choice {
    /// What is moved to its place.
    pub movements: Vec<Movement>,
    /// The interrupted components that must serve before its machine is made ready.
    pub before_provision: Vec<ComponentId>,
    /// The interrupted components that must serve before what they keep the keys of can be read.
    pub before_transfer: Vec<ComponentId>,
    /// The interrupted components that must serve before it does.
    pub before_start: Vec<ComponentId>,
}

/// What becomes of each of the affected components, in their order; none for those that are not interrupted.
#[derive(Clone, Debug)]
pub struct WayBack {
    /// How it comes back, or why not.
    pub outcome: Vec<Option<Result<Choice, NoWayBack>>>,
}

/// Finds the way back of everything that a scenario interrupts.
pub fn way_back(context: &Context<'_>, gone: &Gone, spread: &Spread) -> WayBack {
    let plans: Vec<Option<Plan>> = (0..spread.affected.len()).map(|slot| plan(context, gone, spread, slot)).collect();
    let order = Order::of(spread, &plans);
    let mut restricted = vec![false; plans.len()];
    let choices = loop {
        let choices: Vec<Option<Choice>> =
            (0..plans.len()).map(|slot| choose(&plans[slot], spread, &order, slot, restricted[slot])).collect();
        let knotted = knots(spread, &choices);
        let fresh: Vec<usize> = knotted.into_iter().filter(|&slot| !restricted[slot]).collect();
        if fresh.is_empty() {
            break choices;
        }
        fresh.into_iter().for_each(|slot| restricted[slot] = true);
    };
    let outcome = choices.into_iter().enumerate().map(|(slot, choice)| {
        let plan = plans[slot].as_ref()?;
        Some(choice.ok_or_else(|| order.reason(spread, plan)))
    });
    WayBack { outcome: outcome.collect() }
}

/// What an interrupted component could do.
struct Plan {
    missing: Option<Missing>,
    replica: Option<Movement>,
    copies: Vec<(DatasetId, Vec<Candidate>)>,
    before_provision: Vec<ComponentId>,
    before_start: Vec<ComponentId>,
}

fn plan(context: &Context<'_>, gone: &Gone, spread: &Spread, slot: usize) -> Option<Plan> {
    let affected = &spread.affected[slot];
    if affected.level == Level::Serves {
        return None;
    }
    let component = affected.component;
    let mut plan = Plan {
        missing: None,
        replica: None,
        copies: Vec::new(),
        before_provision: Vec::new(),
        before_start: spread.awaited(context, component).collect(),
    };
    let Some(standing) = &affected.standing else { return Some(plan) };
    plan.missing = standing.lost;
    if matches!(standing.strategy, Strategy::Rebuild | Strategy::Restore) {
        plan.before_provision = spread.awaited_to_recover(context, component).collect();
    }
    match &standing.brings {
        Brings::Nothing => {}
        Brings::Replica(replica) => plan.replica = Some(from_replica(context, *replica, standing.place)),
        Brings::Copies(datasets) => {
            let event = event(context, gone, component, affected.spoilt);
            for &dataset in datasets {
                let bad = gone.corrupt.binary_search(&dataset).is_ok();
                let event = if bad { event } else { DataEvent::Destroyed };
                plan.copies.push((dataset, candidates(context, gone, dataset, standing.place, event)));
            }
            let bare = plan.copies.iter().find(|(_, candidates)| candidates.is_empty());
            plan.missing = plan.missing.or(bare.map(|(dataset, _)| Missing::Copy(*dataset)));
        }
    }
    Some(plan)
}

/// What happens to the data of a component: bad data is noticed after the scenario's own time, else after the
/// component's `detect`.
pub(in crate::analysis) fn event(
    context: &Context<'_>,
    gone: &Gone,
    component: ComponentId,
    corrupt: bool,
) -> DataEvent {
    if corrupt {
        let detect = context.model.components[component].recovery.detect.value;
        DataEvent::Corrupted { detection: gone.detection.unwrap_or(detect) }
    } else {
        DataEvent::Destroyed
    }
}

/// In which round each component can come back, counted upwards from those that wait for nothing.
struct Order {
    round: Vec<Option<u32>>,
}

impl Order {
    fn of(spread: &Spread, plans: &[Option<Plan>]) -> Self {
        let mut waiting: Vec<u32> = vec![0; plans.len()];
        // For each component those that wait for it: directly, or for one of the keys of a dataset.
        let mut waiters: Vec<Vec<(u32, Option<u32>)>> = vec![Vec::new(); plans.len()];
        for (slot, plan) in plans.iter().enumerate() {
            let Some(plan) = plan else { continue };
            let number = slot as u32;
            for &on in plan.before_provision.iter().chain(&plan.before_start) {
                let Some(on) = spread.slot(on) else { continue };
                waiting[slot] += 1;
                waiters[on].push((number, None));
            }
            for (dataset, (_, candidates)) in (0u32..).zip(&plan.copies) {
                if candidates.iter().any(|candidate| awaited_keys(candidate, spread).next().is_none()) {
                    continue;
                }
                waiting[slot] += 1;
                for key in candidates.iter().flat_map(|candidate| awaited_keys(candidate, spread)) {
                    waiters[key].push((number, Some(dataset)));
                }
            }
        }
        Self { round: rounds(spread, plans, waiting, &waiters) }
    }

    fn comes_back(&self, slot: usize) -> bool {
        self.round[slot].is_some()
    }

    fn reason(&self, spread: &Spread, plan: &Plan) -> NoWayBack {
        if let Some(missing) = plan.missing {
            return NoWayBack::Lacks(missing);
        }
        let lost = |component: &&ComponentId| spread.slot(**component).is_some_and(|slot| !self.comes_back(slot));
        match plan.before_start.iter().chain(&plan.before_provision).find(lost) {
            Some(&component) => NoWayBack::Needs(component),
            None => {
                let bare = plan.copies.iter().find(|(_, candidates)| {
                    !candidates.iter().any(|c| awaited_keys(c, spread).all(|key| self.comes_back(key)))
                });
                bare.map_or(NoWayBack::Lacks(Missing::Promise), |(dataset, _)| NoWayBack::Keys(*dataset))
            }
        }
    }
}

/// The interrupted components that keep the keys of a copy.
fn awaited_keys<'a>(candidate: &'a Candidate, spread: &'a Spread) -> impl Iterator<Item = usize> + 'a {
    let keys = candidate.movements.iter().filter_map(|movement| movement.key);
    keys.filter(|&key| spread.level(key) > Level::Serves).filter_map(|key| spread.slot(key))
}

fn rounds(
    spread: &Spread,
    plans: &[Option<Plan>],
    mut waiting: Vec<u32>,
    waiters: &[Vec<(u32, Option<u32>)>],
) -> Vec<Option<u32>> {
    let mut round: Vec<Option<u32>> = vec![None; plans.len()];
    let possible = |slot: usize| plans[slot].as_ref().is_some_and(|plan| plan.missing.is_none());
    let mut ready: Vec<usize> = (0..plans.len()).filter(|&slot| possible(slot) && waiting[slot] == 0).collect();
    let mut opened: rustc_hash::FxHashSet<(u32, u32)> = rustc_hash::FxHashSet::default();
    let mut number = 0;
    while !ready.is_empty() {
        ready.iter().for_each(|&slot| round[slot] = Some(number));
        let mut next = Vec::new();
        for &(waiter, dataset) in ready.iter().flat_map(|&slot| &waiters[slot]) {
            let slot = waiter as usize;
            if let Some(dataset) = dataset {
                // One readable copy of a dataset is enough.
                let readable = plans[slot].as_ref().is_some_and(|plan| {
                    plan.copies[dataset as usize]
                        .1
                        .iter()
                        .any(|candidate| awaited_keys(candidate, spread).all(|key| round[key].is_some()))
                });
                if !readable || !opened.insert((waiter, dataset)) {
                    continue;
                }
            }
            waiting[slot] -= 1;
            if waiting[slot] == 0 && possible(slot) {
                next.push(slot);
            }
        }
        ready = next;
        number += 1;
    }
    round
}

/// The best copies that can be read; where `restricted`, only those whose keys come back in an earlier round.
fn choose(plan: &Option<Plan>, spread: &Spread, order: &Order, slot: usize, restricted: bool) -> Option<Choice> {
    let plan = plan.as_ref()?;
    let own = order.round[slot]?;
    let readable = |candidate: &&Candidate| {
        awaited_keys(candidate, spread).all(|key| order.round[key].is_some_and(|round| !restricted || round < own))
    };
    let mut movements: Vec<Movement> = plan.replica.into_iter().collect();
    for (_, candidates) in &plan.copies {
        movements.extend(&candidates.iter().find(readable)?.movements);
    }
    let keys = movements.iter().filter_map(|movement| movement.key);
    let before_transfer = keys.filter(|&key| spread.level(key) > Level::Serves).collect();
    Some(Choice {
        movements,
        before_transfer,
        before_provision: plan.before_provision.clone(),
        before_start: plan.before_start.clone(),
    })
}

/// The components whose choices close a circle of waiting.
fn knots(spread: &Spread, choices: &[Option<Choice>]) -> Vec<usize> {
    let keyed = |choice: &Choice| choice.movements.iter().any(|movement| movement.key.is_some());
    // Without keys there is nothing to choose, and the rounds have excluded circles.
    if !choices.iter().flatten().any(keyed) {
        return Vec::new();
    }
    let edges = choices.iter().enumerate().flat_map(|(slot, choice)| {
        let waits = choice.iter().flat_map(|choice| {
            let keys = choice.movements.iter().filter_map(|movement| movement.key);
            choice.before_provision.iter().chain(&choice.before_start).copied().chain(keys)
        });
        waits.filter_map(move |on| Some((slot as u32, spread.slot(on)? as u32)))
    });
    let graph = Digraph::from_edges(choices.len(), edges);
    let component = strongly_connected(&graph);
    let mut sizes = vec![0u32; choices.len()];
    component.iter().for_each(|&number| sizes[number as usize] += 1);
    let on_circle =
        |&slot: &usize| sizes[component[slot] as usize] > 1 || graph.successors(slot as u32).contains(&(slot as u32));
    let mut knotted: Vec<usize> = (0..choices.len()).filter(on_circle).collect();
    knotted.sort_by_key(|&slot| Reverse(slot));
    knotted
}
