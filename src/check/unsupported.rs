//! `unsupported`: the spec asks for something that the product cannot do.

use super::{Check, Context};
use crate::diag::{Code, Diagnostics, Severity, Span};
use crate::model::Component;

pub(super) const CHECK: Check = Check { code: Code("unsupported"), severity: Severity::Error, run };

fn run(context: &Context<'_>, found: &mut Diagnostics) {
    let model = context.model;
    for (id, component) in model.components.iter().filter(|(_, c)| !c.technology.refuses.is_empty()) {
        let replication = component.replication.as_ref();
        let method = replication.and_then(|r| r.method.as_deref());
        let span = replication.and_then(|r| r.span).unwrap_or(component.span);
        refuse(component, method, span, || format!("{}.replication", model.component_address(id)), found);
        for &copy in component.datasets.iter().flat_map(|dataset| &model.datasets[*dataset].copies) {
            let data = &model.copies[copy];
            refuse(component, data.method.as_deref(), data.span, || model.copy_address(copy), found);
        }
    }
}

fn refuse(
    component: &Component,
    method: Option<&str>,
    span: Span,
    address: impl Fn() -> String,
    found: &mut Diagnostics,
) {
    let refusals = component.technology.refuses.iter().filter(|refusal| Some(refusal.what.as_str()) == method);
    for refusal in refusals {
        let message = format!("`{}` is not supported by {}", refusal.what, component.technology.name);
        found.push(CHECK.found(message, address()).at(span).help(refusal.reason.clone()));
    }
}
