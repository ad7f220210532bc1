//! Where a system is weaker than it looks: single points of failure, quorums that one place decides, failovers that nobody
//! does, standby sites without room.

use std::collections::BTreeMap;

use crate::analysis::assess::Assessment;
use crate::analysis::context::Context;
use crate::analysis::impact::enough;
use crate::analysis::outcome::recovery;
use crate::analysis::scenario::{Cause, Scenario};
use crate::model::{ComponentId, InstanceId, LocationId, Model, ServesWith};
use crate::terms::{FailoverMode, Impact, Strategy};

/// An instance whose loss alone interrupts its component until it is set up anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SinglePoint {
    /// The instance.
    pub instance: InstanceId,
    /// Its component.
    pub component: ComponentId,
    /// What its loss comes to.
    pub impact: Impact,
    /// The way back.
    pub strategy: Strategy,
}

/// A location that holds so many of the votes of a component that is spread over more than it, that its loss alone decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecidingLocation {
    /// The component.
    pub component: ComponentId,
    /// The smallest such location.
    pub location: LocationId,
    /// The votes within.
    pub votes: u64,
    /// All votes.
    pub total: u64,
}

/// A component whose standby is promoted by hand, and nobody is named to do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnownedFailover {
    /// The component.
    pub component: ComponentId,
}

/// A location at which a scenario rebuilds more instances than there is room for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crowding {
    /// The id of the scenario in which it is worst; of several the first.
    pub scenario: String,
    /// The location.
    pub location: LocationId,
    /// How many can be rebuilt there.
    pub room: u32,
    /// How many are.
    pub wanted: u32,
    /// The components that come there, in the order of names.
    pub components: Vec<ComponentId>,
}

/// The single points of failure, by scenario id.
pub fn single_points(assessment: &Assessment<'_>, model: &Model) -> Vec<SinglePoint> {
    let mut points = Vec::new();
    for (scenario, core) in assessment.cores() {
        let Cause::Instance(instance) = scenario.cause else { continue };
        let component = model.instances[instance].component;
        let own = core.results.iter().find(|result| result.component == component);
        let anew = |strategy| matches!(strategy, Strategy::Rebuild | Strategy::Restore | Strategy::None);
        let Some(own) = own.filter(|own| own.impact >= Impact::ReadOnly && anew(own.strategy)) else { continue };
        points.push(SinglePoint { instance, component, impact: own.impact, strategy: own.strategy });
    }
    points
}

/// The quorums that one location decides, by component.
pub fn deciding_locations(model: &Model) -> Vec<DecidingLocation> {
    let quorums = model.components.iter().filter(|(_, component)| component.serves_with == ServesWith::Majority);
    quorums.flat_map(|(id, _)| deciding(model, id)).collect()
}

fn deciding(model: &Model, id: ComponentId) -> Vec<DecidingLocation> {
    let component = &model.components[id];
    let mut places: BTreeMap<LocationId, (u64, usize)> = BTreeMap::new();
    for &instance in &component.instances {
        let instance = &model.instances[instance];
        for location in model.enclosing(instance.at) {
            let (votes, count) = places.entry(location).or_default();
            *votes += u64::from(instance.votes);
            *count += 1;
        }
    }
    let total: u64 = component.instances.iter().map(|&id| u64::from(model.instances[id].votes)).sum();
    let decides = |location: LocationId, count: usize| {
        let outside = |id: InstanceId| !model.is_within(model.instances[id].at, location);
        // One instance by itself is a single point and no matter of places.
        count > 1 && count < component.instances.len() && !enough(model, component, outside)
    };
    let mut found: Vec<DecidingLocation> = places
        .iter()
        .filter(|(location, (_, count))| decides(**location, *count))
        .map(|(&location, &(votes, _))| DecidingLocation { component: id, location, votes, total })
        .collect();
    let all: Vec<LocationId> = found.iter().map(|fact| fact.location).collect();
    found.retain(|fact| {
        let smaller = |other: &LocationId| *other != fact.location && model.is_within(*other, fact.location);
        !all.iter().any(smaller)
    });
    found
}

/// The failovers that nobody does, by component: a primary and a standby, a manual failover, and no owner.
pub fn unowned_failovers(assessment: &Assessment<'_>, model: &Model) -> Vec<UnownedFailover> {
    let mut components: Vec<ComponentId> = assessment
        .cores()
        .flat_map(|(_, core)| core.results.iter())
        .filter(|result| result.strategy == Strategy::Promote)
        .map(|result| result.component)
        .collect();
    components.sort_unstable();
    components.dedup();
    components.retain(|&id| {
        let component = &model.components[id];
        component.failover.mode == FailoverMode::Manual && component.owner.is_none()
    });
    components.into_iter().map(|component| UnownedFailover { component }).collect()
}

/// The locations that are promised to more than they have room for, each in its worst scenario.
pub fn crowding(context: &Context<'_>, assessment: &Assessment<'_>) -> Vec<Crowding> {
    let model = context.model;
    let limited: Vec<LocationId> =
        model.locations.iter().filter(|(_, location)| location.room.is_some()).map(|(id, _)| id).collect();
    if limited.is_empty() {
        return Vec::new();
    }
    let mut worst: BTreeMap<LocationId, Crowding> = BTreeMap::new();
    let rebuilds = |strategy| matches!(strategy, Strategy::Rebuild | Strategy::Restore);
    for (scenario, core) in assessment.cores() {
        if !core.results.iter().any(|result| rebuilds(result.strategy)) {
            continue;
        }
        for found in crowding_in(context, scenario, &limited) {
            let known = worst.entry(found.location).or_insert_with(|| found.clone());
            if found.wanted > known.wanted {
                *known = found;
            }
        }
    }
    worst.into_values().collect()
}

fn crowding_in(context: &Context<'_>, scenario: &Scenario, limited: &[LocationId]) -> Vec<Crowding> {
    let model = context.model;
    let recovery = recovery(context, scenario);
    let at = |location: LocationId| {
        let room = model.locations[location].room?;
        let comes = |place: LocationId| model.is_within(place, location);
        let coming = recovery.procedures.iter().filter(|procedure| procedure.place.is_some_and(comes));
        let coming: Vec<_> = coming.filter(|procedure| !procedure.rebuilt.is_empty()).collect();
        let wanted = coming.iter().map(|procedure| procedure.rebuilt.len()).sum::<usize>();
        let wanted = u32::try_from(wanted).unwrap_or(u32::MAX);
        let components = coming.iter().map(|procedure| procedure.component).collect();
        (wanted > room).then(|| Crowding { scenario: scenario.id.clone(), location, room, wanted, components })
    };
    limited.iter().filter_map(|&location| at(location)).collect()
}
