//! `drill-before-change`: a drill whose steps are not those of the plan as it is.

use super::{Check, Context};
use crate::diag::{Code, Diagnostics, Severity};
use crate::evidence::FactKind;

pub(super) const CHECK: Check = Check { code: Code("drill-before-change"), severity: Severity::Warning, run };

fn run(context: &Context<'_>, found: &mut Diagnostics) {
    found.extend(context.contradicted(&CHECK, FactKind::DrillBeforeChange));
}
