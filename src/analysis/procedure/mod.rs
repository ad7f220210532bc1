//! How one component is brought back in one scenario: its steps, what each waits for, who does it and how long it takes.
//!
//! The number that is promised and the page that an operator follows are both read from this value, so that they cannot
//! differ. When each step happens is `rto`'s business, since that depends on everybody else.

use super::context::Context;
use super::impact::{Affected, Choice, Movement};
use super::scenario::Gone;
use crate::model::{ComponentId, InstanceId, LocationId, Origin, Sourced, TeamId};
use crate::terms::{FailoverMode, StepKind, Strategy};
use crate::units::{Rate, Seconds};

/// The way back of one component.
#[derive(Clone, Debug)]
pub struct Procedure {
    /// Of which component.
    pub component: ComponentId,
    /// The way back.
    pub strategy: Strategy,
    /// Who does it; none where nobody is named.
    pub team: Option<TeamId>,
    /// Where it is built again, or where its data is put.
    pub place: Option<LocationId>,
    /// The instances that are built again.
    pub rebuilt: Vec<InstanceId>,
    /// The standby that takes over.
    pub promoted: Option<InstanceId>,
    /// What is done, each step after those that it comes after.
    pub steps: Vec<Step>,
    /// The interrupted components without which it does not serve, whatever its own steps.
    pub serves_after: Vec<ComponentId>,
}

/// One step.
#[derive(Clone, Debug)]
pub struct Step {
    /// What is done.
    pub kind: StepKind,
    /// What it takes.
    pub work: Work,
    /// The steps of the same procedure that it comes after, by their numbers.
    pub after: Vec<usize>,
    /// The interrupted components that must serve before it begins.
    pub waits_for: Vec<ComponentId>,
    /// Whether it takes one of the team's people from its beginning to its end.
    pub hands_on: bool,
}

/// What a step takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// A fixed time.
    Time(Sourced<Seconds>),
    /// The response of a team, which is counted once for all its components.
    Response(TeamId, Seconds),
    /// Moving data, as fast as what it goes through allows.
    Move(Movement, Option<Sourced<Rate>>),
}

/// The procedure of an interrupted component that has something to do itself; none where it only waits for others.
pub fn procedure(context: &Context<'_>, gone: &Gone, affected: &Affected, choice: &Choice) -> Option<Procedure> {
    let standing = affected.standing.as_ref().filter(|standing| standing.interrupted)?;
    let component = &context.model.components[affected.component];
    let mut procedure = Procedure {
        component: affected.component,
        strategy: standing.strategy,
        team: component.owner,
        place: standing.place,
        rebuilt: standing.rebuilt.clone(),
        promoted: None,
        steps: Vec::with_capacity(8),
        serves_after: choice.before_start.clone(),
    };
    if let Some(promised) = standing.promise.and_then(|promise| promise.recovery) {
        procedure.add(StepKind::Guarantee, Sourced { value: promised, origin: Origin::Promised });
        procedure.team = None;
        return Some(procedure);
    }
    match standing.strategy {
        Strategy::Promote => {
            procedure.promoted = standing.replicas.first().copied();
            promote(context, gone, affected, &mut procedure);
        }
        Strategy::Rebuild | Strategy::Restore => set_up_anew(context, gone, affected, choice, &mut procedure),
        Strategy::Continue | Strategy::None => return None,
    }
    Some(procedure)
}

/// Until the failure of a component is noticed. Of bad data that is not later than the scenario says, and not later than
/// the component's own `detect`: before it is noticed, service is not disrupted and the clock of the recovery time does
/// not run.
pub fn detection(context: &Context<'_>, gone: &Gone, affected: &Affected) -> Sourced<Seconds> {
    let detect = context.model.components[affected.component].recovery.detect;
    match gone.detection {
        Some(detection) if affected.spoilt && detection < detect.value => Sourced::declared(detection),
        _ => detect,
    }
}

impl Procedure {
    /// Adds a step after the last one.
    fn add(&mut self, kind: StepKind, time: Sourced<Seconds>) -> &mut Step {
        let after = self.steps.len().checked_sub(1).into_iter().collect();
        self.push(Step { kind, work: Work::Time(time), after, waits_for: Vec::new(), hands_on: false })
    }

    fn push(&mut self, step: Step) -> &mut Step {
        self.steps.push(step);
        let last = self.steps.len() - 1;
        &mut self.steps[last]
    }

    /// `detect`, and the team's response beside it: what comes next waits for both.
    fn alarm(&mut self, context: &Context<'_>, detect: Sourced<Seconds>) -> Vec<usize> {
        self.add(StepKind::Detect, detect);
        let Some(team) = self.team else { return vec![0] };
        let work = Work::Response(team, context.model.teams[team].responds_within);
        self.push(Step { kind: StepKind::Respond, work, after: Vec::new(), waits_for: Vec::new(), hands_on: false });
        vec![0, 1]
    }
}

fn promote(context: &Context<'_>, gone: &Gone, affected: &Affected, procedure: &mut Procedure) {
    let failover = context.model.components[affected.component].failover;
    let alarmed = match failover.mode {
        // What the product does by itself includes noticing, and waits for nobody.
        FailoverMode::Automatic => Vec::new(),
        FailoverMode::Manual => procedure.alarm(context, detection(context, gone, affected)),
    };
    let step = procedure.add(StepKind::Promote, failover.takes);
    step.after = alarmed;
    step.hands_on = failover.mode == FailoverMode::Manual;
}

fn set_up_anew(context: &Context<'_>, gone: &Gone, affected: &Affected, choice: &Choice, procedure: &mut Procedure) {
    let component = &context.model.components[affected.component];
    let plan = &component.recovery;
    let alarmed = procedure.alarm(context, detection(context, gone, affected));
    let hot = procedure.place.is_some_and(|place| context.model.locations[place].hot_standby);
    let provision = if hot { Sourced { value: Seconds::ZERO, ..plan.provision } } else { plan.provision };
    let step = procedure.add(StepKind::Provision, provision);
    step.after = alarmed;
    step.waits_for = choice.before_provision.clone();
    step.hands_on = true;
    let provisioned = procedure.steps.len() - 1;
    let moved = moves(context, choice, procedure, provisioned);
    let step = procedure.add(StepKind::Start, plan.start);
    step.after = moved;
    step.waits_for = choice.before_start.clone();
    step.hands_on = true;
    procedure.add(StepKind::Verify, plan.verify).hands_on = true;
    // Clients that hold an old name come over when it has run out.
    let cutover = Sourced { value: plan.cutover.value + component.dns_ttl, ..plan.cutover };
    procedure.add(StepKind::Cutover, cutover).hands_on = true;
}

/// Each amount is fetched and moved by itself, all at the same time; start waits for the last.
fn moves(context: &Context<'_>, choice: &Choice, procedure: &mut Procedure, provisioned: usize) -> Vec<usize> {
    let restore_rate = context.model.components[procedure.component].recovery.restore_rate;
    let mut last = Vec::new();
    for movement in &choice.movements {
        let mut after = vec![provisioned];
        let retrieve = movement.store.map(|store| context.model.stores[store].retrieve);
        if let Some(retrieve) = retrieve.filter(|retrieve| retrieve.value > Seconds::ZERO) {
            procedure.add(StepKind::Retrieve, retrieve).after = after;
            after = vec![procedure.steps.len() - 1];
        }
        let work = Work::Move(*movement, restore_rate);
        let waits_for = movement.key.into_iter().filter(|key| choice.before_transfer.contains(key)).collect();
        procedure.push(Step { kind: StepKind::Transfer, work, after, waits_for, hands_on: false });
        last.push(procedure.steps.len() - 1);
    }
    if last.is_empty() { vec![provisioned] } else { last }
}
