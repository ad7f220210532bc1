//! `single-point-of-failure`: one instance whose loss keeps others from what they promise, until it is set up anew.

use std::collections::{BTreeMap, BTreeSet};

use super::{Check, Context, wording};
use crate::analysis::facts::single_points;
use crate::analysis::scenario::Cause;
use crate::diag::{Code, Diagnostics, Severity};
use crate::model::{ComponentId, Id, InstanceId};
use crate::terms::DependencyKind;

pub(super) const CHECK: Check = Check { code: Code("single-point-of-failure"), severity: Severity::Warning, run };

/// So many may need a component before one instance of it is worth a note by that alone.
const MANY: usize = 5;

fn run(context: &Context<'_>, found: &mut Diagnostics) {
    let model = context.model;
    let broken = broken_by_instance(context);
    let mut by_component: BTreeMap<usize, Vec<InstanceId>> = BTreeMap::new();
    for point in single_points(context.assessment, model) {
        by_component.entry(point.component.index()).or_default().push(point.instance);
    }
    for (component, instances) in by_component {
        let id = ComponentId::from_index(component);
        let hurt: BTreeSet<ComponentId> =
            instances.iter().filter_map(|instance| broken.get(&instance.index())).flatten().copied().collect();
        let needed_by = context.analysis.dependents(id).filter(|(_, kind)| *kind != DependencyKind::Uses).count();
        if hurt.is_empty() && needed_by <= MANY {
            continue;
        }
        let Some(&instance) = instances.first() else { continue };
        let component = &model.components[id];
        let name = &component.name;
        let message = match hurt.len() {
            0 => format!("`{name}` falls with one instance, and {needed_by} components need it"),
            n => {
                let who = wording::plural(n, "component that needs it breaks", "components that need it break");
                format!("`{name}` falls with one instance, and {who} a promise")
            }
        };
        let mut diagnostic = CHECK.found(message, model.component_address(id)).at(model.instances[instance].span);
        diagnostic.severity = if hurt.is_empty() { Severity::Note } else { Severity::Warning };
        if let Some(first) = hurt.iter().min_by_key(|id| context.analysis.rank(**id)) {
            diagnostic.path = vec![model.components[*first].name.clone(), name.clone()];
        }
        let role = if component.technology.roles { ", role: standby" } else { "" };
        found.push(diagnostic.help(format!("add an instance elsewhere: `{name}-2: {{at: LOCATION{role}}}`")));
    }
}

/// For each instance the other components whose recovery time objective its loss breaks.
fn broken_by_instance(context: &Context<'_>) -> BTreeMap<usize, BTreeSet<ComponentId>> {
    let mut broken: BTreeMap<usize, BTreeSet<ComponentId>> = BTreeMap::new();
    for judged in context.assessment.breaches(context.analysis) {
        let Cause::Instance(instance) = judged.scenario.cause else { continue };
        let component = judged.result.component;
        if judged.rto_met() == Some(false) && context.model.instances[instance].component != component {
            broken.entry(instance.index()).or_default().insert(component);
        }
    }
    broken
}
