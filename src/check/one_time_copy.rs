//! `one-time-copy`: a copy that is made once of data that goes on changing.

use super::{Check, Context};
use crate::diag::{Code, Diagnostics, Severity};
use crate::model::{ChangeRate, Timing};

pub(super) const CHECK: Check = Check { code: Code("one-time-copy"), severity: Severity::Warning, run };

fn run(context: &Context<'_>, found: &mut Diagnostics) {
    let model = context.model;
    for (id, dataset) in model.datasets.iter() {
        let once = |copy: &&crate::model::CopyId| matches!(model.copies[**copy].timing, Timing::Once(_));
        if dataset.copies.is_empty() || dataset.change == ChangeRate::Never || !dataset.copies.iter().all(|c| once(&c))
        {
            continue;
        }
        let Some(&copy) = dataset.copies.first() else { continue };
        let message = format!("`{}` changes, and its copies are made once", model.dataset_name(id));
        let diagnostic = CHECK.found(message, model.copy_address(copy)).at(model.copies[copy].timing_span);
        found.push(
            diagnostic.help("give a copy a schedule, or write `change: none` if it changes only when somebody deploys"),
        );
    }
}
