//! Waivers: findings that somebody has accepted for a time, and what is wrong with a waiver itself.

use jiff::civil::Date;

use super::{CHECKS, Context, OF_EVIDENCE};
use crate::diag::{Code, Diagnostic, Diagnostics, nearest};
use crate::model::Waiver;

/// A waiver whose day is over, or is no day.
pub(super) const EXPIRED: Code = Code("waiver-expired");
/// A waiver that covers no finding.
pub(super) const UNUSED: Code = Code("waiver-unused");

/// Marks the findings that a waiver in force covers, and adds a finding for each waiver that is expired or unused.
pub fn waive(context: &Context<'_>, found: &mut Diagnostics) {
    let mut own = Diagnostics::default();
    for waiver in &context.model.waivers {
        let in_force = is_in_force(waiver, context.today);
        let mut used = false;
        let scenario = waiver.scenario.as_deref().map(|text| id_of(context, text));
        for finding in found.iter_mut().filter(|finding| covers(waiver, scenario.as_deref(), finding)) {
            used = true;
            finding.waived |= in_force;
        }
        match (in_force, used) {
            (false, _) => own.push(expired(waiver)),
            (true, false) if is_about_evidence(waiver) && !context.observed => {}
            (true, false) => own.push(unused(context, waiver)),
            (true, true) => {}
        }
    }
    found.append(own);
}

/// Whether it waives what only shows where something was observed: without, nobody can say that it is of no use.
fn is_about_evidence(waiver: &Waiver) -> bool {
    OF_EVIDENCE.iter().any(|check| check.code.0 == waiver.finding)
}

/// The id of a scenario that is named in any of its forms.
fn id_of(context: &Context<'_>, text: &str) -> String {
    context.assessment.scenarios.find(text).map_or_else(|_| text.to_owned(), |scenario| scenario.id)
}

/// A waiver holds on its last day; a malformed day counts as past.
fn is_in_force(waiver: &Waiver, today: Date) -> bool {
    waiver.until.is_some_and(|until| today <= until)
}

/// Whether a finding is what a waiver speaks of. An address covers what lies below it.
fn covers(waiver: &Waiver, scenario: Option<&str>, finding: &Diagnostic) -> bool {
    let below = |on: &String| {
        finding.address.strip_prefix(on.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    waiver.finding == finding.name()
        && waiver.on.as_ref().is_none_or(below)
        && scenario.is_none_or(|scenario| finding.scenario.as_deref() == Some(scenario))
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

fn unused(context: &Context<'_>, waiver: &Waiver) -> Diagnostic {
    let on = waiver.on.as_deref().map(|on| format!(" on `{on}`")).unwrap_or_default();
    let during = waiver.scenario.as_deref().map(|id| format!(" in `{id}`")).unwrap_or_default();
    let message = format!("there is no finding `{}`{on}{during} to waive", waiver.finding);
    let help = match (misspelt(waiver), unknown_scenario(context, waiver)) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, Some(near)) => format!("there is no such scenario; did you mean `{near}`?"),
        (None, None) => "take the waiver away".to_owned(),
    };
    Diagnostic::warning(UNUSED, message).at(waiver.span).about("waivers").help(help)
}

/// The name of a check that is nearly the one that is waived, where there is none of that name.
fn misspelt(waiver: &Waiver) -> Option<&'static str> {
    let names = || CHECKS.iter().map(|check| check.code.0);
    names().all(|name| name != waiver.finding).then(|| nearest(&waiver.finding, names())).flatten()
}

fn unknown_scenario(context: &Context<'_>, waiver: &Waiver) -> Option<String> {
    context.assessment.scenarios.find(waiver.scenario.as_deref()?).err()?.nearest
}
