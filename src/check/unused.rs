//! `unused`: declared, and nothing refers to it.

use std::collections::BTreeSet;

use super::{Check, Context};
use crate::diag::{Code, Diagnostics, Severity, Span};
use crate::model::{Id, LocationId, Model, Target};

pub(super) const CHECK: Check = Check { code: Code("unused"), severity: Severity::Note, run };

fn run(context: &Context<'_>, found: &mut Diagnostics) {
    let model = context.model;
    let mut unused = |what: &str, section: &str, name: &str, span: Span, help: &str| {
        let diagnostic = CHECK.found(format!("{what} `{name}` is used by nothing"), format!("{section}.{name}"));
        found.push(diagnostic.at(span).help(help));
    };
    let teams: BTreeSet<_> = model.components.values().filter_map(|c| c.owner).collect();
    for (_, team) in model.teams.iter().filter(|(id, _)| !teams.contains(id)) {
        unused("team", "teams", &team.name, team.span, "name it as the `owner` of what it recovers, or take it away");
    }
    let objectives: BTreeSet<_> = model.components.values().filter_map(|c| c.objective).collect();
    for (id, objective) in model.objectives.iter() {
        if let (Some(name), false) = (&objective.name, objectives.contains(&id)) {
            unused("objective", "objectives", name, objective.span, "promise it for a component, or take it away");
        }
    }
    let stores: BTreeSet<_> = model.copies.values().map(|copy| copy.to).collect();
    for (_, store) in model.stores.iter().filter(|(id, _)| !stores.contains(id)) {
        unused("store", "stores", &store.name, store.span, "send a copy to it, or take it away");
    }
    let locations = used_locations(model);
    for (id, location) in model.locations.iter() {
        if !locations[id.index()] {
            unused("location", "locations", &location.name, location.span, "put something there, or take it away");
        }
    }
}

/// Which locations something stands at, lies within, recovers to or is spoken of.
fn used_locations(model: &Model) -> Vec<bool> {
    let mut used = vec![false; model.locations.len()];
    let mut mark = |id: LocationId| {
        for at in model.enclosing(id) {
            if std::mem::replace(&mut used[at.index()], true) {
                break;
            }
        }
    };
    model.instances.values().for_each(|instance| mark(instance.at));
    model.stores.values().for_each(|store| mark(store.at));
    model.components.values().flat_map(|c| &c.recovery.to).for_each(|at| mark(*at));
    model.links.values().flat_map(|link| link.between).for_each(&mut mark);
    for target in model.scenarios.values().flat_map(|scenario| &scenario.fails) {
        if let Target::Location(id) = target {
            mark(*id);
        }
    }
    used
}
