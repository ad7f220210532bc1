//! `duration-undeclared`: a copy of which nobody says how long a run takes, so that it counts as taking no time.

use super::{Check, Context};
use crate::diag::{Code, Diagnostics, Severity};
use crate::model::{Origin, Timing};
use crate::units::Seconds;

pub(super) const CHECK: Check = Check { code: Code("duration-undeclared"), severity: Severity::Note, run };

fn run(context: &Context<'_>, found: &mut Diagnostics) {
    let model = context.model;
    for (id, copy) in model.copies.iter() {
        let guessed = copy.takes.origin == Origin::Assumed && copy.takes.value == Seconds::ZERO;
        if !guessed || matches!(copy.timing, Timing::Continuous { .. } | Timing::Once(_)) {
            continue;
        }
        let size = model.datasets[copy.dataset].size.value;
        let estimate = model.stores[copy.to].write.and_then(|rate| rate.time_for(size));
        let message = format!("nobody says how long a run of `{}` takes, and it is counted as no time", copy.name);
        let help = match estimate {
            Some(time) => format!("write `takes: {time}` ({size} at the store's write rate) until one is measured"),
            None => "write `takes:` and the longest run that was seen".to_owned(),
        };
        found.push(CHECK.found(message, model.copy_address(id)).at(copy.span).help(help));
    }
}
