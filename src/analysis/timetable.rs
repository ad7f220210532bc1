//! The steps of a recovery in the order in which they begin: one list for the page of a runbook, a drill and a chart, so that
//! step 7 is the same in all of them.

use std::collections::{BTreeMap, BTreeSet};

use super::context::Context;
use super::outcome::Recovery;
use super::procedure::{Procedure, Step, Work};
use super::rto::{Schedule, Scheduled, Times};
use crate::graph::{Digraph, topological_order};
use crate::model::{ComponentId, Model, TeamId};
use crate::terms::StepKind;
use crate::units::Seconds;

/// The steps of all procedures by the time at which they begin, numbered.
pub struct Timetable<'a> {
    /// Every step, in the order of numbers.
    pub steps: Vec<TimedStep<'a>>,
    order: Order<'a>,
}

/// A step in its time. Movements of one component are one step, since they are done one after the other by one person.
#[derive(Clone, Debug)]
pub struct TimedStep<'a> {
    /// Its number, from 1.
    pub number: usize,
    /// Of which procedure.
    pub procedure: &'a Procedure,
    /// What is done.
    pub kind: StepKind,
    /// The steps of the procedure that it is; at least one.
    pub parts: Vec<Part<'a>>,
    /// When it begins, counted from the failure.
    pub from: Seconds,
    /// When it ends.
    pub to: Seconds,
    /// How much later it could end without any component serving later.
    pub slack: Seconds,
    /// The numbers of the steps that are over before it begins, sorted.
    pub after: Vec<usize>,
}

/// A step of a procedure with its time.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    /// The step.
    pub step: &'a Step,
    /// When it is done.
    pub scheduled: &'a Scheduled,
    /// Its place in the procedure, and in the schedule.
    places: (usize, usize),
}

impl TimedStep<'_> {
    /// Whose step it is.
    pub fn component(&self) -> ComponentId {
        self.procedure.component
    }

    /// Whether a delay of it delays everything.
    pub fn is_critical(&self) -> bool {
        self.slack == Seconds::ZERO
    }

    /// Whether it takes one of the team's people.
    pub fn is_hands_on(&self) -> bool {
        self.parts.iter().any(|part| part.step.hands_on)
    }

    /// The interrupted components that must serve before it begins.
    pub fn waits_for(&self) -> Vec<ComponentId> {
        let mut waits: Vec<ComponentId> = self.parts.iter().flat_map(|part| &part.step.waits_for).copied().collect();
        waits.sort_unstable();
        waits.dedup();
        waits
    }
}

/// Puts the steps of a recovery into their order.
pub fn timetable<'a>(context: &Context<'_>, recovery: &'a Recovery, schedule: &'a Schedule) -> Timetable<'a> {
    let own = Own::new(context.model, schedule);
    let mut called: BTreeSet<TeamId> = BTreeSet::new();
    let mut steps: Vec<TimedStep<'a>> = Vec::new();
    for procedure in &recovery.procedures {
        let mut moving = Vec::new();
        for part in own.in_time(procedure, &mut called) {
            match part.step.kind {
                StepKind::Transfer => moving.push(part),
                _ => steps.extend(timed(procedure, vec![part])),
            }
        }
        steps.extend(timed(procedure, moving));
    }
    steps.sort_by_key(|step| (step.from, step.to, step.kind));
    let order = linked(context, schedule, &mut steps);
    // Steps that take no time may wait for others of the same instant.
    if steps.iter().all(|step| step.after.iter().all(|before| *before < step.number)) {
        return Timetable { steps, order };
    }
    let edges =
        steps.iter().flat_map(|step| step.after.iter().map(|before| (node(*before - 1), node(step.number - 1))));
    let Ok(places) = topological_order(&Digraph::from_edges(steps.len(), edges)) else {
        return Timetable { steps, order };
    };
    let mut steps: Vec<TimedStep<'a>> = places.iter().filter_map(|&at| steps.get(at as usize)).cloned().collect();
    let order = linked(context, schedule, &mut steps);
    Timetable { steps, order }
}

/// Numbers the steps, and says of each which come before it.
fn linked<'a>(context: &Context<'_>, schedule: &'a Schedule, steps: &mut [TimedStep<'a>]) -> Order<'a> {
    (1..).zip(steps.iter_mut()).for_each(|(number, step)| step.number = number);
    let order = Order::new(schedule, steps);
    let after: Vec<Vec<usize>> = steps.iter().map(|step| order.before(context, step)).collect();
    steps.iter_mut().zip(after).for_each(|(step, after)| step.after = after);
    order
}

impl Timetable<'_> {
    /// For each step when it must be over, if everything after it takes as long as planned; none where nothing waits for it.
    /// `due` has components, each with the time by which it must serve again, counted from the failure.
    pub fn deadlines(
        &self,
        context: &Context<'_>,
        due: impl IntoIterator<Item = (ComponentId, Seconds)>,
    ) -> Vec<Option<Seconds>> {
        // How much later the part of each place may end.
        let mut left: Vec<Option<u64>> = vec![None; self.order.schedule.steps.len()];
        let narrow = |left: &mut [Option<u64>], place: usize, by: u64| {
            let (Some(known), Some(part)) = (left.get_mut(place), self.order.schedule.steps.get(place)) else { return };
            let own = by.saturating_sub(part.to.0);
            *known = Some(known.map_or(own, |known| known.min(own)));
        };
        for (component, by) in due {
            let times = self.order.schedule.times_of(context, component);
            let last = times.map(|times| self.order.served_by(component, &times)).unwrap_or_default();
            last.into_iter().for_each(|place| narrow(&mut left, place, by.0));
        }
        for (place, before) in self.order.backwards(context, &self.steps) {
            let (Some(room), Some(part)) = (left[place], self.order.schedule.steps.get(place)) else { continue };
            before.into_iter().for_each(|before| narrow(&mut left, before, part.from.0.saturating_add(room)));
        }
        let of_step = |step: &TimedStep<'_>| step.parts.iter().filter_map(|part| left[part.places.1]).min();
        self.steps.iter().map(|step| Some(Seconds(step.to.0.saturating_add(of_step(step)?)))).collect()
    }

    /// The numbers of the steps by whose end a component serves again: its own last one, and that of whoever it serves after.
    pub fn served_by(&self, component: ComponentId, times: &Times) -> Vec<usize> {
        self.order.numbers(self.order.served_by(component, times))
    }
}

fn timed<'a>(procedure: &'a Procedure, parts: Vec<Part<'a>>) -> Option<TimedStep<'a>> {
    let times = || parts.iter().map(|part| part.scheduled);
    Some(TimedStep {
        number: 0,
        procedure,
        kind: parts.first()?.step.kind,
        from: times().map(|scheduled| scheduled.from).min()?,
        to: times().map(|scheduled| scheduled.to).max()?,
        slack: times().map(|scheduled| scheduled.slack).min()?,
        after: Vec::new(),
        parts,
    })
}

/// The steps of a schedule by component, and the response of each team, each with its place.
struct Own<'a> {
    by_component: BTreeMap<ComponentId, Vec<(usize, &'a Scheduled)>>,
    responses: BTreeMap<TeamId, (usize, &'a Scheduled)>,
}

impl<'a> Own<'a> {
    fn new(model: &Model, schedule: &'a Schedule) -> Self {
        let mut own = Self { by_component: BTreeMap::new(), responses: BTreeMap::new() };
        for (place, scheduled) in schedule.steps.iter().enumerate() {
            own.by_component.entry(scheduled.component).or_default().push((place, scheduled));
            if let (StepKind::Respond, Some(team)) = (scheduled.kind, model.components[scheduled.component].owner) {
                own.responses.entry(team).or_insert((place, scheduled));
            }
        }
        own
    }

    /// The steps of a procedure, each with its time. A team is called once for all that it recovers, and that step of the
    /// schedule belongs to whatever it noticed first: `called` has the teams that have been told already.
    fn in_time(&self, procedure: &'a Procedure, called: &mut BTreeSet<TeamId>) -> Vec<Part<'a>> {
        let mut own = self.by_component.get(&procedure.component).cloned().unwrap_or_default();
        let mut found = Vec::new();
        for (position, step) in procedure.steps.iter().enumerate() {
            let timed = match step.work {
                Work::Response(team, _) => self.responses.get(&team).copied().filter(|_| called.insert(team)),
                Work::Time(_) | Work::Move(..) => {
                    let first = own.iter().position(|(_, scheduled)| scheduled.kind == step.kind);
                    first.map(|first| own.remove(first))
                }
            };
            found.extend(timed.map(|(place, scheduled)| Part { step, scheduled, places: (position, place) }));
        }
        found
    }
}

/// What comes after what, by places in the schedule.
struct Order<'a> {
    schedule: &'a Schedule,
    /// The number of the step at each place.
    numbers: BTreeMap<usize, usize>,
    /// The place of each step of a procedure, by its place there.
    of_procedure: BTreeMap<(ComponentId, usize), usize>,
    /// The response of each team.
    responses: BTreeMap<TeamId, usize>,
    /// The last step of each component.
    last: BTreeMap<ComponentId, usize>,
}

impl<'a> Order<'a> {
    fn new(schedule: &'a Schedule, steps: &[TimedStep<'_>]) -> Self {
        let mut order = Self {
            schedule,
            numbers: BTreeMap::new(),
            of_procedure: BTreeMap::new(),
            responses: BTreeMap::new(),
            last: BTreeMap::new(),
        };
        for step in steps {
            for part in &step.parts {
                let (position, place) = part.places;
                order.numbers.insert(place, step.number);
                order.of_procedure.insert((step.component(), position), place);
                if let Work::Response(team, _) = part.step.work {
                    order.responses.insert(team, place);
                }
                let last = order.last.entry(step.component()).or_insert(place);
                if schedule.steps.get(*last).is_some_and(|known| known.to <= part.scheduled.to) {
                    *last = place;
                }
            }
        }
        order
    }

    /// The places by whose end a component serves: its own last one, and that of whoever it serves after.
    fn served_by(&self, component: ComponentId, times: &Times) -> Vec<usize> {
        self.last.get(&component).copied().into_iter().chain(self.schedule.last_of(times)).collect()
    }

    /// The numbers of the steps at some places.
    fn numbers(&self, places: Vec<usize>) -> Vec<usize> {
        let mut numbers: Vec<usize> = places.iter().filter_map(|place| self.numbers.get(place)).copied().collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    /// The numbers of the steps that are over before another begins.
    fn before(&self, context: &Context<'_>, step: &TimedStep<'_>) -> Vec<usize> {
        let places = step.parts.iter().flat_map(|part| self.before_part(context, step.procedure, part));
        let mut before = self.numbers(places.collect());
        before.retain(|number| *number != step.number);
        before
    }

    fn before_part(&self, context: &Context<'_>, procedure: &Procedure, part: &Part<'_>) -> Vec<usize> {
        let mut before: Vec<usize> =
            part.step.after.iter().filter_map(|&position| self.place(procedure, position)).collect();
        for &on in &part.step.waits_for {
            let times = self.schedule.times_of(context, on);
            before.extend(times.map(|times| self.served_by(on, &times)).unwrap_or_default());
        }
        // The step that had the hands before.
        before.extend(self.schedule.before(part.scheduled));
        before
    }

    fn place(&self, procedure: &Procedure, position: usize) -> Option<usize> {
        match procedure.steps.get(position)?.work {
            Work::Response(team, _) => self.responses.get(&team).copied(),
            Work::Time(_) | Work::Move(..) => self.of_procedure.get(&(procedure.component, position)).copied(),
        }
    }

    /// Every place with those before it, the last ones first.
    fn backwards(&self, context: &Context<'_>, steps: &[TimedStep<'_>]) -> Vec<(usize, Vec<usize>)> {
        let parts = steps.iter().flat_map(|step| step.parts.iter().map(move |part| (step, part)));
        let mut before: Vec<(usize, Vec<usize>)> =
            parts.map(|(step, part)| (part.places.1, self.before_part(context, step.procedure, part))).collect();
        before.sort_unstable();
        let edges = before.iter().flat_map(|(place, before)| before.iter().map(|other| (node(*other), node(*place))));
        // Whatever has no order is not done at all.
        let order = topological_order(&Digraph::from_edges(self.schedule.steps.len(), edges)).unwrap_or_default();
        let of = |place: usize| before.binary_search_by_key(&place, |(known, _)| *known).ok();
        let backwards = order.iter().rev().filter_map(|&place| of(place as usize));
        backwards.filter_map(|index| before.get(index).cloned()).collect()
    }
}

/// A place in the schedule as a node of a graph.
fn node(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
