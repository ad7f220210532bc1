//! `objective-unreachable`: a recovery point objective that no schedule of the copy can keep, however often it runs.

use std::collections::BTreeSet;

use super::{Check, Context};
use crate::analysis::loss::Advice;
use crate::diag::{Code, Diagnostics, Severity};
use crate::model::{Timing, Via};

pub(super) const CHECK: Check = Check { code: Code("objective-unreachable"), severity: Severity::Warning, run };

fn run(context: &Context<'_>, found: &mut Diagnostics) {
    let model = context.model;
    let mut told = BTreeSet::new();
    for case in context.loss_cases() {
        let (Some(objective), Some(Via::Copy(copy))) = (case.objective, case.via) else { continue };
        let data = &model.copies[copy];
        // A stream has no runs, and a copy that is made once no schedule: `rpo-unmet` says all there is to say.
        if matches!(data.timing, Timing::Continuous { .. } | Timing::Once(_)) {
            continue;
        }
        let Advice::OutOfReach { floor: Some(floor), .. } = case.advice(context, copy, objective.at_most) else {
            continue;
        };
        if !told.insert((case.dataset, copy, objective.at_most)) {
            continue;
        }
        let message = format!(
            "at most {} of `{}` may be lost, and no schedule of `{}` can do better than {}",
            objective.at_most.human(),
            model.dataset_name(case.dataset),
            data.name,
            floor.human()
        );
        let diagnostic = CHECK.found(message, model.dataset_address(case.dataset)).at(objective.span);
        found.push(
            diagnostic
                .during(case.scenario())
                .label(data.timing_span, "this copy is what survives")
                .because(
                    "a point can be restored only when its run is over, and the next run begins no sooner than that",
                )
                .help(format!(
                    "shorten the run, add a stream of changes, or promise less for this scenario, {}",
                    super::remedies::WHERE_TO_PROMISE_LESS
                )),
        );
    }
}
