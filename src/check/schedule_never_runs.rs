//! `schedule-never-runs`: a schedule with no instant at all, such as each 30th of February.

use super::{Check, Context};
use crate::diag::{Code, Diagnostics, Severity};
use crate::model::Timing;

pub(super) const CHECK: Check = Check { code: Code("schedule-never-runs"), severity: Severity::Error, run };

fn run(context: &Context<'_>, found: &mut Diagnostics) {
    let model = context.model;
    for (id, copy) in model.copies.iter() {
        let Timing::Calendar(schedule) = &copy.timing else { continue };
        // A first run is found at once where there is one; only where there is none is all of time looked through.
        if schedule.instants(i64::MIN).next().is_some() {
            continue;
        }
        let message = format!("`{}` never runs: no day or no time of `{}` exists", copy.name, schedule.text());
        let diagnostic = CHECK.found(message, model.copy_address(id)).at(copy.timing_span);
        found.push(diagnostic.help("name a day and a time that exist: `0 2 * * *` is each night at two"));
    }
}
