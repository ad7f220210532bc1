//! `left-unprotected`: a scenario that leaves live data without any copy. No service is hurt, and the next failure is the
//! last.

use std::collections::BTreeMap;

use super::{Check, Context, wording};
use crate::analysis::scenario::Cause;
use crate::diag::{Code, Diagnostics, Severity};
use crate::model::{DatasetId, Id, StoreId};

pub(super) const CHECK: Check = Check { code: Code("left-unprotected"), severity: Severity::Note, run };

fn run(context: &Context<'_>, found: &mut Diagnostics) {
    let model = context.model;
    let mut by_dataset: BTreeMap<usize, Vec<(StoreId, &str)>> = BTreeMap::new();
    for (scenario, outcome) in context.assessment.cores() {
        let Cause::Store(store) = scenario.cause else { continue };
        let promised = outcome.unprotected.iter().filter(|dataset| has_objective(context, **dataset));
        for dataset in promised {
            by_dataset.entry(dataset.index()).or_default().push((store, &scenario.id));
        }
    }
    for (dataset, scenarios) in by_dataset {
        let dataset = DatasetId::from_index(dataset);
        let Some(&(store, first)) = scenarios.first() else { continue };
        let name = model.dataset_name(dataset);
        let message =
            format!("every copy of `{name}` is in `{}`: without it nothing protects it", model.stores[store].name);
        let mut diagnostic = CHECK.found(message, model.dataset_address(dataset)).during(first);
        let rule = model.components[model.datasets[dataset].component].objective;
        let rule = rule.and_then(|objective| model.objectives[objective].copies);
        // Who asks for a third copy means to survive the loss of one.
        if rule.and_then(|rule| rule.total).is_some_and(|total| total > 2) {
            diagnostic.severity = Severity::Warning;
        }
        diagnostic =
            diagnostic.at(model.datasets[dataset].span).label(model.stores[store].span, "all of them are here");
        let others: Vec<((), &str)> = scenarios.iter().skip(1).map(|(_, id)| ((), *id)).collect();
        diagnostic.notes.extend(wording::also_in(&others, (), |()| String::new()));
        found.push(diagnostic.help("send a copy to a second store"));
    }
}

fn has_objective(context: &Context<'_>, dataset: DatasetId) -> bool {
    let model = context.model;
    let objective = model.components[model.datasets[dataset].component].objective;
    objective.is_some_and(|objective| model.objectives[objective].default.rpo.is_some())
}
