//! `step-longer-than-declared`: a step of a recovery that took longer than the plan gives it.

use super::{Check, Context};
use crate::diag::{Code, Diagnostics, Severity};
use crate::evidence::FactKind;

pub(super) const CHECK: Check = Check { code: Code("step-longer-than-declared"), severity: Severity::Warning, run };

fn run(context: &Context<'_>, found: &mut Diagnostics) {
    found.extend(context.contradicted(&CHECK, FactKind::StepLonger));
}
