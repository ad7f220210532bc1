//! The schedule of a recovery, in seconds: when each component serves again, and by which steps.

use std::borrow::Cow;

use super::deadline::deadlines;
use super::fair::Fair;
use super::network::{Capacity, Network, Running};
use super::ordered::Ordered;
use super::sharing::{Flow, rates};
use super::simulate::{Flows, Run, positions, run};
use crate::analysis::context::Context;
use crate::analysis::exact::Exact;
use crate::graph::{LongestPaths, longest_paths, topological_order};
use crate::model::{ComponentId, TeamId};
use crate::terms::StepKind;
use crate::units::Seconds;

/// When each component serves again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schedule {
    /// All steps, those of one component together.
    pub steps: Box<[Scheduled]>,
    /// For each component that comes back its times, in the order of names.
    pub times: Vec<(ComponentId, Times)>,
}

/// A step in its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scheduled {
    /// Whose step it is.
    pub component: ComponentId,
    /// What is done.
    pub kind: StepKind,
    /// When it begins, counted from the failure and rounded up.
    pub from: Seconds,
    /// When it ends, counted from the failure and rounded up.
    pub to: Seconds,
    /// How much later it could end without any component serving later.
    pub slack: Seconds,
    /// The step at whose end it began, by its number; none for what begins with the failure.
    previous: u32,
}

/// When a component serves again, counted from the failure and rounded up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// With the people, stores and links that there are.
    pub worst: Seconds,
    /// With enough of all of them.
    pub lower_bound: Seconds,
    /// With stores and links shared in fair parts instead of by deadline.
    pub unordered: Seconds,
    /// The step at whose end it serves, by its number; `u32::MAX` where nothing takes any time.
    last: u32,
}

/// A part of a critical path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathStep {
    /// Whose step it is.
    pub component: ComponentId,
    /// What is done.
    pub kind: StepKind,
    /// When it begins.
    pub from: Seconds,
    /// When it ends, which is when the next one begins.
    pub to: Seconds,
}

const NO_STEP: u32 = u32::MAX;

impl Times {
    /// When both are over.
    #[must_use]
    pub fn later(self, other: Self) -> Self {
        Self {
            worst: self.worst.max(other.worst),
            lower_bound: self.lower_bound.max(other.lower_bound),
            unordered: self.unordered.max(other.unordered),
            last: if other.worst > self.worst { other.last } else { self.last },
        }
    }
}

impl Schedule {
    /// The steps that decide when a component serves, from the failure on, without gaps; those that take no time are
    /// left out.
    pub fn critical_path(&self, times: &Times) -> Vec<PathStep> {
        let mut path = Vec::new();
        let mut number = times.last;
        while let Some(step) = self.steps.get(number as usize) {
            if step.from < step.to {
                path.push(PathStep { component: step.component, kind: step.kind, from: step.from, to: step.to });
            }
            number = step.previous;
        }
        path.reverse();
        path
    }

    /// The place of the step at whose end another began.
    pub(in crate::analysis) fn before(&self, step: &Scheduled) -> Option<usize> {
        (step.previous != NO_STEP).then_some(step.previous as usize)
    }

    /// The place of the step at whose end a component serves.
    pub(in crate::analysis) fn last_of(&self, times: &Times) -> Option<usize> {
        (times.last != NO_STEP).then_some(times.last as usize)
    }

    /// The times of a component, where it comes back.
    pub fn times_of(&self, context: &Context<'_>, component: ComponentId) -> Option<Times> {
        let rank = |id: ComponentId| context.rank(id);
        let position = self.times.binary_search_by_key(&rank(component), |(id, _)| rank(*id)).ok()?;
        Some(self.times[position].1)
    }
}

/// Schedules a recovery. `objective` is the recovery time objective of each component.
pub(in crate::analysis) fn schedule(
    context: &Context<'_>,
    network: &Network,
    capacity: Capacity,
    objective: impl Fn(ComponentId) -> Option<Seconds>,
) -> Schedule {
    let Ok(order) = topological_order(&network.edges) else {
        // Whatever comes back does so in an order, so that there is always one.
        return Schedule::default();
    };
    let bound = longest_paths(&network.edges, &order, |number| network.activities[number as usize].nominal);
    let people = |team: TeamId| match capacity.people {
        Some((other, people)) if other == team => Some(people.max(1)),
        _ => context.model.teams[team].people.map(|people| people.max(1)),
    };
    let shares = network.resources.iter().any(|resource| resource.users > 1);
    let crowded = shares || is_crowded(network, people);
    if !crowded {
        let run = alone(network, bound);
        return assemble(network, &order, &run, &run.end, &run.end);
    }
    let deadlines = deadlines(network, &order, objective);
    let positions =
        positions(network, |number| context.rank(network.activities[number as usize].component), &deadlines);
    let flows = Flows::of(network);
    let list = flow_list(network, &flows, &positions);
    let rates = rates(network.resources.iter().map(|resource| resource.rate));
    let ordered = run(network, &positions, &mut Ordered::new(&list, &rates), &flows, people);
    let unordered = if shares {
        run(network, &positions, &mut Fair::new(&list, &rates), &flows, people).end
    } else {
        ordered.end.clone()
    };
    assemble(network, &order, &ordered, &bound.end, &unordered)
}

/// Whether a team may have more to do at once than it has people.
fn is_crowded(network: &Network, people: impl Fn(TeamId) -> Option<u32>) -> bool {
    // The hands-on steps of one component come after one another, so that its team needs one person for it.
    let by_hand = || network.activities.iter().filter_map(|activity| Some((activity.hands?, activity.component)));
    let first = by_hand().next();
    if by_hand().all(|other| Some(other) == first) {
        return false;
    }
    let mut components: Vec<(TeamId, ComponentId)> = by_hand().collect();
    components.sort_unstable();
    components.dedup();
    components.chunk_by(|a, b| a.0 == b.0).any(|of_team| {
        of_team.first().and_then(|(team, _)| people(*team)).is_some_and(|p| (p as usize) < of_team.len())
    })
}

/// The run in which nobody waits for anybody's hands.
fn alone(network: &Network, bound: LongestPaths<Exact>) -> Run {
    let begin = bound.end.iter().zip(&network.activities).map(|(&end, activity)| end - activity.nominal);
    Run { begin: begin.collect(), end: bound.end, previous: bound.previous, handed: Vec::new() }
}

fn flow_list(network: &Network, flows: &Flows, positions: &[u32]) -> Vec<Flow> {
    let flow = |&number: &u32| match &network.activities[number as usize].work {
        Running::Flow { amount, most, through } => Flow {
            amount: Exact::whole(*amount),
            most: most.map(Exact::rate),
            through: through.clone(),
            position: positions[number as usize],
        },
        Running::Time => Flow { amount: Exact::ZERO, most: None, through: Vec::new(), position: 0 },
    };
    flows.activity.iter().map(flow).collect()
}

fn assemble(network: &Network, order: &[u32], run: &Run, bound: &[Exact], unordered: &[Exact]) -> Schedule {
    let latest = latest_ends(network, order, run);
    // Steps in the order of activities, with milestones left out.
    let mut number_of = vec![NO_STEP; network.activities.len()];
    let mut steps = Vec::with_capacity(network.activities.len().saturating_sub(network.serves.len()));
    for (number, activity) in network.activities.iter().enumerate() {
        let Some(kind) = activity.kind else { continue };
        number_of[number] = u32::try_from(steps.len()).unwrap_or(NO_STEP);
        let (from, to) = (run.begin[number].to_seconds(), run.end[number].to_seconds());
        let slack = Seconds(latest[number].to_seconds().0.saturating_sub(to.0));
        steps.push(Scheduled { component: activity.component, kind, from, to, slack, previous: NO_STEP });
    }
    let step_before = |number: u32| {
        let mut at = run.previous[number as usize];
        while let Some(before) = at {
            if network.activities[before as usize].kind.is_some() {
                return number_of[before as usize];
            }
            at = run.previous[before as usize];
        }
        NO_STEP
    };
    for number in network.edges.nodes() {
        if let Some(step) = steps.get_mut(number_of[number as usize] as usize) {
            step.previous = step_before(number);
        }
    }
    let times = network.serves.iter().map(|&(component, milestone)| {
        let index = milestone as usize;
        let times = Times {
            worst: run.end[index].to_seconds(),
            lower_bound: bound[index].to_seconds(),
            unordered: unordered[index].to_seconds(),
            last: step_before(milestone),
        };
        (component, times)
    });
    Schedule { times: times.collect(), steps: steps.into() }
}

/// Hands add an order of their own, in which time only goes forward. What is equal stays as it is.
fn sorted_by_begin(order: &[u32], run: &Run) -> Vec<u32> {
    let (begin, end) = (|n: u32| run.begin[n as usize], |n: u32| run.end[n as usize]);
    let mut sorted: Vec<(i64, i64, u32)> = order.iter().map(|&n| (begin(n).coarsely(), end(n).coarsely(), n)).collect();
    sorted.sort_by(|a, b| {
        let by_begin = Exact::order(a.0, b.0, || begin(a.2).cmp(&begin(b.2)));
        by_begin.then_with(|| Exact::order(a.1, b.1, || end(a.2).cmp(&end(b.2))))
    });
    sorted.into_iter().map(|(_, _, number)| number).collect()
}

/// When each activity could end at the latest without any component serving later, with everybody's hands in the same
/// order.
fn latest_ends(network: &Network, order: &[u32], run: &Run) -> Vec<Exact> {
    // Whatever nobody waits for may end when it ends.
    let mut latest = run.end.clone();
    let mut handed = run.handed.clone();
    handed.sort_unstable();
    let mut by_begin = Cow::Borrowed(order);
    if !handed.is_empty() {
        by_begin = Cow::Owned(sorted_by_begin(order, run));
    }
    for &number in by_begin.iter().rev() {
        let index = number as usize;
        let pinned = network.activities[index].kind.is_none().then_some(run.end[index]);
        let first = handed.partition_point(|&(by, _)| by < number);
        let after_hands = handed[first..].iter().take_while(|&&(by, _)| by == number).map(|&(_, next)| next);
        let after = network.edges.successors(number).iter().copied().chain(after_hands);
        let begins = after.map(|next| {
            let next = next as usize;
            latest[next] - (run.end[next] - run.begin[next])
        });
        if let Some(first) = begins.chain(pinned).min() {
            latest[index] = first;
        }
    }
    latest
}
