//! `standby-without-room`: more is to be rebuilt at a place than it has room for.

use super::{Check, Context, wording};
use crate::analysis::facts::crowding;
use crate::diag::{Code, Diagnostics, Severity};

pub(super) const CHECK: Check = Check { code: Code("standby-without-room"), severity: Severity::Error, run };

/// More components than this are counted and not named.
const NAMED: usize = 8;

fn run(context: &Context<'_>, found: &mut Diagnostics) {
    let model = context.model;
    for fact in crowding(context.analysis, context.assessment) {
        let location = &model.locations[fact.location];
        let message = format!(
            "`{}` has room for {}, and {} are to be rebuilt there",
            location.name,
            wording::plural(fact.room as usize, "instance", "instances"),
            fact.wanted
        );
        let names: Vec<&str> =
            fact.components.iter().take(NAMED).map(|id| model.components[*id].name.as_str()).collect();
        let more = fact.components.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let mut diagnostic = CHECK.found(message, format!("locations.{}.room", location.name)).at(location.span);
        if fact.components.iter().all(|id| model.components[*id].objective.is_none()) {
            diagnostic.severity = Severity::Warning;
        }
        found.push(
            diagnostic
                .during(fact.scenario)
                .because(format!("there come {}{more}", names.join(", ")))
                .help(format!("make `room: {}`, or name another place in some `recovery.to`", fact.wanted)),
        );
    }
}
