//! `data-without-copy`: data that somebody would miss and that is nowhere else.

use super::{Check, Context};
use crate::diag::{Code, Diagnostic, Diagnostics, Severity};
use crate::model::{Component, Model};

pub(super) const CHECK: Check = Check { code: Code("data-without-copy"), severity: Severity::Warning, run };

fn run(context: &Context<'_>, found: &mut Diagnostics) {
    let model = context.model;
    for (id, component) in model.components.iter() {
        if component.technology.stateful && component.datasets.is_empty() && !component.instances.is_empty() {
            let message = format!("`{}` holds data, and the spec declares none of it", component.name);
            let diagnostic = CHECK.found(message, model.component_address(id)).at(component.span);
            found.push(diagnostic.help("declare it under `data:`, with its size and its copies"));
        }
    }
    for (id, dataset) in model.datasets.iter().filter(|(_, dataset)| dataset.copies.is_empty()) {
        let component = &model.components[dataset.component];
        let message = format!("`{}` has no copy at all", model.dataset_name(id));
        let diagnostic = CHECK.found(message, model.dataset_address(id)).at(dataset.span);
        found.push(explain(model, component, diagnostic).help("add one under `copies:`"));
    }
}

fn explain(model: &Model, component: &Component, diagnostic: Diagnostic) -> Diagnostic {
    let replicas = component.instances.iter().filter(|id| model.instances[**id].has_data()).count();
    if replicas > 1 {
        diagnostic.because("its replicas are no copies: what is deleted or spoilt in one is so in all")
    } else {
        diagnostic
    }
}
