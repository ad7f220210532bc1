//! `nowhere-to-recover`: a component whose place is lost and that has no other to be built again at.

use std::collections::BTreeMap;

use super::component_lost::told;
use super::{Check, Context};
use crate::analysis::impact::{Missing, NoWayBack};
use crate::analysis::scenario::Gone;
use crate::diag::{Code, Diagnostics, Severity};
use crate::model::{ComponentId, LocationId, Model};
use crate::terms::LocationKind;

pub(super) const CHECK: Check = Check { code: Code("nowhere-to-recover"), severity: Severity::Error, run };

fn run(context: &Context<'_>, found: &mut Diagnostics) {
    let model = context.model;
    // A disaster that takes many components is looked at once.
    let mut surviving: BTreeMap<&str, Vec<LocationId>> = BTreeMap::new();
    let placeless = |why: Option<NoWayBack>| why == Some(NoWayBack::Lacks(Missing::Place));
    for case in context.outage_cases().iter().filter(|case| placeless(case.judged.result.no_way_back)) {
        let component = &model.components[case.component];
        let message = format!("`{}` has nowhere to be built again", component.name);
        let diagnostic = CHECK.found(message, model.component_address(case.component)).at(component.span);
        let scenario = case.judged.scenario;
        let survive = surviving
            .entry(&scenario.id)
            .or_insert_with(|| survivors(model, &Gone::new(model, &context.analysis.places, &scenario.cause)));
        let why = if component.recovery.to.is_empty() {
            "without `recovery.to` it is built again where it was, and that is gone".to_owned()
        } else {
            format!("all of `recovery.to` is gone: {}", names(model, &component.recovery.to))
        };
        found.push(told(context, case, diagnostic).because(why).help(
            match elsewhere(model, case.component, survive) {
                Some(place) => format!("write `to: [{}]` under `recovery`", with(model, &component.recovery.to, place)),
                None => "declare another location and name it in `recovery.to`".to_owned(),
            },
        ));
    }
}

/// The places up to a site that survive: the largest kind first, then by name.
pub(super) fn survivors(model: &Model, gone: &Gone) -> Vec<LocationId> {
    let survives =
        model.locations.iter().filter(|(id, location)| location.kind <= LocationKind::Site && !gone.takes(*id));
    let mut places: Vec<LocationId> = survives.map(|(id, _)| id).collect();
    places.sort_by_key(|id| (std::cmp::Reverse(model.locations[*id].kind), &model.locations[*id].name));
    places
}

/// The best place that survives and that does not hold an instance already.
fn elsewhere(model: &Model, component: ComponentId, survivors: &[LocationId]) -> Option<LocationId> {
    let own: Vec<LocationId> = model.components[component].instances.iter().map(|id| model.instances[*id].at).collect();
    survivors.iter().copied().find(|id| !own.iter().any(|at| model.is_within(*at, *id)))
}

fn with(model: &Model, to: &[LocationId], place: LocationId) -> String {
    let all: Vec<LocationId> = to.iter().copied().chain([place]).collect();
    names(model, &all)
}

fn names(model: &Model, locations: &[LocationId]) -> String {
    let names: Vec<&str> = locations.iter().map(|id| model.locations[*id].name.as_str()).collect();
    names.join(", ")
}
