//! The steps of a recovery in the order in which they begin: one list for the page of a runbook, a drill and a chart, so that
//! step 7 is the same in all of them.

use std::collections::{BTreeMap, BTreeSet};

use super::context::Context;
use super::outcome::Recovery;
use super::procedure::{Procedure, Step, Work};
use super::rto::{Schedule, Scheduled, Times};
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
    (1..).zip(&mut steps).for_each(|(number, step)| step.number = number);
    let order = Order::new(schedule, &steps);
    let after: Vec<Vec<usize>> = steps.iter().map(|step| order.before(context, step)).collect();
    steps.iter_mut().zip(after).for_each(|(step, after)| step.after = after);
    Timetable { steps, order }
}

impl Timetable<'_> {
    /// The numbers of the steps by whose end a component serves again: its own last one, and that of whoever it serves after.
    pub fn served_by(&self, component: ComponentId, times: &Times) -> Vec<usize> {
        let own = self.order.last.get(&component);
        let decides = self.order.schedule.last_of(times).and_then(|place| self.order.of_schedule.get(&place));
        let mut steps: Vec<usize> = own.into_iter().chain(decides).copied().collect();
        steps.sort_unstable();
        steps.dedup();
        steps
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

/// What comes after what, by numbers.
struct Order<'a> {
    schedule: &'a Schedule,
    /// The number of each step of the schedule, by its place there.
    of_schedule: BTreeMap<usize, usize>,
    /// The number of each step of a procedure, by its place there.
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
            of_schedule: BTreeMap::new(),
            of_procedure: BTreeMap::new(),
            responses: BTreeMap::new(),
            last: BTreeMap::new(),
        };
        for step in steps {
            for part in &step.parts {
                let (position, place) = part.places;
                order.of_schedule.insert(place, step.number);
                order.of_procedure.insert((step.component(), position), step.number);
                if let Work::Response(team, _) = part.step.work {
                    order.responses.insert(team, step.number);
                }
            }
            let last = order.last.entry(step.component()).or_insert(step.number);
            if steps.get(*last - 1).is_some_and(|known| known.to <= step.to) {
                *last = step.number;
            }
        }
        order
    }

    fn before(&self, context: &Context<'_>, step: &TimedStep<'_>) -> Vec<usize> {
        let mut before: Vec<usize> = Vec::new();
        for part in &step.parts {
            before.extend(part.step.after.iter().filter_map(|&position| self.number(step.procedure, position)));
            for &on in &part.step.waits_for {
                // Its own last step, and the step of whoever it serves after.
                let serves = self.schedule.times_of(context, on).and_then(|times| self.schedule.last_of(&times));
                before.extend(self.last.get(&on));
                before.extend(serves.and_then(|place| self.of_schedule.get(&place)));
            }
            // The step that had the hands before.
            let previous = self.schedule.before(part.scheduled);
            before.extend(previous.and_then(|place| self.of_schedule.get(&place)));
        }
        before.sort_unstable();
        before.dedup();
        before.retain(|number| *number != step.number);
        before
    }

    fn number(&self, procedure: &Procedure, position: usize) -> Option<usize> {
        match procedure.steps.get(position)?.work {
            Work::Response(team, _) => self.responses.get(&team).copied(),
            Work::Time(_) | Work::Move(..) => self.of_procedure.get(&(procedure.component, position)).copied(),
        }
    }
}
