//! The steps of all procedures of a scenario as one graph.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::analysis::context::{Context, Route};
use crate::analysis::exact::Exact;
use crate::analysis::impact::{Movement, Spread};
use crate::analysis::procedure::{Procedure, Work, detection};
use crate::analysis::scenario::Gone;
use crate::graph::Digraph;
use crate::model::{ComponentId, LinkId, StoreId, TeamId};
use crate::terms::StepKind;
use crate::units::{Rate, Seconds};

/// The graph of a recovery.
pub(in crate::analysis) struct Network {
    /// Steps and milestones, by component in the order of names.
    pub activities: Vec<Activity>,
    /// What comes after what.
    pub edges: Digraph,
    /// What several movements may have to share.
    pub resources: Vec<Resource>,
    /// The milestone of each component that comes back, in the order of names.
    pub serves: Vec<(ComponentId, u32)>,
}

/// A step, or the milestone that a component serves again.
pub(in crate::analysis) struct Activity {
    pub component: ComponentId,
    /// None for the milestone.
    pub kind: Option<StepKind>,
    pub work: Running,
    /// The team of which it takes a person.
    pub hands: Option<TeamId>,
    /// The time that it takes with nothing else going on.
    pub nominal: Exact,
}

/// How an activity runs.
pub(in crate::analysis) enum Running {
    /// For its nominal time.
    Time,
    /// As a movement of so many bytes, with at most this rate, through these resources.
    Flow { amount: u64, most: Option<Rate>, through: Vec<u32> },
}

/// Something that limits how fast data moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bottleneck {
    /// Reading from a store.
    Store(StoreId),
    /// A link, in each direction.
    Link(LinkId),
    /// What the restore of a component takes in.
    Restore(ComponentId),
}

/// What may be different from the model, to find out what it would take.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::analysis) struct Capacity {
    /// Something with another rate.
    pub rate: Option<(Bottleneck, Rate)>,
    /// A step with another time.
    pub step: Option<(ComponentId, StepKind, Seconds)>,
    /// A team with another number of people.
    pub people: Option<(TeamId, u32)>,
}

/// Something that has a rate and may be shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::analysis) enum ResourceKind {
    /// Reading from a store.
    Store(StoreId),
    /// One direction of a link.
    Link(Route),
    /// What a component can take in.
    Intake(ComponentId),
}

#[derive(Clone, Copy, Debug)]
pub(in crate::analysis) struct Resource {
    pub kind: ResourceKind,
    pub rate: Rate,
    /// How many movements go through it at one time or another.
    pub users: u32,
}

impl Network {
    /// The graph of these procedures and of the interrupted components that only wait; `returning` lists all that come
    /// back, in the order of names, with what each waits for.
    pub(in crate::analysis) fn new<'a>(
        context: &'a Context<'a>,
        gone: &Gone,
        spread: &Spread,
        procedures: &[Procedure],
        returning: &'a [(ComponentId, &'a [ComponentId])],
        capacity: Capacity,
    ) -> Self {
        // Each team has its own alarm, and there is at most one team for each procedure.
        let steps = |procedure: &Procedure| procedure.steps.len() + 2;
        let count = returning.len() + procedures.iter().map(steps).sum::<usize>();
        let mut builder = Builder {
            context,
            capacity,
            activities: Vec::with_capacity(count),
            edges: Vec::with_capacity(2 * count),
            resources: Vec::new(),
            by_kind: FxHashMap::default(),
            returning,
            milestones: 0,
            responses: FxHashMap::default(),
        };
        builder.respond(gone, spread, procedures);
        builder.milestones = number(builder.activities.len());
        for &(component, _) in returning {
            builder.push(component, None, Running::Time, None, Exact::ZERO);
        }
        for procedure in procedures {
            builder.steps(procedure);
        }
        let serves: Vec<(ComponentId, u32)> =
            returning.iter().map(|&(component, _)| component).zip(builder.milestones..).collect();
        for (&(_, awaited), &(_, milestone)) in returning.iter().zip(&serves) {
            builder.await_all(awaited, milestone);
        }
        let edges = Digraph::from_edges(builder.activities.len(), builder.edges);
        Self { activities: builder.activities, edges, resources: builder.resources, serves }
    }

    /// What the movements of a component go through.
    pub(in crate::analysis) fn bottlenecks_of(&self, component: ComponentId) -> impl Iterator<Item = Bottleneck> {
        let own = self.activities.iter().filter(move |activity| activity.component == component);
        let through = own.flat_map(|activity| match &activity.work {
            Running::Flow { through, .. } => through.as_slice(),
            Running::Time => &[],
        });
        through.map(|&number| match self.resources[number as usize].kind {
            ResourceKind::Store(store) => Bottleneck::Store(store),
            ResourceKind::Link(route) => Bottleneck::Link(route.link),
            ResourceKind::Intake(component) => Bottleneck::Restore(component),
        })
    }
}

struct Builder<'a> {
    context: &'a Context<'a>,
    /// All that come back, in the order of names.
    returning: &'a [(ComponentId, &'a [ComponentId])],
    /// The milestone of the first of them; those of the others follow.
    milestones: u32,
    capacity: Capacity,
    activities: Vec<Activity>,
    edges: Vec<(u32, u32)>,
    resources: Vec<Resource>,
    by_kind: FxHashMap<ResourceKind, u32>,
    /// For each team its response, and the detection that it begins with.
    responses: FxHashMap<TeamId, (u32, u32, ComponentId)>,
}

impl Builder<'_> {
    fn push(
        &mut self,
        component: ComponentId,
        kind: Option<StepKind>,
        work: Running,
        hands: Option<TeamId>,
        nominal: Exact,
    ) -> u32 {
        let nominal = match self.capacity.step {
            Some((other, step, time)) if other == component && kind == Some(step) => Exact::whole(time.0),
            _ => nominal,
        };
        self.activities.push(Activity { component, kind, work, hands, nominal });
        number(self.activities.len() - 1)
    }

    /// A team is alarmed by the first of its components that is hit and noticed, whether or not that one is interrupted.
    fn respond(&mut self, gone: &Gone, spread: &Spread, procedures: &[Procedure]) {
        let teams: FxHashSet<TeamId> = procedures.iter().filter_map(|procedure| procedure.team).collect();
        if teams.is_empty() {
            return;
        }
        // By when it is noticed, then by name.
        let mut first: FxHashMap<TeamId, (Seconds, u32, ComponentId)> = FxHashMap::default();
        let mut hit = |component: ComponentId, detect: &dyn Fn() -> Seconds| {
            let team = self.context.model.components[component].owner.filter(|team| teams.contains(team));
            let Some(team) = team else { return };
            let new = (detect(), self.context.rank(component), component);
            first.entry(team).and_modify(|known| *known = new.min(*known)).or_insert(new);
        };
        for affected in spread.affected.iter().filter(|affected| affected.standing.is_some()) {
            hit(affected.component, &|| detection(self.context, gone, affected).value);
        }
        for &component in &spread.unharmed {
            hit(component, &|| self.context.model.components[component].recovery.detect.value);
        }
        for procedure in procedures {
            let needed = procedure.steps.iter().any(|step| matches!(step.work, Work::Response(..)));
            let Some(team) = procedure.team.filter(|_| needed) else { continue };
            let Some(&(detect, _, component)) = first.get(&team) else { continue };
            if self.responses.contains_key(&team) {
                continue;
            }
            let within = self.context.model.teams[team].responds_within;
            let (detect, within) = (Exact::whole(detect.0), Exact::whole(within.0));
            let alarm = self.push(component, Some(StepKind::Detect), Running::Time, None, detect);
            let response = self.push(component, Some(StepKind::Respond), Running::Time, None, within);
            self.edges.push((alarm, response));
            self.responses.insert(team, (alarm, response, component));
        }
    }

    fn steps(&mut self, procedure: &Procedure) {
        let mut numbers = Vec::with_capacity(procedure.steps.len());
        let several = procedure.steps.iter().filter(|step| matches!(step.work, Work::Move(..))).count() > 1;
        for step in &procedure.steps {
            let hands = procedure.team.filter(|_| step.hands_on);
            let number = match step.work {
                Work::Response(team, within) => match self.responses.get(&team) {
                    Some(&(_, response, _)) => response,
                    None => self.timed(procedure.component, StepKind::Respond, within, None),
                },
                Work::Time(_) if step.kind == StepKind::Detect && self.alarms(procedure).is_some() => {
                    self.alarms(procedure).unwrap_or_default()
                }
                Work::Time(time) => self.timed(procedure.component, step.kind, time.value, hands),
                Work::Move(movement, rate) => {
                    self.flow(procedure.component, movement, rate.map(|rate| rate.value), several)
                }
            };
            self.edges.extend(step.after.iter().map(|&before| (numbers[before], number)));
            self.await_all(&step.waits_for, number);
            numbers.push(number);
        }
        let milestone = self.milestone(procedure.component);
        self.edges.extend(numbers.last().copied().zip(milestone));
    }

    /// The detection that a team's response begins with, where it is this procedure's own.
    fn alarms(&self, procedure: &Procedure) -> Option<u32> {
        let (alarm, _, component) = self.responses.get(&procedure.team?)?;
        (*component == procedure.component).then_some(*alarm)
    }

    fn timed(&mut self, component: ComponentId, kind: StepKind, time: Seconds, hands: Option<TeamId>) -> u32 {
        self.push(component, Some(kind), Running::Time, hands, Exact::whole(time.0))
    }

    fn await_all(&mut self, components: &[ComponentId], number: u32) {
        for &component in components {
            let milestone = self.milestone(component);
            self.edges.extend(milestone.map(|milestone| (milestone, number)));
        }
    }

    fn milestone(&self, component: ComponentId) -> Option<u32> {
        let rank = |id: ComponentId| self.context.rank(id);
        let position = self.returning.binary_search_by_key(&rank(component), |(id, _)| rank(*id)).ok()?;
        Some(self.milestones + number(position))
    }

    fn flow(&mut self, component: ComponentId, movement: Movement, rate: Option<Rate>, several: bool) -> u32 {
        let model = self.context.model;
        let changed = |bottleneck: Bottleneck, rate: Rate| match self.capacity.rate {
            Some((other, rate)) if other == bottleneck => rate,
            _ => rate,
        };
        let rate = rate.map(|rate| changed(Bottleneck::Restore(component), rate));
        let store = movement.store.and_then(|store| {
            Some((ResourceKind::Store(store), changed(Bottleneck::Store(store), model.stores[store].read?)))
        });
        let link = movement.route.map(|route| {
            let bandwidth = model.links[route.link].bandwidth;
            (ResourceKind::Link(route), changed(Bottleneck::Link(route.link), bandwidth))
        });
        let limits = [rate, store.map(|(_, rate)| rate), link.map(|(_, rate)| rate)];
        let slowest = limits.into_iter().flatten().min().filter(|rate| !rate.is_zero());
        let nominal = slowest.map_or(Exact::ZERO, |rate| Exact::whole(movement.amount.0).over(Exact::rate(rate)));
        if nominal.is_zero() {
            return self.push(component, Some(StepKind::Transfer), Running::Time, None, nominal);
        }
        let intake = rate.filter(|_| several).map(|rate| (ResourceKind::Intake(component), rate));
        let shared = [store, link, intake].into_iter().flatten();
        let through = shared.map(|(kind, rate)| self.resource(kind, rate)).collect();
        let work = Running::Flow { amount: movement.amount.0, most: rate.filter(|_| !several), through };
        self.push(component, Some(StepKind::Transfer), work, None, nominal)
    }

    fn resource(&mut self, kind: ResourceKind, rate: Rate) -> u32 {
        let next = number(self.resources.len());
        let number = *self.by_kind.entry(kind).or_insert(next);
        if number == next {
            self.resources.push(Resource { kind, rate, users: 0 });
        }
        self.resources[number as usize].users += 1;
        number
    }
}

fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
