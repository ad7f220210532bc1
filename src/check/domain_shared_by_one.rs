//! `domain-shared-by-one`: something that is said to be shared, by one location only.

use super::{Check, Context};
use crate::diag::{Code, Diagnostics, Severity, nearest};
use crate::model::{DomainId, Model};

pub(super) const CHECK: Check = Check { code: Code("domain-shared-by-one"), severity: Severity::Note, run };

fn run(context: &Context<'_>, found: &mut Diagnostics) {
    let model = context.model;
    for (id, domain) in model.domains.iter() {
        let [only] = domain.members.as_slice() else { continue };
        let location = &model.locations[*only].name;
        let message = format!("`{}` is shared by `{location}` alone", domain.name);
        let diagnostic = CHECK.found(message, format!("locations.{location}.shares")).at(domain.span);
        found.push(diagnostic.help(match similar(model, id) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("write `shares: [{}]` at whatever else fails with it, or take it away", domain.name),
        }));
    }
}

/// Another domain whose name is nearly the same.
fn similar(model: &Model, id: DomainId) -> Option<&str> {
    let others = model.domains.iter().filter(|(other, _)| *other != id).map(|(_, domain)| domain.name.as_str());
    nearest(&model.domains[id].name, others)
}
