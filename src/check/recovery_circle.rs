//! `recovery-circle`: components that need each other in order to recover. It bites only on the worst day.

use super::{Check, Context};
use crate::diag::{Code, Diagnostics, Severity};
use crate::graph::{Digraph, cycles};
use crate::model::{ComponentId, Id};
use crate::terms::DependencyKind;

pub(super) const CHECK: Check = Check { code: Code("recovery-circle"), severity: Severity::Error, run };

fn run(context: &Context<'_>, found: &mut Diagnostics) {
    let model = context.model;
    let number = |id: ComponentId| u32::try_from(id.index()).unwrap_or(u32::MAX);
    let mut edges = Vec::new();
    for (id, component) in model.components.iter() {
        let waits = component.depends_on.iter().filter(|d| d.kind != DependencyKind::Uses);
        edges.extend(waits.map(|d| (number(id), number(d.on))));
        // A copy that is encrypted can be read only while the keeper of its keys serves.
        let keys = component.datasets.iter().flat_map(|d| &model.datasets[*d].copies);
        edges.extend(keys.filter_map(|copy| model.copies[*copy].encrypted_by).map(|on| (number(id), number(on))));
    }
    for circle in cycles(&Digraph::from_edges(model.components.len(), edges)) {
        let ids: Vec<ComponentId> = circle.iter().map(|n| ComponentId::from_index(*n as usize)).collect();
        let (Some(&first), Some(&second)) = (ids.first(), ids.get(1)) else { continue };
        let component = &model.components[first];
        let next = &model.components[second].name;
        let span = component.depends_on.iter().find(|d| d.on == second).map_or(component.span, |d| d.span);
        let message = if first == second {
            format!("the copies of `{}` can be read only while it serves: it needs itself to recover", component.name)
        } else {
            format!("`{}` needs `{next}` to recover, which needs `{}`", component.name, component.name)
        };
        let mut diagnostic = CHECK.found(message, model.component_address(first)).at(span);
        diagnostic.path = ids.iter().map(|id| model.components[*id].name.clone()).collect();
        found.push(diagnostic.because("when all of them are down, none can be brought back first").help(
            "keep what one of them needs outside the circle: a sealed copy of the keys, a second instance elsewhere",
        ));
    }
}
