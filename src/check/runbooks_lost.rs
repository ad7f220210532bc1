//! `runbooks-lost`: a disaster takes every place where the runbooks are kept, or nobody says where that is.

use super::nowhere_to_recover::survivors;
use super::{Check, Context, wording};
use crate::analysis::scenario::{Cause, Gone, Scenario};
use crate::diag::{Code, Diagnostics, Severity};
use crate::model::{LocationId, Model};
use crate::terms::LocationKind;

pub(super) const CHECK: Check = Check { code: Code("runbooks-lost"), severity: Severity::Warning, run };

/// Where it is said.
const ADDRESS: &str = "system.runbooks_at";

fn run(context: &Context<'_>, found: &mut Diagnostics) {
    match context.model.system.runbooks_at.as_slice() {
        [] => undeclared(context.model, found),
        kept => lost(context, kept, found),
    }
}

/// With one site there is nowhere else to keep them; where nothing is promised nobody follows a page.
fn undeclared(model: &Model, found: &mut Diagnostics) {
    let sites = model.locations.values().filter(|location| location.kind >= LocationKind::Site);
    let sites: Vec<&str> = sites.map(|location| location.name.as_str()).collect();
    if sites.len() < 2 || model.objectives.is_empty() {
        return;
    }
    let mut diagnostic = CHECK.found("nobody says where copies of the runbooks are kept", ADDRESS);
    diagnostic.severity = Severity::Note;
    let help =
        format!("write `runbooks_at: [{}]` below `system`, with the places that are true", sites[..2].join(", "));
    found.push(diagnostic.at(model.system.span).help(help));
}

fn lost(context: &Context<'_>, kept: &[LocationId], found: &mut Diagnostics) {
    let model = context.model;
    let gone = |scenario: &Scenario| Gone::new(model, &context.analysis.places, &scenario.cause);
    let can_take = context.assessment.scenarios.list().iter().filter(|scenario| can_take(model, scenario, kept));
    let taking: Vec<(&str, Gone)> = can_take
        .map(|scenario| (scenario.id.as_str(), gone(scenario)))
        // Where nothing else is gone there is nothing to recover.
        .filter(|(_, gone)| kept.iter().all(|place| gone.takes(*place)) && !gone.lost.is_empty())
        .collect();
    let Some((first, gone)) = taking.first() else { return };
    let names: Vec<&str> = kept.iter().map(|id| model.locations[*id].name.as_str()).collect();
    let message = format!("the runbooks are lost with what they are for: they are kept at {} alone", names.join(", "));
    let mut diagnostic = CHECK.found(message, ADDRESS).at(model.system.span).during(*first);
    let others: Vec<((), &str)> = taking.iter().skip(1).map(|(id, _)| ((), *id)).collect();
    diagnostic.notes.extend(wording::also_in(&others, (), |()| String::new()));
    found.push(diagnostic.help(match survivors(model, gone).first() {
        Some(place) => {
            let all: Vec<&str> = names.iter().copied().chain([model.locations[*place].name.as_str()]).collect();
            format!("keep a copy there too, and write `runbooks_at: [{}]`", all.join(", "))
        }
        None => "declare a place outside and keep a copy there: paper at home will do".to_owned(),
    }));
}

/// Whether a scenario can take the first of the places: few of a large plan can, and only those are worked out.
fn can_take(model: &Model, scenario: &Scenario, kept: &[LocationId]) -> bool {
    match scenario.cause {
        Cause::Location(id) => kept.first().is_some_and(|place| model.is_within(*place, id)),
        Cause::Domain(_) | Cause::Declared(_) | Cause::Pair(_) => true,
        Cause::Instance(_) | Cause::Cut(_) | Cause::Component(_) | Cause::Store(_) | Cause::Corruption(_) => false,
    }
}
