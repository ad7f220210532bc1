//! `runs-overlap`: a copy whose run is not over when the next one starts.

use super::{Check, Context};
use crate::analysis::loss::Way;
use crate::diag::{Code, Diagnostics, Severity};
use crate::model::Timing;
use crate::units::Seconds;

pub(super) const CHECK: Check = Check { code: Code("runs-overlap"), severity: Severity::Warning, run };

fn run(context: &Context<'_>, found: &mut Diagnostics) {
    let model = context.model;
    for (id, copy) in model.copies.iter() {
        let Some(overlap) = context.losses.overlap(id) else { continue };
        let name = &copy.name;
        let message = format!(
            "a run of `{name}` takes {}, and the next one can start {} after it",
            overlap.takes.human(),
            overlap.gap.human()
        );
        let mut diagnostic = CHECK.found(message, model.copy_address(id)).at(copy.timing_span);
        if let (Some((from, _)), Timing::Calendar(schedule)) = (overlap.runs, &copy.timing) {
            let zone = schedule.zone();
            let moment = crate::analysis::loss::WorstMoment {
                better_from: from + 1,
                zone: zone.clone(),
                by: Way::Copy(0),
                on_completion: false,
            };
            diagnostic = diagnostic.because(format!("so close are the runs from {moment} on"));
        }
        let rarer = match copy.timing {
            Timing::Every { .. } | Timing::After { every: Some(_), .. } => {
                format!("write `every: {}` or longer", whole_hours(overlap.takes))
            }
            _ => format!("leave at least {} between two runs", overlap.takes.human()),
        };
        found.push(
            diagnostic
                .because("a run that is skipped or waits makes the data older than the schedule promises")
                .help(format!("{rarer}, or bring a run down to `takes: {}`", overlap.gap)),
        );
    }
}

/// Rounded up to whole hours where it is that long, else to whole minutes.
fn whole_hours(time: Seconds) -> Seconds {
    let unit = if time >= Seconds::HOUR { 3_600 } else { 60 };
    Seconds(time.0.div_ceil(unit).saturating_mul(unit))
}
