//! `keys-lost-with-data`: copies survive that nobody can read, since their keys fall in the same disaster.

use super::{Check, Context, wording};
use crate::diag::{Code, Diagnostics, Severity};

pub(super) const CHECK: Check = Check { code: Code("keys-lost-with-data"), severity: Severity::Error, run };

fn run(context: &Context<'_>, found: &mut Diagnostics) {
    let model = context.model;
    for case in context.loss_cases().iter().filter(|case| case.worst().is_none()) {
        let Some(&copy) = case.parts.first().and_then(|part| part.locked.first()) else { continue };
        let Some(keeper) = model.copies[copy].encrypted_by else { continue };
        let component = model.datasets[case.dataset].component;
        let (data, keeper_name) = (model.dataset_name(case.dataset), &model.components[keeper].name);
        let message = format!("all of `{data}` is lost: its copies survive, and the keys in `{keeper_name}` do not");
        let mut diagnostic = CHECK
            .found(message, model.dataset_address(case.dataset))
            .during(case.scenario())
            .extending(context.extent(case.hits()));
        diagnostic.severity = case.severity();
        diagnostic = diagnostic.at(model.copies[copy].span).label(model.components[keeper].span, "the keys are here");
        diagnostic.path = vec![model.components[component].name.clone(), keeper_name.clone()];
        diagnostic.notes.extend(wording::also_in(&case.others(), None, |_| "all of it".to_owned()));
        found.push(diagnostic.help(format!(
            "have `{keeper_name}` recover elsewhere from a copy that it does not encrypt itself, or keep a sealed copy of \
             the keys outside and take `encrypted_by` away"
        )));
    }
}
