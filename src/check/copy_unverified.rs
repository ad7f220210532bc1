//! `copy-unverified`: data none of whose copies is ever restored to see whether it can be.

use super::{Check, Context};
use crate::diag::{Code, Diagnostics, Severity};

pub(super) const CHECK: Check = Check { code: Code("copy-unverified"), severity: Severity::Note, run };

fn run(context: &Context<'_>, found: &mut Diagnostics) {
    let model = context.model;
    for (id, dataset) in model.datasets.iter() {
        // Where the objective asks for verified copies, `copies-rule-unmet` says so with more weight.
        let objective = model.components[dataset.component].objective;
        let asked = objective.and_then(|id| model.objectives[id].copies).is_some_and(|rule| rule.verified);
        let verified = dataset.copies.iter().any(|copy| model.copies[*copy].verify.is_some());
        if let (Some(&first), false, false) = (dataset.copies.first(), asked, verified) {
            let message = format!("no copy of `{}` is ever verified by a restore", model.dataset_name(id));
            let diagnostic = CHECK.found(message, model.dataset_address(id)).at(model.copies[first].span);
            found.push(diagnostic.help("write `verify: {every: 30d}` at the copy that recovery would use"));
        }
    }
}
