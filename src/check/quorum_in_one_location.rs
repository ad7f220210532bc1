//! `quorum-in-one-location`: votes are spread over several places, and one of them holds so many that it decides alone.

use super::{Check, Context};
use crate::analysis::facts::deciding_locations;
use crate::diag::{Code, Diagnostics, Severity};

pub(super) const CHECK: Check = Check { code: Code("quorum-in-one-location"), severity: Severity::Warning, run };

fn run(context: &Context<'_>, found: &mut Diagnostics) {
    let model = context.model;
    for fact in deciding_locations(model) {
        let component = &model.components[fact.component];
        let location = &model.locations[fact.location];
        let message = format!(
            "`{}` has {} of its {} votes in `{}`: without it the rest is no majority",
            component.name, fact.votes, fact.total, location.name
        );
        let diagnostic = CHECK.found(message, model.component_address(fact.component)).at(component.span);
        found.push(
            diagnostic
                .label(location.span, "these votes fall together")
                .because(format!("a majority of {} is {}", fact.total, fact.total / 2 + 1))
                .help("spread the votes over three places: a `role: witness` in a third one is enough"),
        );
    }
}
