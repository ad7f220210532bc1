//! Lets a recovery run: from event to event, with the people, stores and links that there are.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::network::{Network, Running};
use super::sharing::Sharing;
use crate::analysis::exact::Exact;
use crate::model::TeamId;

/// When each activity began and ended, and for whose end it waited.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub begin: Vec<Exact>,
    pub end: Vec<Exact>,
    /// The activity at whose end it began; none for what begins with the failure.
    pub previous: Vec<Option<u32>>,
    /// Those that began when a person was free, after whom.
    pub handed: Vec<(u32, u32)>,
}

/// The order of the deadlines, by activity: earliest first, none last, then by name.
pub(super) fn positions(network: &Network, rank: impl Fn(u32) -> u32, deadlines: &[Option<Exact>]) -> Vec<u32> {
    let deadline = |number: u32| deadlines[number as usize];
    let coarsely = |number: u32| deadline(number).map_or(i64::MAX, Exact::coarsely);
    let mut order: Vec<(i64, u32, u32)> =
        network.edges.nodes().map(|number| (coarsely(number), rank(number), number)).collect();
    order.sort_unstable_by(|a, b| {
        let exactly = |number: u32| (deadline(number).is_none(), deadline(number));
        let by_deadline = Exact::order(a.0, b.0, || exactly(a.2).cmp(&exactly(b.2)));
        by_deadline.then_with(|| (a.1, a.2).cmp(&(b.1, b.2)))
    });
    let mut positions = vec![0; order.len()];
    for (position, (_, _, number)) in (0u32..).zip(order) {
        positions[number as usize] = position;
    }
    positions
}

/// Runs a recovery. `flow_of` gives each movement its number in `sharing`, and `people` how many each team has.
pub(super) fn run(
    network: &Network,
    positions: &[u32],
    sharing: &mut dyn Sharing,
    flows: &Flows,
    people: impl Fn(TeamId) -> Option<u32>,
) -> Run {
    let count = network.activities.len();
    let mut simulation = Simulation {
        network,
        positions,
        sharing,
        flows,
        now: Exact::ZERO,
        waiting: vec![0; count],
        run: Run {
            begin: vec![Exact::ZERO; count],
            end: vec![Exact::ZERO; count],
            previous: vec![None; count],
            handed: Vec::new(),
        },
        timed: BinaryHeap::new(),
        teams: BTreeMap::new(),
        changed: Vec::new(),
        ended: Vec::new(),
    };
    for (_, to) in network.edges.edges() {
        simulation.waiting[to as usize] += 1;
    }
    for hands in network.activities.iter().filter_map(|activity| activity.hands) {
        if let Some(free) = people(hands) {
            simulation.teams.entry(hands).or_insert(Team { free, ready: BinaryHeap::new(), freed_by: None });
        }
    }
    simulation.run();
    simulation.run
}

/// Which activity is which movement.
pub(super) struct Flows {
    /// For each activity the number of its movement, where it is one.
    pub of_activity: Vec<Option<u32>>,
    /// The activity of each movement.
    pub activity: Vec<u32>,
}

struct Simulation<'a> {
    network: &'a Network,
    positions: &'a [u32],
    sharing: &'a mut dyn Sharing,
    flows: &'a Flows,
    now: Exact,
    waiting: Vec<u32>,
    run: Run,
    timed: BinaryHeap<Reverse<(Exact, u32)>>,
    teams: BTreeMap<TeamId, Team>,
    /// The teams that have a step more to do or a person more to do it since people were last given steps.
    changed: Vec<TeamId>,
    /// What has ended and whose successors have not been told.
    ended: Vec<u32>,
}

struct Team {
    free: u32,
    ready: BinaryHeap<Reverse<(u32, u32)>>,
    /// Whoever made a person free last.
    freed_by: Option<(Exact, u32)>,
}

impl Simulation<'_> {
    fn run(&mut self) {
        for number in self.network.edges.nodes() {
            if self.waiting[number as usize] == 0 {
                self.ready(number);
            }
        }
        loop {
            self.settle();
            let timed = self.timed.peek().map(|Reverse((end, _))| *end);
            let Some(next) = timed.into_iter().chain(self.sharing.next()).min() else { break };
            self.now = next;
            while let Some(&Reverse((end, number))) = self.timed.peek()
                && end <= next
            {
                self.timed.pop();
                self.end(number);
            }
            for flow in self.sharing.end(next) {
                self.end(self.flows.activity[flow as usize]);
            }
        }
    }

    /// Tells successors, and when all that happens at this moment has happened, gives free people their next step.
    fn settle(&mut self) {
        while let Some(number) = self.ended.pop() {
            for &next in self.network.edges.successors(number) {
                let waiting = &mut self.waiting[next as usize];
                *waiting -= 1;
                // Of several that end together the first by number is the one that was waited for.
                let known = &mut self.run.previous[next as usize];
                let later = known.is_none_or(|known| {
                    let end = |number: u32| self.run.end[number as usize];
                    (end(number), Reverse(number)) > (end(known), Reverse(known))
                });
                if later {
                    *known = Some(number);
                }
                if *waiting == 0 {
                    self.ready(next);
                }
            }
        }
        self.assign();
    }

    fn ready(&mut self, number: u32) {
        let activity = &self.network.activities[number as usize];
        self.run.begin[number as usize] = self.now;
        if activity.nominal.is_zero() {
            self.end(number);
        } else if let Some(flow) = self.flows.of_activity[number as usize] {
            self.sharing.begin(self.now, flow);
        } else if let Some((id, team)) = activity.hands.and_then(|id| Some((id, self.teams.get_mut(&id)?))) {
            team.ready.push(Reverse((self.positions[number as usize], number)));
            self.changed.push(id);
        } else {
            self.timed.push(Reverse((self.now + activity.nominal, number)));
        }
    }

    fn end(&mut self, number: u32) {
        self.run.end[number as usize] = self.now;
        self.ended.push(number);
        let activity = &self.network.activities[number as usize];
        if activity.nominal.is_zero() {
            return;
        }
        if let Some((id, team)) = activity.hands.and_then(|id| Some((id, self.teams.get_mut(&id)?))) {
            team.free += 1;
            self.changed.push(id);
            let first = team.freed_by.is_none_or(|(at, by)| at < self.now || number < by);
            if first {
                team.freed_by = Some((self.now, number));
            }
        }
    }

    fn assign(&mut self) {
        self.changed.sort_unstable();
        self.changed.dedup();
        for id in self.changed.drain(..) {
            let Some(team) = self.teams.get_mut(&id) else { continue };
            while team.free > 0
                && let Some(Reverse((_, number))) = team.ready.pop()
            {
                team.free -= 1;
                let index = number as usize;
                if self.run.begin[index] < self.now {
                    self.run.begin[index] = self.now;
                    if let Some((_, by)) = team.freed_by {
                        self.run.previous[index] = Some(by);
                        self.run.handed.push((by, number));
                    }
                }
                self.timed.push(Reverse((self.now + self.network.activities[index].nominal, number)));
            }
        }
    }
}

impl Flows {
    pub(super) fn of(network: &Network) -> Self {
        let mut flows = Self { of_activity: vec![None; network.activities.len()], activity: Vec::new() };
        for (number, activity) in (0u32..).zip(&network.activities) {
            if let Running::Flow { .. } = activity.work {
                flows.of_activity[number as usize] = u32::try_from(flows.activity.len()).ok();
                flows.activity.push(number);
            }
        }
        flows
    }
}
