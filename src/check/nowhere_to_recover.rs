//! `nowhere-to-recover`: a component whose place is lost and that has no other to be built again at.

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
    let placeless = |why: Option<NoWayBack>| why == Some(NoWayBack::Lacks(Missing::Place));
    for case in context.outage_cases().iter().filter(|case| placeless(case.judged.result.no_way_back)) {
        let component = &model.components[case.component];
        let message = format!("`{}` has nowhere to be built again", component.name);
        let diagnostic = CHECK.found(message, model.component_address(case.component)).at(component.span);
        let gone = Gone::new(model, &context.analysis.places, &case.scenario().cause);
        let why = if component.recovery.to.is_empty() {
            "without `recovery.to` it is built again where it was, and that is gone".to_owned()
        } else {
            format!("all of `recovery.to` is gone: {}", names(model, &component.recovery.to))
        };
        found.push(told(case, diagnostic).because(why).help(match elsewhere(model, case.component, &gone) {
            Some(place) => format!("write `to: [{}]` under `recovery`", with(model, &component.recovery.to, place)),
            None => "declare another location and name it in `recovery.to`".to_owned(),
        }));
    }
}

/// A place that survives: the first by name of the largest kind up to a site.
fn elsewhere(model: &Model, component: ComponentId, gone: &Gone) -> Option<LocationId> {
    let own: Vec<LocationId> = model.components[component].instances.iter().map(|id| model.instances[*id].at).collect();
    let survives = model.locations.iter().filter(|(id, location)| {
        location.kind <= LocationKind::Site && !gone.takes(*id) && !own.iter().any(|at| model.is_within(*at, *id))
    });
    survives.max_by_key(|(_, location)| (location.kind, std::cmp::Reverse(&location.name))).map(|(id, _)| id)
}

fn with(model: &Model, to: &[LocationId], place: LocationId) -> String {
    let all: Vec<LocationId> = to.iter().copied().chain([place]).collect();
    names(model, &all)
}

fn names(model: &Model, locations: &[LocationId]) -> String {
    let names: Vec<&str> = locations.iter().map(|id| model.locations[*id].name.as_str()).collect();
    names.join(", ")
}
