//! `component-lost`: a component that nothing brings back, other than for want of a place or of a copy.

use super::outages::{OutageCase, chain};
use super::{Check, Context, wording};
use crate::analysis::impact::{Missing, NoWayBack};
use crate::diag::{Code, Diagnostic, Diagnostics, Severity};
use crate::model::Model;
use crate::terms::ScenarioKind;

pub(super) const CHECK: Check = Check { code: Code("component-lost"), severity: Severity::Error, run };

fn run(context: &Context<'_>, found: &mut Diagnostics) {
    for case in context.outage_cases() {
        let Some(why) = case.judged.result.no_way_back else { continue };
        let Some((reason, help)) = reason(context.model, case, why) else { continue };
        let model = context.model;
        let component = &model.components[case.component];
        let message = format!("`{}` does not come back: {reason}", component.name);
        let diagnostic = CHECK.found(message, model.component_address(case.component)).at(component.span);
        let mut diagnostic = told(context, case, diagnostic).help(help);
        let chain = chain(context.analysis, case.judged.outcome, case.component);
        if chain.len() > 1 {
            diagnostic.path = chain.iter().map(|id| model.components[*id].name.clone()).collect();
        }
        found.push(diagnostic);
    }
}

/// Why, and what to do; none where another finding says it.
fn reason(model: &Model, case: &OutageCase<'_>, why: NoWayBack) -> Option<(String, String)> {
    let told_as_data = case.objective.is_none() || case.judged.promise.rpo.is_some();
    match why {
        NoWayBack::Lacks(Missing::Place) => None,
        NoWayBack::Lacks(Missing::Copy(_)) | NoWayBack::Keys(_) if told_as_data => None,
        NoWayBack::Lacks(Missing::Copy(dataset)) => Some((
            format!("no copy of `{}` survives that could be restored", model.dataset_name(dataset)),
            "add a copy in a store that stands elsewhere".to_owned(),
        )),
        NoWayBack::Keys(dataset) => Some((
            format!("the keys of the copies of `{}` do not come back", model.dataset_name(dataset)),
            "keep a sealed copy of the keys elsewhere".to_owned(),
        )),
        NoWayBack::Lacks(Missing::Promise) => {
            let whole = model.components[case.component].instances.is_empty();
            let kind = if whole { ScenarioKind::ComponentLoss } else { case.scenario().kind };
            Some((
                "it is the provider's to bring back, and he promises nothing for this".to_owned(),
                format!("write what he promises: `guarantees: {{{kind}: {{recovery: 1h}}}}`"),
            ))
        }
        // Of what merely needs it, only a broken promise is told: the root has a finding of its own.
        NoWayBack::Needs(_) if case.objective.is_none() => None,
        NoWayBack::Needs(on) => {
            let on = &model.components[on].name;
            Some((
                format!("it waits for `{on}`, which does not come back either"),
                format!("mend what `{on}` lacks, or have less depend on it: `uses` in place of `requires`"),
            ))
        }
    }
}

/// The scenarios, and what was promised.
pub(super) fn told(context: &Context<'_>, case: &OutageCase<'_>, diagnostic: Diagnostic) -> Diagnostic {
    let mut diagnostic = diagnostic.during(case.scenario().id.clone()).extending(context.extent(case.hits()));
    match case.objective {
        Some(objective) => diagnostic = diagnostic.label(objective.span, "promised here"),
        None => diagnostic.severity = Severity::Warning,
    }
    diagnostic.notes.extend(wording::also_in(&case.others(), None, |_| "never".to_owned()));
    diagnostic
}
