//! `drill-failed`: a last drill that did not bring everything back, or not in time.

use super::{Check, Context};
use crate::diag::{Code, Diagnostics, Severity};
use crate::evidence::FactKind;

pub(super) const CHECK: Check = Check { code: Code("drill-failed"), severity: Severity::Error, run };

fn run(context: &Context<'_>, found: &mut Diagnostics) {
    found.extend(context.contradicted(&CHECK, FactKind::DrillFailed));
}
