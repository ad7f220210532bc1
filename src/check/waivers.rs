//! Waivers: findings that somebody has accepted for a time, and what is wrong with a waiver itself.

use jiff::civil::Date;

use super::Context;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::model::Waiver;

/// A waiver whose day is over, or is no day.
pub const EXPIRED: Code = Code("waiver-expired");
/// A waiver that covers no finding.
pub const UNUSED: Code = Code("waiver-unused");

/// Marks the findings that a waiver in force covers, and adds a finding for each waiver that is expired or unused.
pub fn waive(context: &Context<'_>, found: &mut Diagnostics) {
    let mut own = Diagnostics::default();
    for waiver in &context.model.waivers {
        let in_force = is_in_force(waiver, context.today);
        let mut used = false;
        for finding in found.iter_mut().filter(|finding| covers(waiver, finding)) {
            used = true;
            finding.waived |= in_force;
        }
        match (in_force, used) {
            (false, _) => own.push(expired(waiver)),
            (true, false) => own.push(unused(waiver)),
            (true, true) => {}
        }
    }
    found.append(own);
}

/// A waiver holds on its last day; a malformed day counts as past.
fn is_in_force(waiver: &Waiver, today: Date) -> bool {
    waiver.until.is_some_and(|until| today <= until)
}

/// Whether a finding is what a waiver speaks of. An address covers what lies below it.
fn covers(waiver: &Waiver, finding: &Diagnostic) -> bool {
    let below = |on: &String| {
        finding.address.strip_prefix(on.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    waiver.finding == finding.code.0
        && waiver.on.as_ref().is_none_or(below)
        && waiver.scenario.as_ref().is_none_or(|scenario| finding.scenario.as_ref() == Some(scenario))
}

fn expired(waiver: &Waiver) -> Diagnostic {
    let message = match waiver.until {
        Some(until) => format!("the waiver of `{}` expired on {until}", waiver.finding),
        None => format!("the waiver of `{}` has no readable day, and counts as expired", waiver.finding),
    };
    let diagnostic = Diagnostic::error(EXPIRED, message).at(waiver.span).about("waivers");
    diagnostic
        .because(format!("owner {}: {}", waiver.owner, waiver.reason))
        .help("mend the finding, or agree on a new day such as `2027-03-31`")
}

fn unused(waiver: &Waiver) -> Diagnostic {
    let on = waiver.on.as_deref().map(|on| format!(" on `{on}`")).unwrap_or_default();
    let message = format!("there is no finding `{}`{on} to waive", waiver.finding);
    Diagnostic::warning(UNUSED, message).at(waiver.span).about("waivers").help("take the waiver away")
}
